//! Consumers that may leave out what OAuth 1.0 did not have, `oauth_callback` and `oauth_verifier`; and several callbacks.

use crate::{
    oauth1::{allow, app, ask, exchange, grace, is_refused, register_callback, request, signed, trust},
    support,
};

use domain::ConsumerKey;
use oauth::Problem;
use service::{
    SignedIn, VerifyError,
    consent::{Answer, AuthorizeError, Question},
    consumers::TypedEdit,
    provider::{Issued, NotIssued},
};
use support::{HERE, House};

const CALLBACK: &str = "https://app.example/cb";
const OF_APPLICATION: &str = "myapp://cb";

async fn edit(house: &House, key: ConsumerKey, edit: TypedEdit) {
    house.service.consumers(&house.root).edit(key, edit, None).await.unwrap();
}

async fn allow_oauth_1_0(house: &House, key: ConsumerKey, allowed: bool) {
    edit(house, key, TypedEdit { allow_oauth_1_0: Some(allowed), ..TypedEdit::default() }).await;
}

async fn register_callbacks(house: &House, key: ConsumerKey, callbacks: &[&str]) {
    let callbacks = callbacks.iter().map(|callback| (*callback).to_owned()).collect();
    edit(house, key, TypedEdit { callback_urls: Some(callbacks), ..TypedEdit::default() }).await;
}

/// A consumer that may speak OAuth 1.0.
async fn early(house: &House) -> ConsumerKey {
    let key = app(house).await;
    allow_oauth_1_0(house, key, true).await;
    key
}

/// A request for temporary credentials without a callback.
async fn ask_bare(house: &House, key: ConsumerKey) -> Result<Issued, NotIssued> {
    let header = signed(&house.service, key, &[], "");
    house.service.provider().temporary_credentials(&request(&[header.as_bytes()]), HERE).await
}

/// An exchange without a verifier.
async fn exchange_bare(
    house: &House,
    key: ConsumerKey,
    temporary: &Issued,
) -> Result<(Issued, String), VerifyError> {
    let header = signed(&house.service, key, &[("oauth_token", &temporary.token)], temporary.secret.expose());
    house.service.provider().token_credentials(&request(&[header.as_bytes()]), HERE).await
}

async fn question(house: &House, temporary: &Issued, named: &[&str]) -> Result<Question, AuthorizeError> {
    let named: Vec<_> = named.iter().map(|named| (*named).to_owned()).collect();
    house.service.provider().question_with(&temporary.token, &named).await
}

/// Lets grace allow it; returns where she is sent, `None` for a page with the verifier.
async fn led(house: &House, grace: &SignedIn, temporary: &Issued, named: &[&str]) -> Option<String> {
    let question = question(house, temporary, named).await.ok().unwrap();
    assert!(!question.is_unasked());
    match house.service.provider().allow(grace, question).await.ok().unwrap() {
        Answer::Callback(mut url) => {
            url.set_query(None);
            Some(url.into())
        }
        Answer::Verifier { .. } => None,
        Answer::Denied { .. } => panic!("it was allowed"),
    }
}

#[tokio::test]
async fn without_the_switch_a_callback_and_a_verifier_are_required() {
    let house = House::with_users().await;
    let (key, grace) = (app(&house).await, grace(&house).await);
    let Err(NotIssued::Verify(refused)) = ask_bare(&house, key).await else { panic!("it is refused") };
    let absent = Problem::ParameterAbsent(vec!["oauth_callback"]);
    assert!(absent.to_string().contains("Allow OAuth 1.0"), "{absent}");
    is_refused::<Issued>(Err(refused), &absent);
    let temporary = ask(&house.service, key, "oob").await.unwrap();
    let verifier = allow(&house.service, &grace, &temporary).await.unwrap();
    let absent = Problem::ParameterAbsent(vec!["oauth_verifier"]);
    is_refused(exchange_bare(&house, key, &temporary).await, &absent);
    // Another consumer's permission changes nothing.
    early(&house).await;
    is_refused(exchange_bare(&house, key, &temporary).await, &absent);
    exchange(&house.service, key, &temporary, &verifier).await.unwrap();
}

#[tokio::test]
async fn without_a_registered_callback_the_authorize_url_says_where_the_user_goes() {
    let house = House::with_users().await;
    let (key, grace) = (early(&house).await, grace(&house).await);
    for (named, expected) in [
        (&[][..], None),
        (&["oob"], None),
        (&[CALLBACK], Some(CALLBACK)),
        (&["http://localhost:8080/cb"], Some("http://localhost:8080/cb")),
    ] {
        let temporary = ask_bare(&house, key).await.unwrap();
        assert_eq!(led(&house, &grace, &temporary, named).await.as_deref(), expected, "{named:?}");
        let (_, username) = exchange_bare(&house, key, &temporary).await.unwrap();
        assert_eq!(username, "grace");
    }
    let temporary = ask_bare(&house, key).await.unwrap();
    for wrong in [
        &["javascript:alert(1)"][..],
        &["myapp://cb"],
        &["/cb"],
        &["http://x;sandbox/"],
        &["https://ada@app.example/"],
        &[" https://app.example/cb"],
        &[CALLBACK, "https://other.example/"],
        &[CALLBACK, CALLBACK],
    ] {
        let refused = question(&house, &temporary, wrong).await.err();
        assert!(matches!(refused, Some(AuthorizeError::BadCallback(_))), "{wrong:?}: {refused:?}");
    }
    assert_eq!(
        led(&house, &grace, &temporary, &[CALLBACK]).await.as_deref(),
        Some(CALLBACK),
        "nothing was decided"
    );
}

#[tokio::test]
async fn with_registered_callbacks_the_authorize_url_chooses_among_these_alone() {
    let house = House::with_users().await;
    let (key, grace) = (early(&house).await, grace(&house).await);
    register_callbacks(&house, key, &[CALLBACK, OF_APPLICATION]).await;
    for (named, expected) in [
        (&[][..], CALLBACK),
        (&["https://evil.example/x"], CALLBACK),
        (&["javascript:alert(1)"], CALLBACK),
        (&[OF_APPLICATION], OF_APPLICATION),
    ] {
        let temporary = ask_bare(&house, key).await.unwrap();
        assert_eq!(led(&house, &grace, &temporary, named).await.as_deref(), Some(expected), "{named:?}");
        exchange_bare(&house, key, &temporary).await.unwrap();
    }
    // What names its callback goes where it says, whatever the authorize URL says.
    let temporary = ask(&house.service, key, CALLBACK).await.unwrap();
    assert_eq!(led(&house, &grace, &temporary, &[OF_APPLICATION]).await.as_deref(), Some(CALLBACK));
}

#[tokio::test]
async fn a_verifier_that_is_sent_has_to_be_right_and_one_exchange_is_all() {
    let house = House::with_users().await;
    let (key, grace) = (early(&house).await, grace(&house).await);
    let temporary = ask_bare(&house, key).await.unwrap();
    is_refused(exchange_bare(&house, key, &temporary).await, &Problem::TokenNotAuthorized);
    allow(&house.service, &grace, &temporary).await.unwrap();
    is_refused(exchange(&house.service, key, &temporary, "WRONG").await, &Problem::VerifierInvalid);
    let other =
        Issued { token: temporary.token.clone(), secret: store::vault::Secret::new("other".to_owned()) };
    is_refused(exchange_bare(&house, key, &other).await, &Problem::SignatureInvalid);
    let stranger = early(&house).await;
    is_refused(exchange_bare(&house, stranger, &temporary).await, &Problem::TokenRejected);
    let (token, _) = exchange_bare(&house, key, &temporary).await.unwrap();
    is_refused(exchange_bare(&house, key, &temporary).await, &Problem::TokenUsed);
    let consumer = house.store.consumers().cached(key).await.unwrap().unwrap();
    let token = house.store.tokens().cached(&consumer, &token.token).await.unwrap().unwrap();
    assert!(token.revoked, "one of the two exchanges is a thief's");
}

#[tokio::test]
async fn what_the_user_denies_is_not_exchanged_without_a_verifier_either() {
    let house = House::with_users().await;
    let (key, grace) = (early(&house).await, grace(&house).await);
    let temporary = ask_bare(&house, key).await.unwrap();
    let question = question(&house, &temporary, &[CALLBACK]).await.ok().unwrap();
    assert_eq!(question.named_callback(), Some(CALLBACK));
    let Ok(Answer::Callback(url)) = house.service.provider().deny(&grace, question).await else {
        panic!("she is sent back")
    };
    assert!(url.as_str().starts_with(CALLBACK) && url.as_str().contains("permission_denied"), "{url}");
    is_refused(exchange_bare(&house, key, &temporary).await, &Problem::PermissionDenied);
}

#[tokio::test]
async fn switching_it_off_counts_at_each_step_that_follows() {
    let house = House::with_users().await;
    let (key, grace) = (early(&house).await, grace(&house).await);
    let (open, allowed) = (ask_bare(&house, key).await.unwrap(), ask_bare(&house, key).await.unwrap());
    let verifier = allow(&house.service, &grace, &allowed).await.unwrap();
    let asked = question(&house, &open, &[CALLBACK]).await.ok().unwrap();
    allow_oauth_1_0(&house, key, false).await;
    let told = house.latest().await;
    let refused = house.service.provider().allow(&grace, asked).await.err();
    assert!(matches!(refused, Some(AuthorizeError::NeedsCallback(_))), "{refused:?}");
    assert_eq!(house.latest().await, told);
    let absent = Problem::ParameterAbsent(vec!["oauth_verifier"]);
    is_refused(exchange_bare(&house, key, &allowed).await, &absent);
    exchange(&house.service, key, &allowed, &verifier).await.unwrap();
}

#[tokio::test]
async fn registering_a_callback_takes_the_choice_from_the_authorize_url_in_between() {
    let house = House::with_users().await;
    let (key, grace) = (early(&house).await, grace(&house).await);
    let temporary = ask_bare(&house, key).await.unwrap();
    let asked = question(&house, &temporary, &["https://evil.example/x"]).await.ok().unwrap();
    register_callback(&house, key, CALLBACK).await;
    let refused = house.service.provider().allow(&grace, asked).await.err();
    assert!(matches!(refused, Some(AuthorizeError::Changed(_))), "{refused:?}");
    let led = led(&house, &grace, &temporary, &["https://evil.example/x"]).await;
    assert_eq!(led.as_deref(), Some(CALLBACK));
}

#[tokio::test]
async fn nobody_is_sent_unasked_by_oauth_1_0_trusted_or_not() {
    let house = House::with_users().await;
    let key = early(&house).await;
    let temporary = ask_bare(&house, key).await.unwrap();
    assert!(!question(&house, &temporary, &[CALLBACK]).await.ok().unwrap().is_unasked());
    register_callback(&house, key, CALLBACK).await;
    assert!(!question(&house, &temporary, &[CALLBACK]).await.ok().unwrap().is_unasked(), "not trusted");
    trust(&house, key, true).await;
    let asked = question(&house, &temporary, &["https://evil.example/x"]).await.ok().unwrap();
    assert!(!asked.is_unasked(), "trusted, but with OAuth 1.0");
    assert_eq!(asked.callback().unwrap().as_str(), CALLBACK);
    // Also if it names its callback as in 1.0a: it may still leave out the verifier.
    let named = ask(&house.service, key, CALLBACK).await.unwrap();
    assert!(!question(&house, &named, &[]).await.ok().unwrap().is_unasked());
    let grace = grace(&house).await;
    let question_of = async |temporary| question(&house, temporary, &[]).await.ok().unwrap();
    allow_oauth_1_0(&house, key, false).await;
    let unasked = question_of(&named).await;
    assert!(unasked.is_unasked(), "trusted, with 1.0a");
    allow_oauth_1_0(&house, key, true).await;
    let refused = house.service.provider().allow_unasked(&grace, unasked).await.err();
    assert!(matches!(refused, Some(AuthorizeError::Changed(_))), "switched on in between: {refused:?}");
}

#[tokio::test]
async fn each_of_several_callbacks_is_accepted_oob_means_the_first_and_removed_ones_lead_nowhere() {
    let house = House::with_users().await;
    let (key, grace) = (app(&house).await, grace(&house).await);
    register_callbacks(&house, key, &[OF_APPLICATION, CALLBACK]).await;
    for (asked, expected) in [
        ("oob", OF_APPLICATION),
        (OF_APPLICATION, OF_APPLICATION),
        ("MyApp://cb", OF_APPLICATION),
        ("HTTPS://App.Example:443/cb", CALLBACK),
    ] {
        let temporary = ask(&house.service, key, asked).await.unwrap();
        assert_eq!(led(&house, &grace, &temporary, &[]).await.as_deref(), Some(expected), "{asked}");
    }
    for asked in
        ["myapp://CB", "myapp://cb/", "other://cb", "https://app.example/other", "javascript:alert(1)"]
    {
        let refused = ask(&house.service, key, asked).await.unwrap_err();
        let is_about = |names: &[String]| names == ["oauth_callback"];
        assert!(
            matches!(&refused, NotIssued::Verify(VerifyError::Refused(Problem::ParameterRejected { names, .. }))
                if is_about(names)),
            "{asked}: {refused:?}"
        );
    }
    let temporary = ask(&house.service, key, OF_APPLICATION).await.unwrap();
    for left in [&[CALLBACK][..], &[]] {
        register_callbacks(&house, key, left).await;
        let refused = question(&house, &temporary, &[]).await.err();
        assert!(matches!(refused, Some(AuthorizeError::OtherCallback(_))), "{left:?}: {refused:?}");
    }
}
