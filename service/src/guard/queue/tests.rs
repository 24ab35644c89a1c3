//! Who may wait and who is next, by a clock that the test moves.

use std::net::{IpAddr, Ipv4Addr};

use time::OffsetDateTime;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// A stranger at an account from a network, on a connection of this number.
fn stranger(network: u8, account: &str, connection: u16) -> Stranger {
    let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, network));
    Stranger::new(Network::of(address), account, SocketAddr::new(address, connection))
}

fn failed(times: u32) -> Failed {
    Failed { times, latest: OffsetDateTime::UNIX_EPOCH }
}

struct Attempt {
    stranger: Stranger,
    number: u64,
    verdict: oneshot::Receiver<Verdict>,
}

impl Attempt {
    /// Lets it wait; the error is how long to stay away.
    fn enter(queue: &mut Queue, stranger: Stranger, now: Instant) -> Result<Self, Duration> {
        let (verdict, decided) = oneshot::channel();
        let number = queue.enter(&stranger, verdict, now)?;
        Ok(Self { stranger, number, verdict: decided })
    }

    fn verdict(&mut self) -> Option<Verdict> {
        self.verdict.try_recv().ok()
    }

    fn is_checked(&mut self) -> bool {
        self.verdict() == Some(Ok(()))
    }

    fn was_wrong(self, queue: &mut Queue, counts: [u32; 2], now: Instant) {
        queue.was_wrong(&self.stranger, counts.map(failed), now);
        queue.leave(self.number);
    }
}

/// A queue before one thread, where an account and a network have sent many wrong passwords.
fn slowed(network: u8, account: &str, now: Instant) -> Queue {
    let mut queue = Queue::new(1);
    let mut guess = Attempt::enter(&mut queue, stranger(network, account, 0), now).unwrap();
    queue.dispatch(now);
    assert!(guess.is_checked());
    guess.was_wrong(&mut queue, [100, 100], now);
    queue
}

#[test]
fn as_many_are_checked_as_there_are_threads_and_a_thread_that_is_free_takes_the_next() {
    let (mut queue, now) = (Queue::new(2), Instant::now());
    let mut all: Vec<_> =
        (0..4).map(|n| Attempt::enter(&mut queue, stranger(n, "ada", 0), now).unwrap()).collect();
    queue.dispatch(now);
    assert_eq!(all.iter_mut().map(Attempt::is_checked).collect::<Vec<_>>(), [true, true, false, false]);
    assert_eq!(queue.next_alarm(now), None, "a thread that becomes free is the alarm");
    queue.leave(all[1].number);
    queue.dispatch(now);
    assert!(all[2].is_checked() && !all[3].is_checked());
}

#[test]
fn no_wrong_password_no_limit_but_the_room_for_all() {
    let (mut queue, now) = (Queue::new(1), Instant::now());
    let mut enter = |connection| Attempt::enter(&mut queue, stranger(1, "ada", connection), now);
    let all: Vec<_> = (0..).map_while(|n| enter(n).ok()).collect();
    assert_eq!(all.len(), ROOM_PER_THREAD);
    assert_eq!(enter(1000).err(), Some(ROOM_RETRY_AFTER));
}

#[test]
fn an_account_that_is_guessed_at_is_checked_once_a_second_for_all_addresses_together() {
    let now = Instant::now();
    let mut queue = slowed(1, "ada", now);
    let mut all: Vec<_> =
        (10..13).map(|n| Attempt::enter(&mut queue, stranger(n, "ada", 0), now).unwrap()).collect();
    let mut other = Attempt::enter(&mut queue, stranger(2, "grace", 0), now).unwrap();
    queue.dispatch(now);
    assert!(other.is_checked(), "another account from another address does not wait");
    queue.leave(other.number);
    for second in 1..=3 {
        let due = now + second * SECOND;
        queue.dispatch(due.checked_sub(Duration::from_millis(1)).unwrap());
        let at = usize::try_from(second).unwrap() - 1;
        assert!(all[at].verdict().is_none(), "not before second {second}");
        assert!(queue.next_alarm(now).is_none_or(|alarm| alarm == due));
        queue.alarm_rang(due);
        queue.dispatch(due);
        assert!(all[at].is_checked(), "in second {second}");
        queue.leave(all[at].number);
    }
}

#[test]
fn few_may_wait_for_an_account_that_is_guessed_at_and_others_are_sent_away_at_once() {
    let now = Instant::now();
    let mut queue = slowed(1, "ada", now);
    // Each guesses on a connection of its own, and none has had an answer yet.
    let waiting: Vec<_> =
        (1..).map_while(|n| Attempt::enter(&mut queue, stranger(1, "ada", n), now).ok()).take(100).collect();
    assert_eq!(waiting.len(), OF_ACCOUNT.most_waiting);
    let refused = Attempt::enter(&mut queue, stranger(1, "ada", 200), now).err();
    assert_eq!(refused, Some(SECOND * u32::try_from(OF_ACCOUNT.most_waiting).unwrap()));
    drop(waiting);
}

#[test]
fn whoever_has_not_been_refused_yet_takes_the_place_of_a_guesser() {
    let now = Instant::now();
    for newcomer in [
        stranger(2, "ada", 0),    // from elsewhere
        stranger(1, "ada", 9999), // from the same address, on a connection of its own
    ] {
        let mut queue = slowed(1, "ada", now);
        // Every guesser has been refused before, and comes back at once.
        let attackers = || (1..=50).map(|connection| stranger(1, "ada", connection));
        attackers().for_each(|attacker| queue.note_trouble(&attacker, now));
        let mut guesses: Vec<_> =
            attackers().filter_map(|attacker| Attempt::enter(&mut queue, attacker, now).ok()).collect();
        assert_eq!(guesses.len(), OF_ACCOUNT.most_waiting);
        let mut owner = Attempt::enter(&mut queue, newcomer, now).unwrap();
        let sent_away = guesses.iter_mut().filter_map(Attempt::verdict).filter(Result::is_err).count();
        assert_eq!(sent_away, 1, "one of them has to go");
        queue.dispatch(now + SECOND);
        assert!(owner.is_checked(), "next, since it has caused no trouble");
    }
}

#[test]
fn made_up_names_from_an_address_keep_nobody_behind_it_waiting_for_long() {
    let now = Instant::now();
    let mut queue = slowed(1, "nobody", now);
    let all: Vec<_> = (0..24)
        .map(|n| Attempt::enter(&mut queue, stranger(1, &format!("made up {n}"), 0), now).unwrap())
        .collect();
    let mut owner = Attempt::enter(&mut queue, stranger(1, "ada", 0), now).unwrap();
    let mut waited = Duration::ZERO;
    while !owner.is_checked() {
        waited += Duration::from_millis(10);
        assert!(waited < 5 * SECOND);
        queue.dispatch(now + waited);
        // Each check ends before the next dispatch.
        for attempt in &all {
            queue.checking.retain(|number| *number != attempt.number);
        }
    }
    assert!(waited > SECOND, "they do wait their turn");
}

#[test]
fn those_who_wait_beyond_the_limit_are_sent_away_once_the_account_is_slowed_down() {
    let (mut queue, now) = (Queue::new(1), Instant::now());
    let mut all: Vec<_> =
        (0..20).map(|n| Attempt::enter(&mut queue, stranger(n, "ada", 0), now).unwrap()).collect();
    queue.dispatch(now);
    all.remove(0).was_wrong(&mut queue, [4, 1], now);
    let refused = all.iter_mut().filter_map(Attempt::verdict).filter(Result::is_err).count();
    assert_eq!(refused, 19 - OF_ACCOUNT.most_waiting);
}

#[test]
fn a_right_password_ends_the_delay_of_the_account_and_not_of_the_address() {
    let now = Instant::now();
    let mut queue = slowed(1, "ada", now);
    queue.was_right(&stranger(3, "ada", 0));
    let mut elsewhere = Attempt::enter(&mut queue, stranger(2, "ada", 0), now).unwrap();
    let mut here = Attempt::enter(&mut queue, stranger(1, "grace", 0), now).unwrap();
    queue.dispatch(now);
    assert!(elsewhere.is_checked());
    queue.leave(elsewhere.number);
    queue.dispatch(now);
    assert!(here.verdict().is_none());
    queue.dispatch(now + OF_NETWORK.delay_after(100));
    assert!(here.is_checked());
}

#[test]
fn wrong_passwords_stop_counting_after_a_while() {
    let now = Instant::now();
    let mut queue = slowed(1, "ada", now);
    let later = now + FORGOTTEN_AFTER;
    let mut all: Vec<_> =
        (0..10).map(|n| Attempt::enter(&mut queue, stranger(1, "ada", n), later).unwrap()).collect();
    queue.dispatch(later);
    assert!(all[0].is_checked());
}

#[test]
fn what_another_node_has_counted_delays_here_and_once_only() {
    let (mut queue, now) = (Queue::new(1), Instant::now());
    let ada = stranger(1, "ada", 0);
    let half = Duration::from_millis(500);
    let counts = [Some((failed(100), half)), Some((failed(1), half))];
    assert_eq!(queue.learn(&ada, counts, now), half);
    assert_eq!(queue.learn(&ada, counts, now), Duration::ZERO, "it is known now, and has been waited for");
    let mut attempt = Attempt::enter(&mut queue, ada.clone(), now).unwrap();
    queue.dispatch(now);
    assert!(attempt.verdict().is_none());
    assert_eq!(queue.next_alarm(now), Some(now + half));
    queue.dispatch(now + half);
    assert!(attempt.is_checked());
    queue.leave(attempt.number);
    // A right password elsewhere has deleted the count.
    assert_eq!(queue.learn(&ada, [None, None], now), Duration::ZERO);
    let mut next = Attempt::enter(&mut queue, ada, now).unwrap();
    queue.dispatch(now);
    assert!(next.is_checked());
}

#[test]
fn a_client_that_hung_up_takes_no_thread() {
    let (mut queue, now) = (Queue::new(1), Instant::now());
    drop(Attempt::enter(&mut queue, stranger(1, "ada", 0), now).unwrap());
    let mut next = Attempt::enter(&mut queue, stranger(2, "ada", 0), now).unwrap();
    queue.dispatch(now);
    assert!(next.is_checked());
}

#[test]
fn a_flood_of_addresses_names_and_connections_is_forgotten_for_newer_ones() {
    let (mut queue, now) = (Queue::new(1), Instant::now());
    for n in 0..50_000_u32 {
        let address = IpAddr::from(n.to_be_bytes());
        let flood = Stranger::new(Network::of(address), &n.to_string(), SocketAddr::new(address, 1));
        queue.was_wrong(&flood, [failed(100), failed(100)], now);
    }
    assert!(queue.slowed.len() <= MOST_PARTIES && queue.troubles.len() <= MOST_PARTIES);
}

#[test]
fn who_goes_on_after_many_refusals_is_refused_a_second_later_and_nobody_else() {
    let (mut queue, now) = (Queue::new(1), Instant::now());
    let (guesser, other) = (stranger(1, "ada", 1), stranger(1, "grace", 2));
    for _ in 0..10 {
        queue.note_trouble(&guesser, now);
    }
    assert_eq!(queue.pause(&guesser, now), Duration::ZERO, "a few are refused at once");
    queue.note_trouble(&guesser, now);
    assert_eq!(queue.pause(&guesser, now), SECOND);
    assert_eq!(queue.pause(&other, now), Duration::ZERO, "another connection");
    for _ in 0..40 {
        queue.note_trouble(&guesser, now);
    }
    assert_eq!(queue.pause(&other, now), SECOND, "of the same address");
    assert_eq!(queue.pause(&stranger(2, "ada", 3), now), Duration::ZERO, "another address");
    assert_eq!(queue.pause(&guesser, now + TROUBLE_LASTS), Duration::ZERO, "a minute later");
}
