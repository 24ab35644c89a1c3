//! The details of a consumer: what is noted about it, what bounds it, for whom it acts without a token, and why something
//! was done.

use crate::{
    oauth1::{allow, app, ask, exchange, grace, is_refused, request, signed},
    support,
};

use std::{net::IpAddr, time::Duration};

use domain::{
    AccountChange, Action, ConsumerKey, Event, Reason, Status,
    bulk::{Deed, Picked},
};
use oauth::Problem;
use service::{
    ServiceError, Verified, VerifyError,
    consent::AuthorizeError,
    consumers::{TypedDetails, TypedEdit, reason},
    provider::{Issued, NotIssued},
};
use support::{HERE, House};

/// Longer than a sign-in is fresh, shorter than a session may be idle.
const A_WHILE: Duration = Duration::from_mins(16);
const NETWORK: &str = "192.0.2.0/24";
const ELSEWHERE: &str = "198.51.100.7";

fn owned(text: &str) -> String {
    text.to_owned()
}

fn acts_for(name: &str) -> TypedDetails {
    TypedDetails { functional_user: Some(owned(name)), ..TypedDetails::default() }
}

fn from(networks: &[&str]) -> TypedDetails {
    let networks = networks.iter().map(|network| (*network).to_owned()).collect();
    TypedDetails { networks: Some(networks), ..TypedDetails::default() }
}

fn with(details: TypedDetails) -> TypedEdit {
    TypedEdit { details, ..TypedEdit::default() }
}

async fn edit(house: &House, key: ConsumerKey, details: TypedDetails) {
    house.service.consumers(&house.root).edit(key, with(details), None).await.unwrap();
}

/// Lets the consumer end after this long.
async fn end_in(house: &House, key: ConsumerKey, time: Duration) {
    let ends_at = Some(domain::time::timestamp(house.service.now() + time));
    edit(house, key, TypedDetails { ends_at, ..TypedDetails::default() }).await;
}

/// The wrong fields of a refusal.
fn fields<T: std::fmt::Debug>(refused: Result<T, ServiceError>) -> Vec<String> {
    match refused {
        Err(ServiceError::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
        other => panic!("{other:?}"),
    }
}

/// A call of an API without a token, from an address.
async fn call_from(house: &House, key: ConsumerKey, from: Option<IpAddr>) -> Result<Verified, VerifyError> {
    let header = signed(&house.service, key, &[], "");
    house.service.verify(&request(&[header.as_bytes()]), from).await
}

async fn call(house: &House, key: ConsumerKey) -> Result<Verified, VerifyError> {
    call_from(house, key, Some(HERE)).await
}

/// A call with a token.
async fn call_with(house: &House, key: ConsumerKey, token: &Issued) -> Result<Verified, VerifyError> {
    let header = signed(&house.service, key, &[("oauth_token", &token.token)], token.secret.expose());
    house.service.verify(&request(&[header.as_bytes()]), Some(HERE)).await
}

/// The user for whom a call without a token acts.
async fn user(house: &House, key: ConsumerKey) -> Option<String> {
    let verified = call(house, key).await.unwrap();
    verified.user().map(|user| user.username.to_string())
}

fn elsewhere() -> Problem {
    Problem::ConsumerElsewhere { from: ELSEWHERE.parse().ok() }
}

#[tokio::test]
async fn every_wrong_detail_is_told_at_once_beside_every_other_wrong_field_and_nothing_is_saved() {
    let house = House::with_users().await;
    let key = app(&house).await;
    let told = house.activities().await;
    let consumers = house.service.consumers(&house.root);
    let details = TypedDetails {
        owner: Some(owned(&"x".repeat(101))),
        contact: Some(owned("a\nb")),
        note: Some("x".repeat(2_001)),
        functional_user: Some(owned("two words")),
        networks: Some(vec!["10.0.0.0/33".to_owned()]),
        ends_at: Some(owned("soon")),
    };
    let all = TypedEdit { name: Some(owned(" ")), ..with(details) };
    let mut wrong = fields(consumers.edit(key, all, None).await);
    wrong.sort_unstable();
    assert_eq!(wrong, ["contact", "ends_at", "functional_user", "name", "networks", "note", "owner"]);
    assert_eq!(house.activities().await, told);
}

#[tokio::test]
async fn details_are_saved_trimmed_told_in_words_and_taken_away_by_empty_texts() {
    let house = House::with_users().await;
    let key = app(&house).await;
    let consumers = house.service.consumers(&house.root);
    let details = TypedDetails {
        owner: Some(owned(" Quality ")),
        contact: Some(owned("quality@app.example")),
        note: Some(owned("one\r\ntwo")),
        functional_user: Some(owned("GRACE")),
        networks: Some(vec!["10.1.2.3/8".to_owned(), String::new(), "10.0.0.0/8".to_owned()]),
        ends_at: Some(owned("2030-01-31")),
    };
    let saved = consumers.edit(key, with(details.clone()), Some(2)).await.unwrap();
    assert_eq!((saved.owner.as_deref(), saved.note.as_deref()), (Some("Quality"), Some("one\ntwo")));
    assert_eq!(saved.functional_user.as_ref().unwrap().as_str(), "grace", "as the account has it");
    assert_eq!(saved.networks.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.0.0/8"]);
    assert_eq!(consumers.edit(key, with(details), Some(3)).await.unwrap(), saved, "twice is once");
    let Err(ServiceError::Conflict(stale)) = consumers.edit(key, with(acts_for("")), Some(2)).await else {
        panic!("somebody was faster")
    };
    let words = [
        "the owner to “Quality”",
        "the contact to “quality@app.example”",
        "Functional user to grace",
        "the networks to 10.0.0.0/8",
        "the end to 2030-01-31T00:00:00.000Z",
        "the note",
    ];
    assert_eq!(stale.changes, words);
    let none = TypedDetails {
        owner: Some(owned("")),
        contact: Some(owned(" ")),
        note: Some(owned("\n")),
        functional_user: Some(owned("")),
        networks: Some(Vec::new()),
        ends_at: Some(owned("")),
    };
    let gone = consumers.edit(key, with(none), Some(3)).await.unwrap();
    assert_eq!((gone.owner, gone.contact, gone.note), (None, None, None));
    assert_eq!((gone.functional_user, gone.networks.len(), gone.ends_at), (None, 0, None));
}

#[tokio::test]
async fn a_functional_user_is_an_account_that_exists_and_is_enabled_when_it_is_chosen() {
    let house = House::with_users().await;
    let key = app(&house).await;
    let consumers = house.service.consumers(&house.root);
    let users = house.service.users(&house.root);
    assert_eq!(fields(consumers.edit(key, with(acts_for("nobody")), None).await), ["functional_user"]);
    users.change("grace", AccountChange::Disable).await.unwrap();
    let refused = consumers.edit(key, with(acts_for("grace")), None).await.unwrap_err();
    assert!(refused.to_string().contains("disabled"), "{refused}");
    users.change("grace", AccountChange::Enable).await.unwrap();
    edit(&house, key, acts_for("grace")).await;
    users.change("grace", AccountChange::Disable).await.unwrap();
    let renamed = TypedEdit { name: Some(owned("Renamed")), ..with(acts_for("grace")) };
    assert!(consumers.edit(key, renamed, None).await.is_ok(), "what it has already can be sent along");
}

#[tokio::test]
async fn without_a_token_a_consumer_acts_for_its_functional_user_from_the_next_request_on() {
    let house = House::with_users().await.with_feed().await;
    let key = app(&house).await;
    assert_eq!(user(&house, key).await, None);
    for name in ["grace", "ada"] {
        edit(&house, key, acts_for(name)).await;
        assert_eq!(user(&house, key).await.as_deref(), Some(name));
    }
    let users = house.service.users(&house.root);
    users.change("grace", AccountChange::Disable).await.unwrap();
    assert_eq!(user(&house, key).await.as_deref(), Some("ada"), "another account");
    edit(&house, key, acts_for("")).await;
    assert_eq!(user(&house, key).await, None);
}

#[tokio::test]
async fn while_its_functional_user_is_disabled_a_consumer_is_refused_without_a_token_and_not_with_one() {
    let house = House::with_users().await.with_feed().await;
    let key = app(&house).await;
    house.add("robot", false).await;
    let grace = grace(&house).await;
    let temporary = ask(&house.service, key, "oob").await.unwrap();
    let verifier = allow(&house.service, &grace, &temporary).await.unwrap();
    let (token, _) = exchange(&house.service, key, &temporary, &verifier).await.unwrap();
    edit(&house, key, acts_for("robot")).await;
    let users = house.service.users(&house.root);
    users.change("robot", AccountChange::Disable).await.unwrap();
    is_refused(call(&house, key).await, &Problem::PermissionDenied);
    let with_token = call_with(&house, key, &token).await.unwrap();
    assert_eq!(with_token.user().unwrap().username.as_str(), "grace", "a token is its own user's");
    users.change("robot", AccountChange::Enable).await.unwrap();
    assert_eq!(user(&house, key).await.as_deref(), Some("robot"));
}

#[tokio::test]
async fn a_consumer_administers_for_its_functional_user_only_where_both_may() {
    let house = House::with_users().await;
    let key = app(&house).await;
    let administers = async |name: &str, may: bool| {
        let edit = TypedEdit { may_administer: Some(may), ..with(acts_for(name)) };
        house.service.consumers(&house.root).edit(key, edit, None).await.unwrap();
        call(&house, key).await.unwrap().admin(HERE).is_ok()
    };
    assert!(!administers("ada", false).await);
    assert!(!administers("grace", true).await);
    assert!(!administers("", true).await);
    assert!(administers("ada", true).await);
}

#[tokio::test]
async fn outside_its_networks_a_consumer_is_refused_at_every_step_from_the_next_request_on() {
    let house = House::with_users().await.with_feed().await;
    let (key, grace) = (app(&house).await, grace(&house).await);
    let temporary = ask(&house.service, key, "oob").await.unwrap();
    let verifier = allow(&house.service, &grace, &temporary).await.unwrap();
    call(&house, key).await.unwrap();
    edit(&house, key, from(&["198.51.100.0/25", "2001:db8::/32"])).await;
    let here = || Problem::ConsumerElsewhere { from: Some(HERE) };
    is_refused(call(&house, key).await, &here());
    let refused = ask(&house.service, key, "oob").await.unwrap_err();
    assert!(
        matches!(&refused, NotIssued::Verify(VerifyError::Refused(problem)) if *problem == here()),
        "{refused:?}"
    );
    is_refused(exchange(&house.service, key, &temporary, &verifier).await, &here());
    for within in [ELSEWHERE, "::ffff:198.51.100.7", "2001:db8:7::1"] {
        call_from(&house, key, within.parse().ok()).await.unwrap();
    }
    is_refused(call_from(&house, key, None).await, &Problem::ConsumerElsewhere { from: None });
    edit(&house, key, from(&[NETWORK])).await;
    is_refused(call_from(&house, key, ELSEWHERE.parse().ok()).await, &elsewhere());
    call(&house, key).await.unwrap();
    exchange(&house.service, key, &temporary, &verifier).await.unwrap();
    edit(&house, key, from(&[])).await;
    call_from(&house, key, None).await.unwrap();
}

#[tokio::test]
async fn what_bounds_a_consumer_is_told_to_nobody_who_cannot_sign_and_uses_up_no_nonce() {
    let house = House::with_users().await;
    let key = app(&house).await;
    edit(&house, key, from(&[NETWORK])).await;
    let header = signed(&house.service, key, &[], "");
    let spoiled = signed(&house.service, key, &[], "the secret of no token");
    let elsewhere_address = ELSEWHERE.parse().ok();
    let verify = async |header: &str, from| house.service.verify(&request(&[header.as_bytes()]), from).await;
    is_refused(verify(&spoiled, elsewhere_address).await, &Problem::SignatureInvalid);
    is_refused(verify(&header, elsewhere_address).await, &elsewhere());
    assert!(verify(&header, Some(HERE)).await.is_ok(), "the same request from where it may come");
    house.service.consumers(&house.root).disapprove(key, None).await.unwrap();
    let refused = call_from(&house, key, elsewhere_address).await;
    is_refused(refused, &Problem::ConsumerKeyRejected);
}

#[tokio::test]
async fn from_its_end_on_a_consumer_is_refused_at_every_step() {
    let house = House::with_users().await.with_feed().await;
    let (key, grace) = (app(&house).await, grace(&house).await);
    let provider = house.service.provider();
    let (open, allowed) =
        (ask(&house.service, key, "oob").await.unwrap(), ask(&house.service, key, "oob").await.unwrap());
    let verifier = allow(&house.service, &grace, &allowed).await.unwrap();
    let used = ask(&house.service, key, "oob").await.unwrap();
    let used_verifier = allow(&house.service, &grace, &used).await.unwrap();
    let (token, _) = exchange(&house.service, key, &used, &used_verifier).await.unwrap();
    let question = provider.question(&open.token).await.ok().unwrap();
    end_in(&house, key, Duration::from_mins(1)).await;
    call_with(&house, key, &token).await.unwrap();
    house.pass(Duration::from_millis(59_999));
    call(&house, key).await.unwrap();
    house.pass(Duration::from_millis(1));
    is_refused(call(&house, key).await, &Problem::ConsumerEnded);
    is_refused(call_with(&house, key, &token).await, &Problem::ConsumerEnded);
    let refused = ask(&house.service, key, "oob").await.unwrap_err();
    let is_ended = matches!(&refused, NotIssued::Verify(VerifyError::Refused(problem)) if *problem == Problem::ConsumerEnded);
    assert!(is_ended, "{refused:?}");
    is_refused(exchange(&house.service, key, &allowed, &verifier).await, &Problem::ConsumerEnded);
    let refused = provider.question(&open.token).await.err();
    assert!(matches!(refused, Some(AuthorizeError::Ended(_))), "{refused:?}");
    let told = house.latest().await;
    let refused = provider.allow(&grace, question).await.err();
    assert!(matches!(refused, Some(AuthorizeError::Ended(_))), "between question and answer: {refused:?}");
    assert_eq!(house.latest().await, told);
    end_in(&house, key, Duration::from_mins(1)).await;
    call_with(&house, key, &token).await.unwrap();
    exchange(&house.service, key, &allowed, &verifier).await.unwrap();
}

#[tokio::test]
async fn a_key_that_acts_for_somebody_comes_to_work_and_changes_hands_by_a_fresh_sign_in_alone() {
    let house = House::with_users().await;
    let key = app(&house).await;
    edit(&house, key, acts_for("grace")).await;
    let token = house.sign_in("ada").await;
    house.pass(A_WHILE);
    let admin = house.who(&token).await.unwrap().admin().unwrap();
    let consumers = house.service.consumers(&admin);
    let secret = Some("another secret".to_owned().into());
    let refused = consumers.edit(key, TypedEdit { secret, ..TypedEdit::default() }, None).await;
    assert!(matches!(refused, Err(ServiceError::SignInAgain)), "a new secret: {refused:?}");
    let disapproved = consumers.disapprove(key, None).await.unwrap();
    let refused = consumers.approve(key, None).await;
    assert!(matches!(refused, Err(ServiceError::SignInAgain)), "approved: {refused:?}");
    let picked = Picked { key, revision: disapproved.revision };
    let part = house.service.consumers(&house.root).decide_picked(Deed::Approve, &[picked]).await.unwrap();
    assert!(part.done.is_empty() && part.not_done[0].why.contains("by itself"), "with others: {part:?}");
    house.service.consumers(&house.root).approve(key, None).await.unwrap();
}

#[tokio::test]
async fn what_widens_rights_needs_a_fresh_sign_in_and_what_narrows_them_does_not() {
    let house = House::with_users().await;
    let key = app(&house).await;
    edit(&house, key, from(&[NETWORK])).await;
    let token = house.sign_in("ada").await;
    house.pass(A_WHILE);
    let admin = house.who(&token).await.unwrap().admin().unwrap();
    let consumers = house.service.consumers(&admin);
    for wider in [acts_for("grace"), from(&[]), from(&[NETWORK, ELSEWHERE]), from(&["192.0.2.0/23"])] {
        let refused = consumers.edit(key, with(wider.clone()), None).await;
        assert!(matches!(refused, Err(ServiceError::SignInAgain)), "{wider:?}: {refused:?}");
    }
    for narrower in [from(&["192.0.2.1"]), TypedDetails { owner: Some(owned("Quality")), ..acts_for("") }] {
        consumers.edit(key, with(narrower), None).await.unwrap();
    }
    edit(&house, key, acts_for("grace")).await;
    consumers.edit(key, with(acts_for("grace")), None).await.unwrap();
    consumers.edit(key, with(acts_for("")), None).await.unwrap();
}

#[tokio::test]
async fn a_reason_is_kept_with_the_decision_in_the_activity_and_in_the_event() {
    let house = House::with_users().await;
    let key = app(&house).await;
    let consumers = house.service.consumers(&house.root);
    let leaked = reason(" The key leaked. ").unwrap();
    let disapproved = consumers.because(leaked.as_ref()).disapprove(key, None).await.unwrap();
    assert_eq!((disapproved.status, &disapproved.reason), (Status::Disapproved, &leaked));
    let line = house.last_activities(1).await.remove(0);
    assert_eq!(
        (&line.action, line.reason.as_deref()),
        (&Action::ConsumerDisapproved, Some("The key leaked."))
    );
    let Ok(Some(Event::Consumer(told))) = store::feed::event(&line) else { panic!("{line:?}") };
    assert_eq!(told.reason, leaked);
    let other = reason("Another reason.").unwrap();
    let again = consumers.because(other.as_ref()).disapprove(key, None).await.unwrap();
    assert_eq!(again, disapproved, "deciding the same again changes nothing");
    let approved = consumers.approve(key, None).await.unwrap();
    assert_eq!(approved.reason, None);
    assert_eq!(house.last_activities(1).await[0].reason, None);
}

#[tokio::test]
async fn every_change_of_a_consumer_notes_its_reason_and_only_a_decision_keeps_it() {
    let house = House::with_users().await;
    let why = reason("As agreed.").unwrap();
    let consumers = house.service.consumers(&house.root).because(why.as_ref());
    let app = service::consumers::TypedConsumer::new("App", support::SECRET);
    let key = consumers.register(&app).await.unwrap().key;
    let edited = consumers
        .edit(key, TypedEdit { name: Some(owned("B")), ..TypedEdit::default() }, None)
        .await
        .unwrap();
    assert_eq!(edited.reason, None);
    assert_eq!(consumers.approve(key, None).await.unwrap().reason, why);
    consumers.remove(key, None).await.unwrap();
    let reasons: Vec<_> = house.last_activities(4).await.into_iter().map(|line| line.reason).collect();
    assert_eq!(reasons, vec![why.map(|why| why.as_str().to_owned()); 4]);
}

#[tokio::test]
async fn a_reason_is_one_line_that_can_be_seen() {
    assert!(matches!(reason(" "), Ok(None)));
    for wrong in ["a\nb", "\u{200b}", &"x".repeat(501)] {
        assert_eq!(fields::<Option<Reason>>(reason(wrong)), ["reason"], "{wrong:?}");
    }
}
