//! From temporary credentials to a token, while what they rest on changes in between.

use crate::support;

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use domain::{Action, Actor, ConsumerKey};
use oauth::{Problem, Request, SignatureMethod};
use service::{
    Clock, Rules, Service, SignedIn, VerifyError,
    consent::{Answer, AuthorizeError},
    consumers::TypedEdit,
    provider::{Issued, NotIssued},
};
use support::{HERE, House, PASSWORD, SECRET};

const URI: &str = "https://keys.example/oauth";
const CALLBACK: &str = "https://app.example/cb";

/// An Approved consumer.
pub async fn app(house: &House) -> ConsumerKey {
    let key = house.register(&house.root, "App").await.key;
    house.service.consumers(&house.root).approve(key, None).await.unwrap();
    key
}

/// The Authorization header of a POST to `URI` with these parameters besides the usual ones.
pub fn signed(service: &Service, key: ConsumerKey, more: &[(&str, &str)], token_secret: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let usual = [
        ("oauth_consumer_key", key.to_string()),
        ("oauth_nonce", COUNT.fetch_add(1, Ordering::Relaxed).to_string()),
        ("oauth_signature_method", "HMAC-SHA256".to_owned()),
        ("oauth_timestamp", service.now().unix_timestamp().to_string()),
    ];
    let header = |signature: &str| {
        let more = more.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let pairs = usual.iter().cloned().chain(more).chain([("oauth_signature", signature.to_owned())]);
        let pairs: Vec<_> =
            pairs.map(|(name, value)| format!("{name}=\"{}\"", oauth::encode(&value))).collect();
        format!("OAuth {}", pairs.join(", "))
    };
    let unsigned = header("unsigned");
    let base_string = request(&[unsigned.as_bytes()]).parse(&[]).unwrap().base_string();
    header(&oauth::sign(SignatureMethod::HmacSha256, &base_string, SECRET, token_secret).unwrap())
}

pub fn request<'a>(authorization: &'a [&'a [u8]]) -> Request<'a> {
    Request { method: "POST", base_string_uri: URI.as_bytes(), query: None, authorization, form: None }
}

pub async fn ask(service: &Service, key: ConsumerKey, callback: &str) -> Result<Issued, NotIssued> {
    let header = signed(service, key, &[("oauth_callback", callback)], "");
    service.provider().temporary_credentials(&request(&[header.as_bytes()]), HERE).await
}

pub async fn exchange(
    service: &Service,
    key: ConsumerKey,
    temporary: &Issued,
    verifier: &str,
) -> Result<(Issued, String), VerifyError> {
    let more = [("oauth_token", &*temporary.token), ("oauth_verifier", verifier)];
    let header = signed(service, key, &more, temporary.secret.expose());
    service.provider().token_credentials(&request(&[header.as_bytes()]), HERE).await
}

/// Lets the user allow it; returns the verifier.
pub async fn allow(service: &Service, user: &SignedIn, temporary: &Issued) -> Result<String, AuthorizeError> {
    let question = service.provider().question(&temporary.token).await?;
    Ok(match service.provider().allow(user, question).await? {
        Answer::Verifier { verifier, .. } => verifier,
        Answer::Callback(url) => {
            url.query_pairs().find(|(name, _)| name == "oauth_verifier").unwrap().1.into()
        }
        Answer::Denied { .. } => panic!("it was allowed"),
    })
}

pub async fn grace(house: &House) -> SignedIn {
    let token = house.sign_in("grace").await;
    house.who(&token).await.unwrap()
}

pub async fn register_callback(house: &House, key: ConsumerKey, callback: &str) {
    let edit = TypedEdit { callback_url: Some(callback.to_owned()), ..TypedEdit::default() };
    house.service.consumers(&house.root).edit(key, edit, None).await.unwrap();
}

pub async fn trust(house: &House, key: ConsumerKey, trusted: bool) {
    let edit = TypedEdit { trusted: Some(trusted), ..TypedEdit::default() };
    house.service.consumers(&house.root).edit(key, edit, None).await.unwrap();
}

#[track_caller]
pub fn is_refused<T>(result: Result<T, VerifyError>, problem: &Problem) {
    match result {
        Err(VerifyError::Refused(refused)) => assert_eq!(&refused, problem),
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("it is refused: {problem:?}"),
    }
}

async fn is_revoked(house: &House, key: ConsumerKey, token: &str) -> bool {
    let consumer = house.store.consumers().cached(key).await.unwrap().unwrap();
    house.store.tokens().cached(&consumer, token).await.unwrap().unwrap().revoked
}

#[tokio::test]
async fn a_consumer_that_cannot_be_read_is_refused_until_its_row_is_put_right() {
    let house = House::with_users().await;
    let (odd, other) = (app(&house).await, app(&house).await);
    let call = async |key| {
        let header = signed(&house.service, key, &[], "");
        house.service.verify(&request(&[header.as_bytes()]), None).await
    };
    house.sql(&format!("UPDATE consumers SET status = 'suspended' WHERE key = '{odd}'")).await;
    is_refused(call(odd).await, &Problem::ConsumerKeyUnknown);
    assert!(call(other).await.is_ok());
    house.sql(&format!("UPDATE consumers SET status = 'approved' WHERE key = '{odd}'")).await;
    assert!(call(odd).await.is_ok());
}

#[tokio::test]
async fn who_exchanges_again_with_the_right_verifier_ends_the_token_that_came_first() {
    let house = House::with_users().await;
    let (key, grace) = (app(&house).await, grace(&house).await);
    let temporary = ask(&house.service, key, "oob").await.unwrap();
    let verifier = allow(&house.service, &grace, &temporary).await.unwrap();
    let (token, username) = exchange(&house.service, key, &temporary, &verifier).await.unwrap();
    assert_eq!(username, "grace");
    let line = house.last_activities(1).await.remove(0);
    let address = Some(HERE.to_string());
    assert_eq!((line.action, line.address), (Action::TokenIssued, address.clone()));

    is_refused(exchange(&house.service, key, &temporary, "WRONG").await, &Problem::TokenUsed);
    assert!(!is_revoked(&house, key, &token.token).await, "a guess ends nothing");
    let other =
        Issued { token: temporary.token.clone(), secret: store::vault::Secret::new("other".to_owned()) };
    is_refused(exchange(&house.service, key, &other, &verifier).await, &Problem::SignatureInvalid);
    let stranger = app(&house).await;
    is_refused(exchange(&house.service, stranger, &temporary, &verifier).await, &Problem::TokenRejected);
    assert!(!is_revoked(&house, key, &token.token).await, "only the consumer itself");

    is_refused(exchange(&house.service, key, &temporary, &verifier).await, &Problem::TokenUsed);
    assert!(is_revoked(&house, key, &token.token).await);
    let line = house.last_activities(1).await.remove(0);
    let by = (line.actor, line.action, line.consumer_key, line.address);
    assert_eq!(by, (Actor::User(grace.user().username.clone()), Action::TokensRevoked, Some(key), address));
    let told = house.latest().await;
    is_refused(exchange(&house.service, key, &temporary, &verifier).await, &Problem::TokenUsed);
    assert_eq!(house.latest().await, told, "it is revoked once");
}

#[tokio::test]
async fn a_copy_of_the_request_that_got_the_token_does_not_end_it() {
    let house = House::with_users().await;
    let (key, grace) = (app(&house).await, grace(&house).await);
    let temporary = ask(&house.service, key, "oob").await.unwrap();
    let verifier = allow(&house.service, &grace, &temporary).await.unwrap();
    let more = [("oauth_token", &*temporary.token), ("oauth_verifier", &verifier)];
    let header = signed(&house.service, key, &more, temporary.secret.expose());
    let (header, provider) = ([header.as_bytes()], house.service.provider());
    let (token, _) = provider.token_credentials(&request(&header), HERE).await.unwrap();
    for _ in 0..2 {
        is_refused(provider.token_credentials(&request(&header), HERE).await, &Problem::TokenUsed);
    }
    assert!(!is_revoked(&house, key, &token.token).await);
}

#[tokio::test]
async fn temporary_credentials_lead_nowhere_once_another_callback_is_registered() {
    let house = House::with_users().await;
    let (key, grace) = (app(&house).await, grace(&house).await);
    for asked in ["oob", "https://old.example/cb"] {
        register_callback(&house, key, "").await;
        let (open, allowed) =
            (ask(&house.service, key, asked).await.unwrap(), ask(&house.service, key, asked).await.unwrap());
        let verifier = allow(&house.service, &grace, &allowed).await.unwrap();
        register_callback(&house, key, CALLBACK).await;
        let refused = house.service.provider().question(&open.token).await.err();
        assert!(matches!(refused, Some(AuthorizeError::OtherCallback(_))), "{asked}: {refused:?}");
        is_refused(exchange(&house.service, key, &allowed, &verifier).await, &Problem::TokenRevoked);
    }
    // One and the same callback, however it is spelt, may be registered meanwhile.
    register_callback(&house, key, "").await;
    let temporary = ask(&house.service, key, CALLBACK).await.unwrap();
    register_callback(&house, key, "HTTPS://app.example:443/cb").await;
    let verifier = allow(&house.service, &grace, &temporary).await.unwrap();
    exchange(&house.service, key, &temporary, &verifier).await.unwrap();
}

#[tokio::test]
async fn a_callback_that_changes_between_question_and_answer_counts() {
    let house = House::with_users().await;
    let (key, grace) = (app(&house).await, grace(&house).await);
    let temporary = ask(&house.service, key, "https://old.example/cb").await.unwrap();
    let question = house.service.provider().question(&temporary.token).await.ok().unwrap();
    register_callback(&house, key, CALLBACK).await;
    let told = house.latest().await;
    let refused = house.service.provider().allow(&grace, question).await.err();
    assert!(matches!(refused, Some(AuthorizeError::OtherCallback(_))), "{refused:?}");
    assert_eq!(house.latest().await, told);
}

#[tokio::test]
async fn what_changes_between_a_trusted_consumers_request_and_its_answer_counts() {
    let house = House::with_users().await;
    let (key, grace) = (app(&house).await, grace(&house).await);
    register_callback(&house, key, CALLBACK).await;
    trust(&house, key, true).await;
    let temporary = ask(&house.service, key, "oob").await.unwrap();
    let provider = house.service.provider();
    let trusted = async || {
        let question = provider.question(&temporary.token).await.ok().unwrap();
        assert!(question.is_unasked());
        question
    };
    let question = trusted().await;
    trust(&house, key, false).await;
    let told = house.latest().await;
    let refused = provider.allow_unasked(&grace, question).await.err();
    assert!(matches!(refused, Some(AuthorizeError::Changed(_))), "{refused:?}");
    assert_eq!(house.latest().await, told);
    trust(&house, key, true).await;
    let question = trusted().await;
    register_callback(&house, key, "https://new.example/cb").await;
    let refused = provider.allow_unasked(&grace, question).await.err();
    assert!(matches!(refused, Some(AuthorizeError::OtherCallback(_))), "{refused:?}");
    register_callback(&house, key, CALLBACK).await;
    let question = trusted().await;
    house.service.sessions().sign_out(&grace).await.unwrap();
    let refused = provider.allow_unasked(&grace, question).await.err();
    assert!(matches!(refused, Some(AuthorizeError::SignedOut)), "{refused:?}");
    let grace = self::grace(&house).await;
    let answer = provider.allow_unasked(&grace, trusted().await).await.ok().unwrap();
    let Answer::Callback(url) = answer else { panic!("it is sent to the callback") };
    assert!(url.as_str().starts_with(CALLBACK), "{url}");
}

#[tokio::test]
async fn callbacks_that_an_earlier_version_kept_and_are_no_hosts_are_told_and_lead_nowhere() {
    let house = House::with_users().await;
    let key = app(&house).await;
    let temporary = ask(&house.service, key, "oob").await.unwrap();
    for kept in ["http://x;sandbox/", "http://*/", "https://*.example/cb"] {
        house.sql(&format!("UPDATE temporary_credentials SET callback = '{kept}'")).await;
        for registered in ["NULL".to_owned(), format!("'{kept}'")] {
            house.sql(&format!("UPDATE consumers SET callback_url = {registered}")).await;
            let refused = house.service.provider().question(&temporary.token).await.err();
            assert!(matches!(refused, Some(AuthorizeError::NoHost(_))), "{kept}: {refused:?}");
        }
        for asked in [kept, CALLBACK, "oob"] {
            let refused = ask(&house.service, key, asked).await.unwrap_err();
            assert!(
                matches!(&refused, NotIssued::Verify(VerifyError::Refused(Problem::ParameterRejected { why, .. }))
                    if why.contains("ask an administrator")),
                "{kept}: {refused:?}"
            );
        }
    }
}

#[tokio::test]
async fn who_is_signed_out_between_question_and_answer_allows_nothing() {
    let house = House::with_users().await;
    let key = app(&house).await;
    let temporary = ask(&house.service, key, "oob").await.unwrap();
    let users = house.service.users(&house.root);
    for round in 0..3 {
        let token = house.sign_in("grace").await;
        let grace = house.who(&token).await.unwrap();
        let question = house.service.provider().question(&temporary.token).await.ok().unwrap();
        match round {
            0 => house.service.sessions().sign_out(&grace).await.unwrap(),
            1 => drop(users.change_password("grace", PASSWORD, true).await.unwrap()),
            _ => drop(users.sign_out("grace").await.unwrap()),
        }
        let told = house.latest().await;
        let refused = house.service.provider().allow(&grace, question).await.err();
        assert!(matches!(refused, Some(AuthorizeError::SignedOut)), "{round}: {refused:?}");
        assert_eq!(house.latest().await, told, "{round}");
    }
    let grace = grace(&house).await;
    allow(&house.service, &grace, &temporary).await.unwrap();
}

#[tokio::test]
async fn what_was_allowed_before_the_password_changed_gets_no_token_though_tokens_are_kept() {
    let house = House::with_users().await;
    let (key, grace) = (app(&house).await, grace(&house).await);
    let temporary = ask(&house.service, key, "oob").await.unwrap();
    let verifier = allow(&house.service, &grace, &temporary).await.unwrap();
    let users = house.service.users(&house.root);
    users.change_password("grace", PASSWORD, true).await.unwrap();
    is_refused(exchange(&house.service, key, &temporary, &verifier).await, &Problem::TokenRevoked);
}

#[tokio::test]
async fn a_user_who_was_disabled_after_allowing_is_denied_before_the_cache_hears_of_it() {
    let house = House::with_users().await.with_feed().await;
    let (key, grace) = (app(&house).await, grace(&house).await);
    let mut allowed = Vec::new();
    for _ in 0..2 {
        let temporary = ask(&house.service, key, "oob").await.unwrap();
        let verifier = allow(&house.service, &grace, &temporary).await.unwrap();
        allowed.push((temporary, verifier));
    }
    let [(first, verifier), (second, other_verifier)] = &*allowed else { panic!("two were allowed") };
    exchange(&house.service, key, first, verifier).await.unwrap();
    house.sql("UPDATE users SET disabled = TRUE WHERE username = 'grace'").await;
    is_refused(exchange(&house.service, key, second, other_verifier).await, &Problem::PermissionDenied);
}

#[tokio::test]
async fn a_consumer_with_too_many_open_temporary_credentials_is_told_when_to_come_back() {
    let house = House::with_users().await;
    let key = app(&house).await;
    let rules = Rules { most_open_temporary_credentials: 2, ..Rules::default() };
    let service = Service::new(Arc::clone(&house.store), Clock::System, rules);
    for _ in 0..2 {
        ask(&service, key, "oob").await.unwrap();
    }
    match ask(&service, key, "oob").await {
        Err(NotIssued::TooMany { problem: Problem::ConsumerThrottled { most: 2 }, retry_after }) => {
            assert!((1..=600).contains(&retry_after.as_secs()), "{retry_after:?}");
        }
        other => panic!("{other:?}"),
    }
    let another = app(&house).await;
    ask(&service, another, "oob").await.unwrap();
}
