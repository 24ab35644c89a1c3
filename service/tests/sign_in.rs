//! Signing in and what ends a session, by a clock that the test moves.

use crate::support;

use std::{
    net::{IpAddr, Ipv4Addr},
    time::{Duration, Instant},
};

use domain::{AccountChange, Action, Password};
use futures::{StreamExt as _, stream::FuturesUnordered};
use service::{
    NotPermitted, Token,
    sign_in::{AT_MOST, Browser, Cause, IDLE, Presence, SignInError},
};
use support::{BROWSER, HERE, House, PASSWORD, begun};

const MOMENT: Duration = Duration::from_millis(1);
const ANOTHER_PASSWORD: &str = "another horse battery";

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
    let mut words = Vec::new();
    for (name, password, why) in [
        ("ada", "wrong", Cause::WrongPassword),
        ("ada", "", Cause::WrongPassword),
        ("nobody", PASSWORD, Cause::UnknownUser),
        ("no name!", PASSWORD, Cause::UnknownUser),
        ("grace", PASSWORD, Cause::AccountChanged),
    ] {
        let refused = house.service.sessions().sign_in(name, &Password::typed(password), &BROWSER).await;
        let Err(error @ SignInError::WrongPair(cause)) = refused else { panic!("{name}: {refused:?}") };
        assert_eq!(cause, why, "{name}");
        words.push(error.to_string());
    }
    words.dedup();
    assert_eq!(words.len(), 1, "{words:?}");
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
                .sign_in(name, &Password::typed("wrong"), &Browser::at(address))
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
        let browser = Browser { session: Some(earlier.expose()), ..BROWSER };
        house.service.sessions().sign_in(name, &password, &browser).await
    };
    assert!(sign_in("ada", "wrong", &first).await.is_err());
    assert!(house.who(&first).await.is_some(), "who does not sign in stays signed in");
    let seen = house.activities().await;
    let second = begun(sign_in("grace", PASSWORD, &first).await.unwrap()).token;
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
    assert!(house.service.sessions().sign_in("ada", &Password::typed(PASSWORD), &BROWSER).await.is_err());
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
    house.service.users(&house.root).change_password("Ada", ANOTHER_PASSWORD, false).await.unwrap();
    assert!(house.who(&token).await.is_none());
    assert!(house.service.sessions().sign_in("ada", &Password::typed(PASSWORD), &BROWSER).await.is_err());
    house.service.sessions().sign_in("ada", &Password::typed(ANOTHER_PASSWORD), &BROWSER).await.unwrap();
}

#[tokio::test]
async fn no_session_outlives_the_password_it_was_begun_with() {
    let house = House::with_users().await;
    let password = |n: u8| format!("quiet otter {n} lamps");
    let users = house.service.users(&house.root);
    users.change_password("grace", &password(0), false).await.unwrap();
    for n in 0..5 {
        let old = Password::typed(&password(n));
        let new = password(n + 1);
        // Another address each: nobody waits for anybody's wrong passwords.
        let sign_in = async |host| {
            let browser = Browser::at(IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)));
            house.service.sessions().sign_in("grace", &old, &browser).await
        };
        let (one, two, changed) =
            tokio::join!(sign_in(10 + n), sign_in(20 + n), users.change_password("grace", &new, false));
        changed.unwrap();
        for signed_in in [one, two] {
            match signed_in {
                Ok(signed_in) => assert!(house.who(&begun(signed_in).token).await.is_none(), "round {n}"),
                Err(error) => assert!(matches!(error, SignInError::WrongPair(_)), "{error:?}"),
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

/// A wrong password for a user, from here.
async fn guess(house: &House, name: &str) -> SignInError {
    let wrong = Password::typed("wrong");
    house.service.sessions().sign_in(name, &wrong, &BROWSER).await.expect_err("it is wrong")
}

/// As many wrong passwords as slow an account down.
async fn guess_at(house: &House, name: &str) {
    for _ in 0..4 {
        assert!(matches!(guess(house, name).await, SignInError::WrongPair(Cause::WrongPassword)));
    }
}

#[tokio::test]
async fn what_finds_no_room_among_guesses_is_sent_away_at_once_and_a_known_browser_waits_for_none() {
    let house = House::with_users().await;
    let device = house.begin("ada", &BROWSER).await.device;
    guess_at(&house, "ada").await;
    let mut guesses: FuturesUnordered<_> = (0..20).map(|_| guess(&house, "ada")).collect();
    let first = guesses.next().await.unwrap();
    let SignInError::TooMany(wait) = first else { panic!("{first:?}") };
    assert!(wait > Duration::ZERO);
    // From the same address and the same connection, as behind a proxy.
    let known = Browser { device: Some(&device), ..BROWSER };
    let begun = house.begin("ada", &known).await;
    assert_eq!(house.who(&begun.token).await.unwrap().user().username.as_str(), "ada");
    assert!(!guesses.is_empty(), "guesses still wait");
}

#[tokio::test]
async fn wrong_passwords_from_a_known_browser_are_not_delayed_and_are_told_like_any_other() {
    let house = House::with_users().await;
    let device = house.begin("ada", &BROWSER).await.device;
    let known = Browser { device: Some(&device), ..BROWSER };
    let wrong = Password::typed("wrong");
    for _ in 0..6 {
        let refused = house.service.sessions().sign_in("ada", &wrong, &known).await;
        assert!(matches!(refused, Err(SignInError::WrongPair(Cause::WrongPassword))), "{refused:?}");
    }
    assert_eq!(house.begin("ada", &known).await.failed, 6);
}

#[tokio::test]
async fn the_failed_attempts_since_the_last_sign_in_are_told_once() {
    let house = House::with_users().await;
    let begun = house.begin("ada", &BROWSER).await;
    assert_eq!((begun.failed, begun.since), (0, None));
    let first = house.service.now();
    for name in ["ada", "grace", "ADA", "nobody"] {
        guess(&house, name).await;
    }
    house.pass(Duration::from_hours(1));
    let begun = house.begin("ada", &BROWSER).await;
    assert_eq!((begun.failed, begun.since), (2, Some(first)));
    let second = house.service.now();
    let begun = house.begin("ada", &BROWSER).await;
    assert_eq!((begun.failed, begun.since), (0, Some(second)));
}

#[tokio::test]
async fn right_passwords_at_once_are_all_let_in() {
    let house = House::with_users().await;
    let all: FuturesUnordered<_> = (0..30).map(|_| house.begin("grace", &BROWSER)).collect();
    assert_eq!(all.count().await, 30);
}
