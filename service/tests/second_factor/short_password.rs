//! A second factor beside a password that is too short for an administrator.

use domain::{AccountChange, Password};
use service::{Owed, RequireSecondFactor, Rules, sign_in::SignIn};

use super::{enter, holder, set_up, shown};
use crate::support::{BROWSER, House, begun};

/// Long enough for everybody but an administrator.
const SHORT: &str = "xK4;vq!9zW";
const NEW: &str = "another horse battery";

/// Makes an administrator with a short password of `grace`, who then gives it.
async fn sign_in(house: &House) -> SignIn {
    let users = house.service.users(&house.root);
    users.change_password("grace", SHORT, false).await.unwrap();
    users.change("grace", AccountChange::Permit).await.unwrap();
    house.service.sessions().sign_in("grace", &Password::typed(SHORT), &BROWSER).await.unwrap()
}

#[tokio::test]
async fn a_new_password_is_owed_after_the_code_too() {
    let house = House::with_users().await;
    let (_, secret, _) = set_up(&house, "grace").await;
    let SignIn::CodeNeeded(step) = sign_in(&house).await else { panic!("grace has a second factor") };
    let begun = enter(&house, &step, &shown(&house, &secret)).await.unwrap();
    assert!(house.who(&begun.token).await.is_none());
    assert_eq!(holder(&house, &begun.token).await.owes(), Some(Owed::NewPassword));
}

#[tokio::test]
async fn the_password_comes_before_a_second_factor_that_is_required() {
    let require_second_factor = RequireSecondFactor::Administrators;
    let house = House::with_rules(Rules { require_second_factor, ..Rules::default() }).await;
    let token = begun(sign_in(&house).await).token;
    let grace = holder(&house, &token).await;
    assert_eq!(grace.owes(), Some(Owed::NewPassword));
    let own = house.service.own_password(&grace);
    let renewed = own.change(&Password::typed(SHORT), NEW, NEW, false).await.unwrap();
    assert_eq!(holder(&house, &renewed.token).await.owes(), Some(Owed::SecondFactor));
}
