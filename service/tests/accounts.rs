//! Accounts and the first administrator.

use crate::support;

use std::time::Duration;

use domain::{AccountChange, Action, Password};
use service::{
    ServiceError, Token,
    set_up::{LINK_LIFE, SetUpError},
};
use support::{BROWSER, House, PASSWORD};

#[tokio::test]
async fn a_new_account_is_checked_and_each_name_is_taken_once() {
    let house = House::new().await;
    let add = |name: &'static str, password: &'static str| {
        let house = &house;
        async move {
            match house.service.users(&house.root).add(name, password, false).await {
                Ok(_) => Vec::new(),
                Err(ServiceError::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
                Err(other) => panic!("{other:?}"),
            }
        }
    };
    assert_eq!(add("no name!", "short").await, ["username", "password"]);
    for weak in ["password", "12345678", "ada ada ada", "Latchkey2026"] {
        assert_eq!(add("ada", weak).await, ["password"], "{weak}");
    }
    assert_eq!(add("ada", PASSWORD).await, [""; 0]);
    assert_eq!(add("ADA", PASSWORD).await, ["username"]);
    let users = house.service.users(&house.root).list().await.unwrap();
    assert_eq!(users.len(), 1);
    assert!(!users[0].configure_server && !users[0].disabled);
}

#[tokio::test]
async fn a_change_is_told_once_and_doing_it_again_changes_nothing() {
    let house = House::with_users().await;
    for (change, action) in [
        (AccountChange::Disable, Action::UserDisabled),
        (AccountChange::Enable, Action::UserEnabled),
        (AccountChange::Permit, Action::UserPermitted),
        (AccountChange::Forbid, Action::UserForbidden),
    ] {
        let first = house.service.users(&house.root).change("grace", change).await.unwrap();
        let line = house.last_activities(1).await.remove(0);
        assert_eq!(line.action, action);
        let told = house.activities().await;
        assert_eq!(house.service.users(&house.root).change("GRACE", change).await.unwrap(), first);
        assert_eq!(house.activities().await, told);
        let text = serde_json::to_string(&line).unwrap();
        assert!(!text.contains("argon2") && !text.contains("password"), "{text}");
    }
}

#[tokio::test]
async fn whoever_is_not_there_cannot_be_changed() {
    let house = House::new().await;
    for name in ["nobody", "no name!"] {
        let change = house.service.users(&house.root).change(name, AccountChange::Disable).await;
        assert!(matches!(&change, Err(ServiceError::NotFound(what)) if what.contains(name)), "{change:?}");
        let change = house.service.users(&house.root).change_password(name, PASSWORD, false).await;
        assert!(matches!(change, Err(ServiceError::NotFound(_))), "{change:?}");
        let signed_out = house.service.users(&house.root).sign_out(name).await;
        assert!(matches!(signed_out, Err(ServiceError::NotFound(_))), "{signed_out:?}");
    }
}

#[tokio::test]
async fn a_set_up_link_makes_an_administrator_who_is_signed_in_and_then_it_is_dead() {
    let house = House::new().await;
    let link = house.service.set_up().offer_link().await.unwrap().unwrap();
    assert!(house.service.set_up().is_valid(link.expose()).await.unwrap());
    assert!(!house.service.set_up().is_valid("guessed").await.unwrap());
    let set_up =
        |name| house.service.set_up().create_administrator(link.expose(), name, PASSWORD, PASSWORD, &BROWSER);
    let begun = set_up("ada").await.unwrap().expect("nobody changed the account");
    let ada = house.who(&begun.token).await.unwrap();
    assert!(ada.admin().is_ok() && ada.user().username.as_str() == "ada");
    assert!(!house.service.set_up().is_valid(link.expose()).await.unwrap());
    assert!(matches!(set_up("eve").await, Err(SetUpError::DeadLink)));
    assert!(house.service.set_up().offer_link().await.unwrap().is_none(), "an administrator exists");
    let lines = house.last_activities(2).await;
    assert_eq!([&lines[0].action, &lines[1].action], [&Action::UserAdded, &Action::SignedIn]);
}

#[tokio::test]
async fn a_set_up_link_ends_after_an_hour_or_with_the_next_one() {
    let house = House::new().await;
    let offer = async || house.service.set_up().offer_link().await.unwrap().unwrap();
    let is_valid = async |link: &Token| house.service.set_up().is_valid(link.expose()).await.unwrap();
    let first = offer().await;
    house.pass(Duration::from_mins(59));
    assert!(is_valid(&first).await);
    house.pass(Duration::from_mins(1));
    assert!(!is_valid(&first).await);
    let set_up = house.service.set_up();
    let refused = set_up.create_administrator(first.expose(), "ada", PASSWORD, PASSWORD, &BROWSER).await;
    assert!(matches!(refused, Err(SetUpError::DeadLink)), "{refused:?}");
    let (second, third) = (offer().await, offer().await);
    assert!(!is_valid(&first).await && !is_valid(&second).await && is_valid(&third).await);
    assert_eq!(LINK_LIFE, Duration::from_hours(1));
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let house = House::with_users().await;
    for change in [AccountChange::Disable, AccountChange::Forbid] {
        let refused = house.service.users(&house.root).change("ada", change).await;
        let words = refused.expect_err("ada is the last").to_string();
        assert!(words.contains("the last administrator who can sign in"), "{words}");
    }
    house.add("bob", true).await;
    house.service.users(&house.root).change("ada", AccountChange::Disable).await.unwrap();
}

#[tokio::test]
async fn a_set_up_form_that_is_wrong_uses_the_link_not_up() {
    let house = House::new().await;
    let link = house.service.set_up().offer_link().await.unwrap().unwrap();
    for (name, password, again, wrong) in [
        ("", "short", "short", &["username", "password"][..]),
        ("ada", PASSWORD, "another horse battery", &["password_again"]),
        ("no name!", PASSWORD, "another horse battery", &["username", "password_again"]),
    ] {
        let refused =
            house.service.set_up().create_administrator(link.expose(), name, password, again, &BROWSER).await;
        let Err(SetUpError::Service(ServiceError::Invalid(errors))) = refused else { panic!("{refused:?}") };
        assert_eq!(errors.iter().map(|error| &*error.field).collect::<Vec<_>>(), wrong);
    }
    assert!(house.service.set_up().is_valid(link.expose()).await.unwrap());
}

#[tokio::test]
async fn of_two_who_follow_the_link_at_once_one_becomes_administrator() {
    let house = House::new().await;
    let link = house.service.set_up().offer_link().await.unwrap().unwrap();
    let set_up =
        |name| house.service.set_up().create_administrator(link.expose(), name, PASSWORD, PASSWORD, &BROWSER);
    let (ada, eve) = tokio::join!(set_up("ada"), set_up("eve"));
    assert!(ada.is_ok() != eve.is_ok(), "{ada:?}, {eve:?}");
    assert_eq!(house.service.users(&house.root).list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_set_up_link_is_dead_once_somebody_else_made_an_administrator() {
    let house = House::new().await;
    let link = house.service.set_up().offer_link().await.unwrap().unwrap();
    house.add("eve", false).await;
    assert!(house.service.set_up().is_valid(link.expose()).await.unwrap(), "eve is none");
    house.add("ada", true).await;
    let refused =
        house.service.set_up().create_administrator(link.expose(), "bob", PASSWORD, PASSWORD, &BROWSER).await;
    assert!(matches!(refused, Err(SetUpError::DeadLink)));
}

#[tokio::test]
async fn whoever_administers_needs_a_longer_password_wherever_it_is_set() {
    const SHORT: &str = "xK4;vq!9zW";
    let house = House::with_users().await;
    let users = house.service.users(&house.root);
    users.change_password("grace", SHORT, false).await.unwrap();
    users.add("bob", SHORT, false).await.unwrap();
    let told = [users.change_password("ada", SHORT, false).await, users.add("eve", SHORT, true).await];
    for refused in told {
        let words = refused.expect_err("it is for an administrator").to_string();
        assert!(words.contains("at least 12 characters"), "{words}");
    }
    assert!(users.change_password("grace", "grace grace 1", false).await.is_err(), "the name is in sight");
    // Only its hash is there, which tells nothing of its length.
    users.change("grace", AccountChange::Permit).await.unwrap();
}

#[tokio::test]
async fn a_password_that_is_too_weak_by_now_still_signs_in() {
    let house = House::with_users().await;
    let users = house.service.users(&house.root);
    users.change_password("grace", "xK4;vq!9zW", false).await.unwrap();
    users.change("grace", AccountChange::Permit).await.unwrap();
    let password = Password::typed("xK4;vq!9zW");
    assert!(house.service.sessions().sign_in("grace", &password, &BROWSER).await.is_ok());
}
