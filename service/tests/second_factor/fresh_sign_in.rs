//! What asks for a fresh sign-in, and signing in again.

use std::time::Duration;

use domain::{AccountChange, Password};
use service::{Factor, ServiceError, consumers::TypedEdit, sign_in::FRESH};

use super::{holder, pending, set_up, shown, wrong_field};
use crate::support::{House, PASSWORD};

const MOMENT: Duration = Duration::from_millis(1);

#[tokio::test]
async fn trusting_a_consumer_asks_for_a_fresh_sign_in_and_commands_are_not_asked() {
    let house = House::with_users().await;
    let token = house.sign_in("ada").await;
    let key = house.register(&house.root, "App").await.key;
    let callback =
        TypedEdit { callback_url: Some("https://app.example/cb".to_owned()), ..TypedEdit::default() };
    house.service.consumers(&house.root).edit(key, callback, None).await.unwrap();
    let trust = TypedEdit { trusted: Some(true), ..TypedEdit::default() };
    let distrust = TypedEdit { trusted: Some(false), ..TypedEdit::default() };
    house.pass(FRESH + MOMENT);
    let ada = house.who(&token).await.unwrap();
    let admin = ada.admin().unwrap();
    let refused = house.service.consumers(&admin).edit(key, trust.clone(), None).await;
    assert!(matches!(refused, Err(ServiceError::SignInAgain)), "{refused:?}");
    let refused = house.service.consumers(&admin).approve_trusted(key, None).await;
    assert!(matches!(refused, Err(ServiceError::SignInAgain)), "{refused:?}");
    let approved = house.service.consumers(&admin).approve(key, None).await.unwrap();
    assert!(!approved.trusted, "approving alone gives no right");
    let name = TypedEdit { name: Some("Renamed".to_owned()), ..distrust.clone() };
    house.service.consumers(&admin).edit(key, name, None).await.unwrap();
    let again = holder(&house, &token).await;
    let sessions = house.service.sessions();
    assert_eq!(
        wrong_field(sessions.sign_in_again(&again, &Password::typed("wrong"), Factor::Code("")).await),
        "password"
    );
    assert!(!house.who(&token).await.unwrap().is_fresh());
    sessions.sign_in_again(&again, &Password::typed(PASSWORD), Factor::Code("")).await.unwrap();
    let admin = house.who(&token).await.unwrap().admin().unwrap();
    assert!(house.service.consumers(&admin).edit(key, trust.clone(), None).await.unwrap().trusted);
    house.pass(FRESH + MOMENT);
    let admin = house.who(&token).await.unwrap().admin().unwrap();
    let kept = house.service.consumers(&admin).edit(key, trust.clone(), None).await.unwrap();
    assert!(kept.trusted, "what is trusted already is not asked for");
    let elsewhere =
        TypedEdit { callback_url: Some("https://other.example/cb".to_owned()), ..TypedEdit::default() };
    let refused = house.service.consumers(&admin).edit(key, elsewhere.clone(), None).await;
    assert!(
        matches!(refused, Err(ServiceError::SignInAgain)),
        "users would be sent there unasked: {refused:?}"
    );
    assert!(house.service.consumers(&admin).approve_trusted(key, None).await.unwrap().trusted);
    assert!(!house.service.consumers(&admin).edit(key, distrust, None).await.unwrap().trusted);
    house.service.consumers(&admin).edit(key, elsewhere, None).await.unwrap();
    assert!(house.service.consumers(&house.root).edit(key, trust, None).await.unwrap().trusted);
}

#[tokio::test]
async fn to_let_a_consumer_administer_asks_for_a_fresh_sign_in_and_to_take_that_away_does_not() {
    let house = House::with_users().await;
    let token = house.sign_in("ada").await;
    let key = house.register(&house.root, "App").await.key;
    let administer = |may| TypedEdit { may_administer: Some(may), ..TypedEdit::default() };
    house.pass(FRESH + MOMENT);
    let admin = house.who(&token).await.unwrap().admin().unwrap();
    let consumers = house.service.consumers(&admin);
    let refused = consumers.edit(key, administer(true), None).await;
    assert!(matches!(refused, Err(ServiceError::SignInAgain)), "{refused:?}");
    assert!(!consumers.find(key).await.unwrap().may_administer);
    house.service.consumers(&house.root).edit(key, administer(true), None).await.unwrap();
    assert!(!consumers.edit(key, administer(false), None).await.unwrap().may_administer);
}

#[tokio::test]
async fn rights_of_users_ask_for_a_fresh_sign_in() {
    let house = House::with_users().await;
    let token = house.sign_in("ada").await;
    house.pass(FRESH + MOMENT);
    let admin = house.who(&token).await.unwrap().admin().unwrap();
    let users = house.service.users(&admin);
    for change in [AccountChange::Permit, AccountChange::Forbid] {
        let refused = users.change("grace", change).await;
        assert!(matches!(refused, Err(ServiceError::SignInAgain)), "{refused:?}");
    }
    for refused in [
        users.add("eve", PASSWORD, true).await,
        users.change_password("grace", "another long password", false).await,
        users.reset_factors("grace").await,
    ] {
        assert!(matches!(refused, Err(ServiceError::SignInAgain)), "{refused:?}");
    }
    users.add("eve", PASSWORD, false).await.unwrap();
    users.change("eve", AccountChange::Disable).await.unwrap();
    house.add("bob", true).await;
    for (name, change) in [("bob", AccountChange::Disable), ("eve", AccountChange::Enable)] {
        let refused = users.change(name, change).await;
        assert!(matches!(refused, Err(ServiceError::SignInAgain)), "{change:?} {name}: {refused:?}");
    }
    let root = house.service.users(&house.root);
    root.change("bob", AccountChange::Disable).await.unwrap();
    let refused = users.change("bob", AccountChange::Enable).await;
    assert!(matches!(refused, Err(ServiceError::SignInAgain)), "all that bob may do comes back: {refused:?}");
}

#[tokio::test]
async fn a_clock_that_is_set_back_makes_no_sign_in_fresh_for_longer() {
    let house = House::with_users().await;
    let token = house.sign_in("ada").await;
    house.turn_back(FRESH + MOMENT);
    assert!(!house.who(&token).await.unwrap().is_fresh());
    house.pass(MOMENT);
    assert!(house.who(&token).await.unwrap().is_fresh(), "machines' clocks differ a little");
}

#[tokio::test]
async fn a_fresh_sign_in_takes_the_code_too_where_there_is_one() {
    let house = House::with_users().await;
    let (token, secret, _) = set_up(&house, "grace").await;
    house.pass(FRESH + MOMENT);
    let grace = holder(&house, &token).await;
    let factor = house.service.second_factor(&grace);
    assert!(matches!(factor.renew_recovery_codes().await, Err(ServiceError::SignInAgain)));
    let again = async |code: &str| {
        house.service.sessions().sign_in_again(&grace, &Password::typed(PASSWORD), Factor::Code(code)).await
    };
    assert_eq!(wrong_field(again("").await), "code");
    let code = shown(&house, &secret);
    again(&code).await.unwrap();
    assert_eq!(wrong_field(again(&code).await), "code", "once");
    let grace = holder(&house, &token).await;
    assert!(house.service.second_factor(&grace).renew_recovery_codes().await.unwrap().is_some());
}

#[tokio::test]
async fn setting_one_up_asks_for_a_fresh_sign_in() {
    let house = House::with_users().await;
    let token = house.sign_in("grace").await;
    house.pass(FRESH + MOMENT);
    let grace = holder(&house, &token).await;
    assert!(matches!(house.service.second_factor(&grace).begin().await, Err(ServiceError::SignInAgain)));
    assert!(pending(&house, &grace).await.is_none());
}
