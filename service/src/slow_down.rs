//! Wrong passwords slow down their account and their address. Right ones are never refused for it: every attempt is
//! checked in the end, so nobody can lock an account's owner out; the owner waits a few seconds at most.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use time::OffsetDateTime;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Wrong passwords of an account that cost nothing.
const FREE_PER_ACCOUNT: u32 = 3;
/// Wrong passwords from an address that cost nothing; several people may share one.
const FREE_PER_ADDRESS: u32 = 5;
/// The wait after the first wrong password that is not free; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(4);
/// Wrong passwords are forgotten this long after the last one.
const FORGOTTEN_AFTER: Duration = Duration::from_mins(15);
/// Attempts from one address that may be under way at once; the others queue.
const AT_ONCE_PER_ADDRESS: usize = 8;
/// Remembered accounts and addresses; past that the forgotten ones are swept.
const SWEEP_ABOVE: usize = 10_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Account(String),
    Address(IpAddr),
    /// One account from one address: attempts take turns, so that a wait cannot be shared by trying many at once.
    Pair(String, IpAddr),
}

#[derive(Debug)]
struct Record {
    wrong: u32,
    last: OffsetDateTime,
    turns: Arc<Semaphore>,
}

/// Counts wrong passwords, and makes those who come after them wait.
#[derive(Clone, Debug, Default)]
pub(crate) struct SlowDown(Arc<Mutex<HashMap<Subject, Record>>>);

/// Held while an attempt is under way.
#[derive(Debug)]
pub(crate) struct Turn {
    _pair: OwnedSemaphorePermit,
    _address: OwnedSemaphorePermit,
}

fn wait(wrong: u32, free: u32) -> Duration {
    match wrong.checked_sub(free) {
        None => Duration::ZERO,
        Some(over) => FIRST_WAIT.saturating_mul(1 << over.min(10)).min(LONGEST_WAIT),
    }
}

impl SlowDown {
    /// Waits for this attempt's turn, then as long as the wrong passwords before it ask for.
    pub(crate) async fn wait_for_turn(&self, account: &str, address: IpAddr, now: OffsetDateTime) -> Turn {
        let pair = self.turns(Subject::Pair(account.to_owned(), address), 1, now);
        let from_address = self.turns(Subject::Address(address), AT_ONCE_PER_ADDRESS, now);
        let open = "the semaphores are never closed";
        let turn = Turn {
            _pair: pair.acquire_owned().await.expect(open),
            _address: from_address.acquire_owned().await.expect(open),
        };
        tokio::time::sleep(self.wait(account, address, now)).await;
        turn
    }

    /// How long an attempt has to wait now.
    fn wait(&self, account: &str, address: IpAddr, now: OffsetDateTime) -> Duration {
        let records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wrong = |subject| {
            records.get(&subject).filter(|record| !forgotten(record, now)).map_or(0, |record| record.wrong)
        };
        let by_account = wait(wrong(Subject::Account(account.to_owned())), FREE_PER_ACCOUNT);
        by_account.max(wait(wrong(Subject::Address(address)), FREE_PER_ADDRESS))
    }

    /// Notes a wrong password.
    pub(crate) fn wrong(&self, account: &str, address: IpAddr, now: OffsetDateTime) {
        for (subject, at_once) in
            [(Subject::Account(account.to_owned()), 1), (Subject::Address(address), AT_ONCE_PER_ADDRESS)]
        {
            let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let record = records.entry(subject).or_insert_with(|| Record::new(at_once, now));
            record.wrong = if forgotten(record, now) { 1 } else { record.wrong.saturating_add(1) };
            record.last = now;
        }
    }

    /// Notes a right password: the account starts afresh. The address does not, or whoever has an account of their
    /// own could clear it between two guesses at another one's.
    pub(crate) fn right(&self, account: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&Subject::Account(account.to_owned()));
    }

    fn turns(&self, subject: Subject, at_once: usize, now: OffsetDateTime) -> Arc<Semaphore> {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if records.len() > SWEEP_ABOVE {
            records.retain(|_, record| !forgotten(record, now) || Arc::strong_count(&record.turns) > 1);
        }
        records.entry(subject).or_insert_with(|| Record::new(at_once, now)).turns.clone()
    }
}

impl Record {
    fn new(at_once: usize, now: OffsetDateTime) -> Self {
        Self { wrong: 0, last: now, turns: Arc::new(Semaphore::new(at_once)) }
    }
}

fn forgotten(record: &Record, now: OffsetDateTime) -> bool {
    now - record.last > FORGOTTEN_AFTER
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn after(wrong: u32, account: &str) -> SlowDown {
        let slow_down = SlowDown::default();
        (0..wrong).for_each(|_| slow_down.wrong(account, HERE, NOW));
        slow_down
    }

    #[test]
    fn a_few_slips_cost_nothing_and_then_the_wait_doubles_to_a_limit() {
        let waits = [0, 2, 3, 4, 5, 50].map(|wrong| after(wrong, "ada").wait("ada", HERE, NOW).as_millis());
        assert_eq!(waits, [0, 0, 250, 500, 1000, 4000]);
    }

    #[test]
    fn an_account_is_slow_from_every_address_and_an_address_for_every_account() {
        let slow_down = after(6, "ada");
        assert!(slow_down.wait("ada", THERE, NOW) > Duration::ZERO);
        assert!(slow_down.wait("grace", HERE, NOW) > Duration::ZERO);
        assert_eq!(slow_down.wait("grace", THERE, NOW), Duration::ZERO);
    }

    #[test]
    fn a_right_password_frees_the_account_but_not_the_address() {
        let slow_down = after(6, "ada");
        slow_down.right("ada");
        assert_eq!(slow_down.wait("ada", THERE, NOW), Duration::ZERO);
        assert!(slow_down.wait("ada", HERE, NOW) > Duration::ZERO);
    }

    #[test]
    fn wrong_passwords_are_forgotten_after_a_while() {
        let later = NOW + FORGOTTEN_AFTER + Duration::from_secs(1);
        assert_eq!(after(50, "ada").wait("ada", HERE, later), Duration::ZERO);
    }

    #[tokio::test]
    async fn attempts_at_one_account_from_one_address_take_turns() {
        let slow_down = SlowDown::default();
        let first = slow_down.wait_for_turn("ada", HERE, NOW).await;
        let elsewhere = slow_down.wait_for_turn("ada", THERE, NOW).await;
        let mut second = Box::pin(slow_down.wait_for_turn("ada", HERE, NOW));
        assert!(futures_poll(&mut second).await.is_none(), "the second attempt waits for the first");
        drop((first, elsewhere));
        second.await;
    }

    /// Polls once.
    async fn futures_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(context) {
                std::task::Poll::Ready(output) => Some(output),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }
}
