//! Requests of programs for a key, by a clock that stands still: rate, share, and the thirty days.

use crate::support;

use std::{net::IpAddr, sync::Arc, time::Duration};

use domain::{Action, Actor, Consumer, ConsumerQuery};
use service::{Clock, Rules, Service, key_requests::KeyRequestError};
use support::{HERE, House, SECRET};

const DAY: Duration = Duration::from_hours(24);

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Asks as the server does: counted first, then read.
async fn ask(house: &House, name: &str, from: IpAddr) -> Result<Consumer, KeyRequestError> {
    house.service.key_requests().admit(from)?;
    house.service.key_requests().register(Some(name), SECRET, false, from).await
}

async fn total(house: &House) -> u64 {
    let listed = house.service.consumers(&house.root).list(&ConsumerQuery::default(), 1).await.unwrap();
    listed.total
}

#[tokio::test]
async fn a_network_may_have_twenty_undecided_however_long_it_takes_and_others_are_not_affected() {
    let house = House::new().await;
    for n in 0..20 {
        ask(&house, &format!("Friend {n}"), address(&format!("2001:db8::{n}"))).await.unwrap();
        house.pass(Duration::from_mins(1));
    }
    let refused = ask(&house, "One more", address("2001:db8::ffff")).await.unwrap_err();
    assert!(
        matches!(refused, KeyRequestError::TooManyUndecided(wait) if wait > Duration::ZERO),
        "{refused:?}"
    );
    assert_eq!(total(&house).await, 20);
    ask(&house, "Elsewhere", address("2001:db8:0:1::1")).await.unwrap();
    ask(&house, "Friend 3", address("2001:db8::3")).await.unwrap();
    house.pass(30 * DAY);
    ask(&house, "One more", address("2001:db8::ffff")).await.unwrap();
    assert_eq!(total(&house).await, 1, "those before have ended");
}

#[tokio::test]
async fn a_request_that_nobody_decides_ends_after_thirty_days_however_often_it_is_repeated() {
    let house = House::new().await;
    let first = ask(&house, "Friend", HERE).await.unwrap();
    let approved = ask(&house, "Approved", HERE).await.unwrap();
    house.service.consumers(&house.root).approve(approved.key, None).await.unwrap();
    house.register(&house.root, "Registered, which waits as long as it takes").await;
    for _ in 0..29 {
        house.pass(DAY);
        assert_eq!(ask(&house, "Friend", HERE).await.unwrap().key, first.key);
        assert_eq!(house.service.key_requests().end_undecided().await.unwrap(), 0);
    }
    house.pass(DAY);
    assert_eq!(total(&house).await, 2, "it does not show, though it is not removed yet");
    assert_eq!(house.service.consumers(&house.root).counts().await.unwrap().all(), 2, "nor is it counted");
    let next = ask(&house, "Friend", HERE).await.unwrap();
    assert_ne!(next.key, first.key);
    assert_eq!(house.service.key_requests().end_undecided().await.unwrap(), 1);
    assert_eq!(total(&house).await, 3);
    let line = house.last_activities(1).await.remove(0);
    assert_eq!((line.action, line.actor), (Action::ConsumerRemoved, Actor::Server));
    assert_eq!((line.consumer_key, line.address), (Some(first.key), None));
    let refused = house.service.consumers(&house.root).approve(first.key, None).await.unwrap_err();
    assert_eq!(refused.to_string(), "This consumer was removed by the server.");
    assert_eq!(house.service.key_requests().end_undecided().await.unwrap(), 0);
}

#[tokio::test]
async fn an_administrator_removes_what_an_address_asked_for_and_the_lines_say_who() {
    let house = House::with_users().await;
    let ada = house.admin("ada").await;
    for n in 0..3 {
        ask(&house, &format!("Friend {n}"), HERE).await.unwrap();
    }
    let other = ask(&house, "Other", address("192.0.2.2")).await.unwrap();
    let consumers = house.service.consumers(&ada);
    assert_eq!(consumers.count_requests_from(HERE).await.unwrap(), 3);
    assert_eq!(consumers.remove_requests_from(HERE).await.unwrap().len(), 3);
    assert_eq!(consumers.count_requests_from(HERE).await.unwrap(), 0);
    assert!(consumers.remove_requests_from(HERE).await.unwrap().is_empty());
    assert_eq!(consumers.find(other.key).await.unwrap(), other);
    for line in house.last_activities(3).await {
        assert_eq!((line.action, line.actor.to_string()), (Action::ConsumerRemoved, "ada".to_owned()));
        assert_eq!(line.address, Some(HERE.to_string()));
    }
    ask(&house, "Friend 0", HERE).await.unwrap();
}

#[tokio::test]
async fn where_requests_are_off_none_is_admitted() {
    let house = House::new().await;
    let rules = Rules { key_requests: false, ..Rules::default() };
    let service = Service::new(Arc::clone(&house.store), Clock::System, rules);
    assert!(matches!(service.key_requests().admit(HERE), Err(KeyRequestError::Off)));
    assert!(house.service.key_requests().admit(HERE).is_ok());
}
