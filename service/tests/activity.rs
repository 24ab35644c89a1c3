//! Following the activity: what a follower receives, where it catches up, when it starts over, and when it ends.

use crate::support;

use std::{pin::Pin, time::Duration};

use domain::{AccountChange, Consumer, Event};
use futures::{Stream, StreamExt as _};
use service::{Admin, ServiceError, activity::Told, sign_in::IDLE};
use store::feed::News;
use support::{HERE, House, PASSWORD, PATIENCE, SECRET};

/// Longer than any test.
const NO_BEAT: Duration = Duration::from_hours(1);
const MOMENT: Duration = Duration::from_millis(1);

struct Follower(Pin<Box<dyn Stream<Item = Result<Told, ServiceError>>>>);

impl Follower {
    fn new(house: &House, admin: &Admin, after: Option<i64>) -> Self {
        Self(Box::pin(house.service.activity(admin).follow(after, NO_BEAT)))
    }

    /// One that has caught up with the newest line.
    async fn ready(house: &House, admin: &Admin) -> Self {
        let mut follower = Self::new(house, admin, None);
        assert_eq!(follower.next().await, Some(Told::Ready(house.latest().await)));
        follower
    }

    /// The next item, or `None` at the end.
    async fn next(&mut self) -> Option<Told> {
        tokio::time::timeout(PATIENCE, self.0.next()).await.expect("an item or the end").map(Result::unwrap)
    }

    /// The next item but for lines that are about no consumer, which has to be an event.
    async fn event(&mut self) -> (i64, Event) {
        loop {
            match self.next().await {
                Some(Told::Line(_)) => {}
                Some(Told::Event(id, event)) => return (id, event),
                other => panic!("{other:?} is not an event"),
            }
        }
    }
}

fn changed(consumer: &Consumer) -> Event {
    Event::Consumer(consumer.clone())
}

#[tokio::test]
async fn a_follower_is_told_what_happens_from_now_on() {
    let house = House::new().await.with_feed().await;
    house.register(&house.root, "Before").await;
    let mut follower = Follower::ready(&house, &house.root).await;
    let consumer = house.register(&house.root, "After").await;
    assert_eq!(follower.event().await, (house.latest().await, changed(&consumer)));
    house.service.consumers(&house.root).remove(consumer.key, None).await.unwrap();
    assert_eq!(follower.event().await, (house.latest().await, Event::Removed(consumer.key)));
}

#[tokio::test]
async fn a_follower_that_was_away_catches_up_from_where_it_was() {
    let house = House::with_users().await.with_feed().await;
    house.register(&house.root, "First").await;
    let seen = house.latest().await;
    let second = house.register(&house.root, "Second").await;
    house.sign_in("ada").await;
    let third = house.register(&house.root, "Third").await;
    house.service.consumers(&house.root).remove(second.key, None).await.unwrap();
    let mut follower = Follower::new(&house, &house.root, Some(seen));
    assert_eq!(follower.next().await, Some(Told::Ready(seen)));
    let events = [changed(&second), changed(&third), Event::Removed(second.key)];
    for (id, event) in [seen + 1, seen + 3, seen + 4].into_iter().zip(events) {
        assert_eq!(follower.event().await, (id, event), "the line between is not an event");
    }
    let fourth = house.register(&house.root, "Fourth").await;
    assert_eq!(follower.event().await, (seen + 5, changed(&fourth)));
}

#[tokio::test]
async fn a_follower_is_told_the_number_of_a_line_that_is_about_no_consumer() {
    let house = House::with_users().await.with_feed().await;
    let seen = house.latest().await;
    let mut follower = Follower::ready(&house, &house.root).await;
    house.sign_in("ada").await;
    house.service.users(&house.root).change("grace", AccountChange::Permit).await.unwrap();
    let mut late = Follower::new(&house, &house.root, Some(seen));
    assert_eq!(late.next().await, Some(Told::Ready(seen)));
    for follower in [&mut follower, &mut late] {
        assert_eq!(follower.next().await, Some(Told::Line(seen + 1)));
        assert_eq!(follower.next().await, Some(Told::Line(seen + 2)));
    }
}

#[tokio::test]
async fn what_happens_while_a_follower_catches_up_is_told_once() {
    let house = House::new().await.with_feed().await;
    let seen = house.latest().await;
    let mut follower = Follower::new(&house, &house.root, Some(seen));
    let mut news = house.store.listen();
    let first = house.register(&house.root, "First").await;
    assert!(matches!(news.recv().await, Ok(News::Line(_))), "the follower has it by both ways now");
    assert_eq!(follower.next().await, Some(Told::Ready(seen)));
    assert_eq!(follower.event().await.1, changed(&first));
    let second = house.register(&house.root, "Second").await;
    assert_eq!(follower.event().await.1, changed(&second));
}

#[tokio::test]
async fn a_follower_that_missed_too_much_starts_over() {
    let house = House::new().await.with_feed().await;
    house.append_sign_ins(501).await;
    let newest = house.latest().await;
    let mut follower = Follower::new(&house, &house.root, Some(newest - 500));
    assert_eq!(follower.next().await, Some(Told::Ready(newest - 500)));
    let mut follower = Follower::new(&house, &house.root, Some(newest - 501));
    assert_eq!(follower.next().await, Some(Told::Resync(newest)));
    let consumer = house.register(&house.root, "App").await;
    assert_eq!(follower.event().await, (newest + 1, changed(&consumer)));
}

#[tokio::test]
async fn a_follower_that_knows_more_than_there_is_starts_over() {
    // As after a backup was restored.
    let house = House::new().await.with_feed().await;
    let mut follower = Follower::new(&house, &house.root, Some(1_000_000));
    assert_eq!(follower.next().await, Some(Told::Resync(house.latest().await)));
    let consumer = house.register(&house.root, "App").await;
    assert_eq!(follower.event().await.1, changed(&consumer));
}

#[tokio::test]
async fn a_follower_that_lags_behind_starts_over() {
    let house = House::new().await.with_feed().await;
    let mut follower = Follower::ready(&house, &house.root).await;
    let mut news = house.store.listen();
    house.append_sign_ins(1_500).await;
    house.register(&house.root, "Missed").await;
    let newest = house.latest().await;
    // What this listener has lagged behind itself does not matter.
    while !matches!(news.recv().await, Ok(News::Line(line)) if line.id == newest) {}
    assert_eq!(follower.next().await, Some(Told::Resync(newest)));
    let consumer = house.register(&house.root, "App").await;
    assert_eq!(follower.event().await, (newest + 1, changed(&consumer)));
}

#[tokio::test]
async fn a_line_that_only_a_later_version_can_read_makes_followers_start_over() {
    let house = House::new().await.with_feed().await;
    let key = house.register(&house.root, "App").await.key;
    let seen = house.latest().await;
    let mut follower = Follower::ready(&house, &house.root).await;
    house
        .sql(&format!(
            r#"INSERT INTO activity (at, actor, action, consumer_key, "after")
            VALUES (0, 'ada', 'consumer_reshaped', '{key}', '{{"shape": "round"}}')"#
        ))
        .await;
    assert_eq!(follower.next().await, Some(Told::Resync(seen + 1)));
    let consumer = house.register(&house.root, "Another").await;
    assert_eq!(follower.event().await, (seen + 2, changed(&consumer)));
    let mut late = Follower::new(&house, &house.root, Some(seen));
    assert_eq!(late.next().await, Some(Told::Resync(seen + 2)));
}

#[tokio::test]
async fn a_follower_is_told_which_consumers_were_used() {
    let house = House::new().await.with_feed().await;
    let consumer = house.register(&house.root, "App").await;
    let mut follower = Follower::ready(&house, &house.root).await;
    let cached = house.store.consumers().cached(consumer.key).await.unwrap().unwrap();
    house.store.uses().note(&cached, None, 7_000);
    house.store.uses().write().await.unwrap();
    let Some(Told::Used(used)) = follower.next().await else { panic!("it was used") };
    assert_eq!(used.iter().map(|consumer| consumer.key).collect::<Vec<_>>(), [consumer.key]);
    assert_eq!(used[0].last_used_at.unwrap().unix_timestamp(), 7);
}

#[tokio::test]
async fn a_follower_ends_when_its_user_signs_out_and_that_of_another_session_goes_on() {
    let house = House::with_users().await.with_feed().await;
    let token = house.sign_in("ada").await;
    let ada = house.who(&token).await.unwrap();
    let elsewhere = house.admin("ada").await;
    let mut ends = Follower::ready(&house, &ada.admin().unwrap()).await;
    let mut stays = Follower::ready(&house, &elsewhere).await;
    house.service.sessions().sign_out(&ada).await.unwrap();
    assert_eq!(ends.next().await, None);
    let consumer = house.register(&elsewhere, "App").await;
    assert_eq!(stays.event().await.1, changed(&consumer));
}

#[tokio::test]
async fn a_follower_ends_when_its_user_is_disabled_forbidden_signed_out_or_has_a_new_password() {
    let house = House::with_users().await.with_feed().await;
    let service = &house.service;
    let root = &house.root;
    let mut stays = Follower::ready(&house, &house.admin("ada").await).await;
    for undo in ["disable", "forbid", "passwd", "sign-out"] {
        service.users(root).change("grace", AccountChange::Enable).await.unwrap();
        service.users(root).change("grace", AccountChange::Permit).await.unwrap();
        let mut ends = Follower::ready(&house, &house.admin("grace").await).await;
        let users = service.users(root);
        let undone = match undo {
            "disable" => users.change("grace", AccountChange::Disable).await,
            "forbid" => users.change("grace", AccountChange::Forbid).await,
            "passwd" => users.change_password("grace", PASSWORD, false).await,
            _ => users.sign_out("grace").await,
        };
        undone.unwrap();
        assert_eq!(ends.next().await, None, "{undo}");
        let consumer = house.register(root, "App").await;
        assert_eq!(stays.event().await.1, changed(&consumer), "{undo}");
    }
}

#[tokio::test]
async fn a_follower_beats_until_its_session_is_idle_for_too_long() {
    let house = House::with_users().await.with_feed().await;
    let ada = house.admin("ada").await;
    let mut follower = Follower(Box::pin(house.service.activity(&ada).follow(None, MOMENT)));
    assert!(matches!(follower.next().await, Some(Told::Ready(_))));
    house.pass(IDLE);
    assert_eq!(follower.next().await, Some(Told::Beat));
    assert_eq!(
        follower.next().await,
        Some(Told::Beat),
        "listening does not keep the session, but nor does it end it"
    );
    house.pass(MOMENT);
    assert_eq!(follower.next().await, None);
}

#[tokio::test]
async fn a_follower_whose_session_has_ended_is_told_nothing() {
    let house = House::with_users().await.with_feed().await;
    let token = house.sign_in("ada").await;
    let ada = house.who(&token).await.unwrap();
    let seen = house.latest().await;
    house.register(&house.root, "App").await;
    house.service.sessions().sign_out(&ada).await.unwrap();
    assert_eq!(Follower::new(&house, &ada.admin().unwrap(), Some(seen)).next().await, None);
}

#[tokio::test]
async fn a_follower_that_lags_behind_the_end_of_its_session_ends() {
    let house = House::with_users().await.with_feed().await;
    let mut follower = Follower::ready(&house, &house.admin("ada").await).await;
    let mut news = house.store.listen();
    house.sql("DELETE FROM sessions").await;
    house.append_sign_ins(1_500).await;
    let newest = house.latest().await;
    while !matches!(news.recv().await, Ok(News::Line(line)) if line.id == newest) {}
    assert_eq!(follower.next().await, None);
}

#[tokio::test]
async fn sessions_are_checked_only_after_what_can_end_one() {
    let house = House::with_users().await.with_feed().await;
    let mut follower = Follower::ready(&house, &house.admin("ada").await).await;
    // Behind the store's back: no action says so.
    house.sql("DELETE FROM sessions").await;
    let grace = house.sign_in("grace").await;
    let consumer = house.register(&house.root, "App").await;
    assert_eq!(follower.event().await.1, changed(&consumer));
    house.service.sessions().sign_out(&house.who(&grace).await.unwrap()).await.unwrap();
    house.register(&house.root, "App").await;
    assert_eq!(follower.next().await, None);
}

#[tokio::test]
async fn what_a_later_version_did_may_have_ended_a_session() {
    let house = House::with_users().await.with_feed().await;
    let mut follower = Follower::ready(&house, &house.admin("ada").await).await;
    house.sql("DELETE FROM sessions").await;
    house.sql("INSERT INTO activity (at, actor, action) VALUES (0, 'ada', 'sessions_swept')").await;
    assert_eq!(follower.next().await, None);
}

#[tokio::test]
async fn a_follower_that_was_away_is_told_how_often_a_key_was_asked_for_since_its_line() {
    let house = House::new().await.with_feed().await;
    let seen = house.latest().await;
    let ask =
        async || house.service.key_requests().register(Some("Friend"), SECRET, false, HERE).await.unwrap();
    let asked = ask().await;
    ask().await;
    house.store.key_requests().write_repeats().await.unwrap();
    let mut follower = Follower::new(&house, &house.root, Some(seen));
    assert_eq!(follower.next().await, Some(Told::Ready(seen)));
    assert_eq!(follower.event().await, (seen + 1, changed(&asked)), "as it was then");
    let now = Consumer { requested_times: 2, ..asked };
    assert_eq!(follower.next().await, Some(Told::Used([now].into())));
}
