//! Adding a user and resetting a password by a one-time link, and the list of users.

use crate::support;

use std::time::Duration;

use domain::{AccountChange, Action, LineQuery, Password};
use service::{
    Admin, ServiceError, Token,
    password_links::{LINK_LIFE, PasswordLinkError},
    sign_in::SignInError,
};
use support::{BROWSER, HERE, House, PASSWORD};

const NEW: &str = "another horse battery";

async fn set(house: &House, link: &Token, password: &str) -> Result<(), PasswordLinkError> {
    house.service.password_links().set_password(link.expose(), password, password, HERE).await.map(|_| ())
}

async fn signs_in(house: &House, name: &str, password: &str) -> bool {
    match house.service.sessions().sign_in(name, &Password::typed(password), &BROWSER).await {
        Ok(_) => true,
        Err(SignInError::WrongPair(_)) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_user_who_is_added_chooses_the_password_by_the_link() {
    let house = House::with_users().await;
    let users = house.service.users(&house.root);
    let (bob, link) = users.invite("bob", "  Bob Marsh ", false, "").await.unwrap();
    assert_eq!(bob.display_name, "Bob Marsh");
    for guess in ["", PASSWORD] {
        assert!(!signs_in(&house, "bob", guess).await);
    }
    assert!(!users.find("bob").await.unwrap().has_password);
    assert_eq!(house.service.password_links().user(link.expose()).await.unwrap(), bob);
    set(&house, &link, NEW).await.unwrap();
    assert!(signs_in(&house, "bob", NEW).await);
    let bob = users.find("BOB").await.unwrap();
    assert!(bob.has_password && bob.sessions == 1 && bob.last_signed_in_at == Some(house.service.now()));
    assert!(matches!(set(&house, &link, PASSWORD).await, Err(PasswordLinkError::DeadLink)));
}

#[tokio::test]
async fn what_is_wrong_is_told_field_by_field_and_uses_no_link_up() {
    let house = House::with_users().await;
    let users = house.service.users(&house.root);
    for (username, name, fields) in
        [("no name!", "a\nb", &["username", "name"][..]), ("ADA", "", &["username"]), ("", "", &["username"])]
    {
        let Err(ServiceError::Invalid(errors)) = users.invite(username, name, false, "").await else {
            panic!()
        };
        assert_eq!(errors.iter().map(|error| &*error.field).collect::<Vec<_>>(), fields);
    }
    let (_, link) = users.invite("bob", "", true, "").await.unwrap();
    for (password, again, field) in [
        ("short", "short", "password"),
        ("xK4;vq!9zW", "xK4;vq!9zW", "password"),
        (NEW, PASSWORD, "password_again"),
    ] {
        let set = house.service.password_links().set_password(link.expose(), password, again, HERE).await;
        let Err(PasswordLinkError::Service(ServiceError::Invalid(errors))) = set else { panic!("{set:?}") };
        assert_eq!(errors[0].field, field);
    }
    set(&house, &link, NEW).await.unwrap();
}

#[tokio::test]
async fn a_reset_ends_the_earlier_link_and_leaves_the_old_password_until_the_link_is_used() {
    let house = House::with_users().await;
    let users = house.service.users(&house.root);
    let (_, first) = users.reset_password("grace").await.unwrap();
    let (_, second) = users.reset_password("Grace").await.unwrap();
    let session = house.sign_in("grace").await;
    assert!(matches!(set(&house, &first, NEW).await, Err(PasswordLinkError::DeadLink)));
    set(&house, &second, NEW).await.unwrap();
    assert!(house.who(&session).await.is_none());
    assert!(!signs_in(&house, "grace", PASSWORD).await && signs_in(&house, "grace", NEW).await);
    let actions: Vec<_> = house.last_activities(4).await.into_iter().map(|line| line.action).collect();
    let expected = [Action::PasswordLinkMade, Action::SignedIn, Action::PasswordChanged, Action::SignedIn];
    assert_eq!(actions, expected);
}

#[tokio::test]
async fn a_link_ends_after_a_day_and_with_a_disabled_account() {
    let house = House::with_users().await;
    let users = house.service.users(&house.root);
    let (_, link) = users.reset_password("grace").await.unwrap();
    house.pass(LINK_LIFE);
    assert!(matches!(set(&house, &link, NEW).await, Err(PasswordLinkError::DeadLink)));
    let (_, link) = users.reset_password("grace").await.unwrap();
    house.pass(Duration::from_hours(24).saturating_sub(Duration::from_secs(1)));
    assert!(house.service.password_links().user(link.expose()).await.is_ok());
    users.change("grace", AccountChange::Disable).await.unwrap();
    assert!(matches!(set(&house, &link, NEW).await, Err(PasswordLinkError::DeadLink)));
    let refused = users.reset_password("grace").await.unwrap_err().to_string();
    assert!(refused.contains("disabled"), "{refused}");
    for nobody in ["nobody", "no name!"] {
        let refused = users.reset_password(nobody).await;
        assert!(matches!(refused, Err(ServiceError::NotFound(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn who_signed_in_long_ago_signs_in_again_before_an_administrator_is_added_or_a_password_reset() {
    let house = House::with_users().await;
    let token = house.sign_in("ada").await;
    house.pass(Duration::from_mins(16));
    let admin: Admin = house.who(&token).await.unwrap().admin().unwrap();
    let users = house.service.users(&admin);
    assert!(matches!(users.invite("bob", "", true, "").await, Err(ServiceError::SignInAgain)));
    assert!(matches!(users.reset_password("grace").await, Err(ServiceError::SignInAgain)));
    users.invite("bob", "", false, "").await.unwrap();
    let both = [AccountChange::Disable, AccountChange::Permit];
    assert!(matches!(users.change_all("grace", &both).await, Err(ServiceError::SignInAgain)));
    assert!(!users.find("grace").await.unwrap().disabled, "all of it or nothing");
}

#[tokio::test]
async fn a_page_of_users_says_where_the_next_one_begins() {
    let house = House::with_users().await;
    house.add("bob", false).await;
    let users = house.service.users(&house.root);
    let (first, next) = users.page(None, None, 2).await.unwrap();
    assert_eq!(first.iter().map(|user| user.username.as_str()).collect::<Vec<_>>(), ["ada", "bob"]);
    let (rest, end) = users.page(None, next.as_ref(), 2).await.unwrap();
    assert_eq!((rest.len(), end), (1, None));
    assert_eq!(users.page(Some("GRA"), None, 2).await.unwrap().0.len(), 1);
}

#[tokio::test]
async fn lines_are_found_by_their_author_whatever_the_case_of_the_name() {
    let house = House::with_users().await;
    let ada = house.admin("ada").await;
    house.register(&ada, "App").await;
    let mut query = LineQuery::default();
    query.set("who", "ADA").unwrap();
    let lines = house.service.activity(&house.root);
    let (found, _) = lines.list(&query, None, 10).await.unwrap();
    assert_eq!(found.len(), 2, "signed in, and registered");
    let newer = lines.newer(&query, found[1].id, 10).await.unwrap();
    assert_eq!(newer, found[..1]);
}
