//! What users do to their own account: a new password, seeing and ending sessions.

use crate::support;

use std::time::Duration;

use domain::{Action, Password};
use service::{
    AccountHolder, ServiceError,
    sign_in::{Browser, Presence, ProofError, Renewed},
};
use support::{BROWSER, HERE, House, PASSWORD, begun};

const NEW: &str = "another horse battery";

async fn change(
    house: &House,
    who: &AccountHolder,
    current: &str,
    new: &str,
    again: &str,
) -> Result<Renewed, ProofError> {
    house.service.own_password(who).change(&Password::typed(current), new, again, false).await
}

#[track_caller]
fn wrong_fields(refused: Result<Renewed, ProofError>) -> Vec<String> {
    match refused {
        Err(ProofError::WrongPassword) => vec!["current_password".to_owned()],
        Err(ProofError::Service(ServiceError::Invalid(errors))) => {
            errors.into_iter().map(|error| error.field).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_user_who_knows_the_old_password_gives_a_new_one_and_goes_on_in_this_browser_alone() {
    let house = House::with_users().await;
    let (token, elsewhere) = (house.sign_in("grace").await, house.sign_in("grace").await);
    let of_ada = house.sign_in("ada").await;
    let grace = house.holder(&token).await;
    let Renewed { token: next, device } = change(&house, &grace, PASSWORD, NEW, NEW).await.unwrap();
    assert!(house.who(&token).await.is_none() && house.who(&elsewhere).await.is_none());
    assert_eq!(house.who(&next).await.unwrap().user().username.as_str(), "grace");
    assert!(house.who(&of_ada).await.is_some());
    let sign_in = async |password: &str| {
        house.service.sessions().sign_in("grace", &Password::typed(password), &BROWSER).await
    };
    assert!(sign_in(PASSWORD).await.is_err());
    begun(sign_in(NEW).await.unwrap());
    let grace = house.store.users().find(&grace.user().username).await.unwrap().unwrap();
    assert!(house.store.devices().recognize(&grace, &device).is_some(), "it is known under the new password");
    let lines = house.last_activities(2).await;
    assert_eq!(
        (&lines[0].action, lines[0].actor.to_string()),
        (&Action::PasswordChanged, "grace".to_owned())
    );
    assert_eq!(lines[0].address, Some(HERE.to_string()));
    let text = serde_json::to_string(&lines).unwrap();
    assert!(!text.contains("argon2") && !text.contains(NEW), "{text}");
}

#[tokio::test]
async fn a_wrong_old_password_changes_nothing_and_counts_as_one_at_the_sign_in() {
    let house = House::with_users().await;
    let token = house.sign_in("grace").await;
    let grace = house.holder(&token).await;
    let count = async || house.number("SELECT coalesce(max(times), 0) FROM attempts").await;
    assert_eq!(count().await, 0);
    for wrong in ["", "wrong", &"x".repeat(100_000)] {
        assert_eq!(wrong_fields(change(&house, &grace, wrong, NEW, NEW).await), ["current_password"]);
    }
    assert_eq!(count().await, 3);
    let refused = [
        ("short", "short", "password"),
        ("", "", "password"),
        (PASSWORD, PASSWORD, "password"),
        (NEW, PASSWORD, "password_again"),
    ];
    for (new, again, field) in
        refused.into_iter().chain(["grace-grace", "password1234"].map(|weak| (weak, weak, "password")))
    {
        assert_eq!(wrong_fields(change(&house, &grace, PASSWORD, new, again).await), [field]);
    }
    assert_eq!(count().await, 3, "a new password that cannot be is no guess at the old one");
    assert!(house.who(&token).await.is_some());
    change(&house, &grace, PASSWORD, NEW, NEW).await.unwrap();
}

#[tokio::test]
async fn of_two_new_passwords_at_once_one_holds() {
    let house = House::with_users().await;
    let token = house.sign_in("grace").await;
    let grace = house.holder(&token).await;
    let (one, two) = tokio::join!(
        change(&house, &grace, PASSWORD, NEW, NEW),
        change(&house, &grace, PASSWORD, "quiet otter lamps", "quiet otter lamps")
    );
    assert!(one.is_ok() != two.is_ok(), "{one:?}, {two:?}");
    let next = one.or(two).unwrap();
    assert!(house.who(&next.token).await.is_some());
}

#[tokio::test]
async fn a_new_password_makes_no_session_last_longer() {
    let house = House::with_users().await;
    let mut token = house.sign_in("grace").await;
    let mut password = PASSWORD.to_owned();
    for n in 0..24 {
        house.pass(Duration::from_mins(29));
        let grace = house.holder(&token).await;
        let new = format!("quiet otter {n} lamps");
        token = change(&house, &grace, &password, &new, &new).await.unwrap().token;
        password = new;
    }
    house.pass(Duration::from_mins(25));
    assert!(house.who(&token).await.is_none(), "12 hours after the sign-in");
}

#[tokio::test]
async fn users_see_where_they_are_signed_in_and_end_it() {
    let house = House::with_users().await;
    let sign_in = async |name: &str, agent: &str| {
        house.begin(name, &Browser { agent: Some(agent), ..BROWSER }).await.token
    };
    let this = sign_in("grace", "Firefox").await;
    house.pass(Duration::from_secs(5));
    let phone = sign_in("grace", "Safari").await;
    let of_ada = sign_in("ada", "Chrome").await;
    let grace = house.who(&this).await.unwrap();
    let account = house.service.account(&grace);
    let sessions = account.sessions().await.unwrap();
    let shown: Vec<_> =
        sessions.iter().map(|session| (session.is_this, session.agent.as_deref().unwrap())).collect();
    assert_eq!(shown, [(true, "Firefox"), (false, "Safari")]);
    assert_eq!(sessions[1].address, Some(HERE.to_string()));
    assert!(
        house
            .service
            .sessions()
            .authenticate(&sessions[1].id, HERE, Presence::Acting)
            .await
            .unwrap()
            .is_none()
    );
    for nothing in ["", "nonsense", "=", &"A".repeat(43), &"A".repeat(100_000)] {
        assert!(!account.end_session(nothing).await.unwrap(), "{:?}", nothing.get(..10));
    }
    let ada = house.who(&of_ada).await.unwrap();
    assert!(!house.service.account(&ada).end_session(&sessions[1].id).await.unwrap(), "it is not hers");
    assert!(house.who(&phone).await.is_some());
    assert!(account.end_session(&sessions[1].id).await.unwrap());
    assert!(!account.end_session(&sessions[1].id).await.unwrap());
    assert!(house.who(&phone).await.is_none() && house.who(&of_ada).await.is_some());
    let line = house.last_activities(1).await.remove(0);
    assert_eq!((line.action, line.actor.to_string()), (Action::SessionEnded, "grace".to_owned()));
}

#[tokio::test]
async fn ending_all_others_leaves_this_browser_alone() {
    let house = House::with_users().await;
    let (this, one, two) =
        (house.sign_in("grace").await, house.sign_in("grace").await, house.sign_in("grace").await);
    let of_ada = house.sign_in("ada").await;
    let grace = house.who(&this).await.unwrap();
    assert!(house.service.account(&grace).end_other_sessions().await.unwrap());
    assert!(house.who(&one).await.is_none() && house.who(&two).await.is_none());
    assert!(house.who(&this).await.is_some() && house.who(&of_ada).await.is_some());
    assert!(!house.service.account(&grace).end_other_sessions().await.unwrap());
}

#[tokio::test]
async fn a_session_that_has_ended_by_time_is_not_listed() {
    let house = House::with_users().await;
    house.sign_in("grace").await;
    house.pass(Duration::from_mins(31));
    let token = house.sign_in("ada").await;
    let grace_again = house.sign_in("grace").await;
    let grace = house.who(&grace_again).await.unwrap();
    assert_eq!(house.service.account(&grace).sessions().await.unwrap().len(), 1);
    assert!(house.who(&token).await.is_some());
}

#[tokio::test]
async fn an_administrator_needs_a_longer_password_of_their_own_too() {
    let house = House::with_users().await;
    let (of_ada, of_grace) = (house.sign_in("ada").await, house.sign_in("grace").await);
    let (ada, grace) = (house.holder(&of_ada).await, house.holder(&of_grace).await);
    let short = "xK4;vq!9zW";
    assert_eq!(wrong_fields(change(&house, &ada, PASSWORD, short, short).await), ["password"]);
    change(&house, &grace, PASSWORD, short, short).await.unwrap();
}
