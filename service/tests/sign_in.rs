//! Signing in and what ends a session, by a clock that the test moves.

use crate::support;

use std::{
    net::{IpAddr, Ipv4Addr},
    time::{Duration, Instant},
};

use domain::{AccountChange, Action, Password};
use service::{
    NotPermitted, Token,
    sign_in::{AT_MOST, IDLE, Presence, SignInError},
};
use support::{HERE, House, PASSWORD};

const MOMENT: Duration = Duration::from_millis(1);

#[tokio::test]
async fn the_right_pair_signs_in_whatever_the_case_of_the_name() {
    let house = House::with_users().await;
    let token = house.sign_in("ADA").await;
    let ada = house.who(&token).await.unwrap();
    assert_eq!(ada.user().username.as_str(), "ada");
    assert!(ada.admin().is_ok());
    let grace = house.sign_in("grace").await;
    assert_eq!(house.who(&grace).await.unwrap().admin().unwrap_err(), NotPermitted::User);
    assert_ne!(token.expose(), house.sign_in("ada").await.expose());
    let line = house.last_activities(1).await.remove(0);
    assert_eq!((line.action, line.actor.to_string()), (Action::SignedIn, "ada".to_owned()));
    assert_eq!(line.address, Some(HERE.to_string()));
}

#[tokio::test]
async fn every_wrong_pair_is_answered_alike() {
    let house = House::with_users().await;
    house.service.users(&house.root).change("grace", AccountChange::Disable).await.unwrap();
    for (name, password) in
        [("ada", "wrong"), ("ada", ""), ("nobody", PASSWORD), ("no name!", PASSWORD), ("grace", PASSWORD)]
    {
        let refused = house.service.sessions().sign_in(name, &Password::typed(password), None, HERE).await;
        assert!(matches!(refused, Err(SignInError::WrongPair)), "{name}: {refused:?}");
    }
}

#[tokio::test]
async fn an_unknown_name_takes_as_long_as_a_wrong_password() {
    let house = House::with_users().await;
    let mut quickest = [Duration::MAX; 2];
    for n in 0..3 {
        // Another address each time: no attempt is slowed down.
        let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10 + n));
        for (name, quickest) in ["ada", "nobody"].into_iter().zip(&mut quickest) {
            let begin = Instant::now();
            house
                .service
                .sessions()
                .sign_in(name, &Password::typed("wrong"), None, address)
                .await
                .unwrap_err();
            *quickest = begin.elapsed().min(*quickest);
        }
    }
    // Without argon2 an unknown name would take a hundredth.
    assert!(quickest[1] > quickest[0] / 3, "{quickest:?}");
}

#[tokio::test]
async fn a_session_ends_after_30_idle_minutes() {
    let house = House::with_users().await;
    let token = house.sign_in("ada").await;
    for _ in 0..3 {
        house.pass(IDLE);
        assert!(house.who(&token).await.is_some(), "doing something keeps it");
    }
    house.pass(IDLE + MOMENT);
    assert!(house.who(&token).await.is_none());
    assert_eq!(IDLE, Duration::from_mins(30));
}

#[tokio::test]
async fn a_session_ends_after_12_hours_whatever_its_user_does() {
    let house = House::with_users().await;
    let token = house.sign_in("ada").await;
    let mut lasted = Duration::ZERO;
    while lasted < AT_MOST {
        assert!(house.who(&token).await.is_some(), "after {lasted:?}");
        house.pass(Duration::from_mins(20));
        lasted += Duration::from_mins(20);
    }
    assert!(house.who(&token).await.is_some(), "to the last moment");
    house.pass(MOMENT);
    assert!(house.who(&token).await.is_none());
    assert_eq!(AT_MOST, Duration::from_hours(12));
}

#[tokio::test]
async fn a_page_that_merely_stays_open_does_not_keep_a_session() {
    let house = House::with_users().await;
    let token = house.sign_in("ada").await;
    let listens = || house.service.sessions().authenticate(token.expose(), HERE, Presence::Listening);
    house.pass(Duration::from_mins(20));
    assert!(listens().await.unwrap().is_some());
    house.pass(Duration::from_mins(10) + MOMENT);
    assert!(listens().await.unwrap().is_none());
}

#[tokio::test]
async fn a_session_is_not_written_to_at_every_request() {
    let house = House::with_users().await;
    let token = house.sign_in("ada").await;
    house.pass(Duration::from_secs(59));
    assert!(house.who(&token).await.is_some());
    house.pass(Duration::from_mins(29) + Duration::from_secs(1) + MOMENT);
    assert!(house.who(&token).await.is_none(), "the request after 59 seconds was not noted");
}

#[tokio::test]
async fn signing_out_ends_that_session_alone() {
    let house = House::with_users().await;
    let (token, elsewhere) = (house.sign_in("ada").await, house.sign_in("ada").await);
    let ada = house.who(&token).await.unwrap();
    for _ in 0..2 {
        house.service.sessions().sign_out(&ada).await.unwrap();
        assert!(house.who(&token).await.is_none());
    }
    assert!(house.who(&elsewhere).await.is_some());
}

#[tokio::test]
async fn signing_in_again_ends_the_browsers_earlier_session_and_its_streams() {
    let house = House::with_users().await;
    let (first, elsewhere) = (house.sign_in("ada").await, house.sign_in("ada").await);
    let sign_in = async |name: &str, password: &str, earlier: &Token| {
        let password = Password::typed(password);
        house.service.sessions().sign_in(name, &password, Some(earlier.expose()), HERE).await
    };
    assert!(sign_in("ada", "wrong", &first).await.is_err());
    assert!(house.who(&first).await.is_some(), "who does not sign in stays signed in");
    let seen = house.activities().await;
    let second = sign_in("grace", PASSWORD, &first).await.unwrap();
    assert!(house.who(&first).await.is_none());
    assert_eq!(house.who(&second).await.unwrap().user().username.as_str(), "grace");
    assert!(house.who(&elsewhere).await.is_some());
    // The line by which every node ends the streams of the earlier session.
    let lines = house.last_activities(house.activities().await - seen).await;
    let lines: Vec<_> = lines.iter().map(|line| (&line.action, line.actor.to_string())).collect();
    assert_eq!(lines, [(&Action::SignedOut, "ada".to_owned()), (&Action::SignedIn, "grace".to_owned())]);
    let seen = house.activities().await;
    sign_in("grace", PASSWORD, &first).await.unwrap();
    assert_eq!(house.activities().await, seen + 1, "what has ended ends no more");
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once_and_enabling_brings_no_session_back() {
    let house = House::with_users().await;
    house.add("root", true).await;
    let token = house.sign_in("ada").await;
    house.service.users(&house.root).change("ada", AccountChange::Disable).await.unwrap();
    assert!(house.who(&token).await.is_none());
    assert!(house.service.sessions().sign_in("ada", &Password::typed(PASSWORD), None, HERE).await.is_err());
    house.service.users(&house.root).change("ada", AccountChange::Enable).await.unwrap();
    assert!(house.who(&token).await.is_none());
    house.sign_in("ada").await;
}

#[tokio::test]
async fn the_permission_is_asked_for_at_every_request() {
    let house = House::with_users().await;
    let token = house.sign_in("grace").await;
    for (change, permitted) in [(AccountChange::Permit, true), (AccountChange::Forbid, false)] {
        house.service.users(&house.root).change("grace", change).await.unwrap();
        assert_eq!(house.who(&token).await.unwrap().admin().is_ok(), permitted);
    }
}

#[tokio::test]
async fn a_new_password_ends_the_sessions_and_replaces_the_old_one() {
    let house = House::with_users().await;
    let token = house.sign_in("ada").await;
    assert!(house.service.users(&house.root).change_password("ada", "short", false).await.is_err());
    assert!(house.who(&token).await.is_some());
    house.service.users(&house.root).change_password("Ada", "another password", false).await.unwrap();
    assert!(house.who(&token).await.is_none());
    assert!(house.service.sessions().sign_in("ada", &Password::typed(PASSWORD), None, HERE).await.is_err());
    house.service.sessions().sign_in("ada", &Password::typed("another password"), None, HERE).await.unwrap();
}

#[tokio::test]
async fn no_session_outlives_the_password_it_was_begun_with() {
    let house = House::with_users().await;
    let password = |n: u8| format!("the password {n}");
    let users = house.service.users(&house.root);
    users.change_password("grace", &password(0), false).await.unwrap();
    for n in 0..5 {
        let old = Password::typed(&password(n));
        let new = password(n + 1);
        // Another address each: nobody waits for anybody's wrong passwords.
        let sign_in = |host| {
            house.service.sessions().sign_in("grace", &old, None, IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)))
        };
        let (one, two, changed) =
            tokio::join!(sign_in(10 + n), sign_in(20 + n), users.change_password("grace", &new, false));
        changed.unwrap();
        for begun in [one, two] {
            match begun {
                Ok(token) => assert!(house.who(&token).await.is_none(), "round {n}"),
                Err(error) => assert!(matches!(error, SignInError::WrongPair), "{error:?}"),
            }
        }
        house.pass(Duration::from_hours(1));
    }
}

#[tokio::test]
async fn old_sessions_are_swept_when_somebody_signs_in() {
    let house = House::with_users().await;
    let token = house.sign_in("ada").await;
    house.pass(AT_MOST + MOMENT);
    house.sign_in("ada").await;
    // With the clock turned back it would hold again, if it were still there.
    house.turn_back(AT_MOST);
    assert!(house.who(&token).await.is_none());
}

#[tokio::test]
async fn a_token_is_long_random_and_does_not_print() {
    let house = House::with_users().await;
    let token = house.sign_in("ada").await;
    assert_eq!(token.expose().len(), 43);
    assert!(!format!("{token:?}").contains(token.expose()));
    for guess in ["", "x", &"A".repeat(43), &"A".repeat(100_000)] {
        assert!(
            house.service.sessions().authenticate(guess, HERE, Presence::Acting).await.unwrap().is_none()
        );
    }
}
