//! Administrators whose password is shorter than theirs has to be: a session of theirs opens nothing but a new one.

use crate::support;

use domain::{AccountChange, Password};
use service::{Factor, Owed, Token, sign_in::Renewed};
use support::{BROWSER, House, PASSWORD, begun};

/// Long enough for everybody but an administrator.
const SHORT: &str = "xK4;vq!9zW";
const NEW: &str = "another horse battery";

/// A house where `grace` has this password.
async fn house_with(password: &str) -> House {
    let house = House::with_users().await;
    house.service.users(&house.root).change_password("grace", password, false).await.unwrap();
    house
}

async fn sign_in(house: &House, password: &str) -> Token {
    begun(house.service.sessions().sign_in("grace", &Password::typed(password), &BROWSER).await.unwrap())
        .token
}

async fn change(house: &House, change: AccountChange) {
    house.service.users(&house.root).change("grace", change).await.unwrap();
}

#[tokio::test]
async fn twelve_characters_are_enough_for_an_administrator_and_eleven_owe_a_new_password() {
    for (password, owes) in [(SHORT, true), ("xK4;vq!9zW2", true), ("xK4;vq!9zW2#", false)] {
        let house = house_with(password).await;
        change(&house, AccountChange::Permit).await;
        let token = sign_in(&house, password).await;
        let grace = house.holder(&token).await;
        assert_eq!(grace.owes(), owes.then_some(Owed::NewPassword), "{password}");
        assert_eq!(house.who(&token).await.is_none(), owes, "{password}");
    }
}

#[tokio::test]
async fn a_session_that_lives_when_its_user_is_permitted_owes_a_new_password_where_its_own_is_short() {
    let house = house_with(SHORT).await;
    let token = sign_in(&house, SHORT).await;
    assert!(house.who(&token).await.is_some(), "an ordinary user may have it");
    change(&house, AccountChange::Permit).await;
    assert!(house.who(&token).await.is_none());
    assert_eq!(house.holder(&token).await.owes(), Some(Owed::NewPassword));
    change(&house, AccountChange::Forbid).await;
    assert!(house.who(&token).await.is_some());
}

#[tokio::test]
async fn a_new_password_settles_it_in_the_same_browser() {
    let house = house_with(SHORT).await;
    change(&house, AccountChange::Permit).await;
    let token = sign_in(&house, SHORT).await;
    let grace = house.holder(&token).await;
    let own = house.service.own_password(&grace);
    let current = Password::typed(SHORT);
    assert!(own.change(&current, "xK4;vq!9zW2", "xK4;vq!9zW2", false).await.is_err(), "it is short, too");
    let Renewed { token: next, .. } = own.change(&current, NEW, NEW, false).await.unwrap();
    assert!(house.who(&next).await.unwrap().admin().is_ok());
    assert!(house.who(&token).await.is_none());
}

#[tokio::test]
async fn a_short_password_that_users_give_themselves_is_remembered_when_they_are_permitted() {
    let house = House::with_users().await;
    let grace = house.holder(&house.sign_in("grace").await).await;
    let own = house.service.own_password(&grace);
    let Renewed { token, .. } = own.change(&Password::typed(PASSWORD), SHORT, SHORT, false).await.unwrap();
    assert!(house.who(&token).await.is_some());
    change(&house, AccountChange::Permit).await;
    assert!(house.who(&token).await.is_none());
}

#[tokio::test]
async fn a_session_that_an_older_node_began_learns_of_a_short_password_by_a_fresh_sign_in() {
    let house = house_with(SHORT).await;
    change(&house, AccountChange::Permit).await;
    let token = sign_in(&house, SHORT).await;
    house.sql("UPDATE sessions SET short_password = NULL").await;
    assert!(house.who(&token).await.is_some(), "it goes on until it ends");
    let grace = house.holder(&token).await;
    house.service.sessions().sign_in_again(&grace, &Password::typed(SHORT), Factor::Code("")).await.unwrap();
    assert!(house.who(&token).await.is_none());
}
