//! Consumers that move here: under the key that they have already, with a secret, an RSA key or both.

use crate::support;

use domain::{Action, Consumer};
use oauth::{Problem, SignatureMethod};
use service::{
    ServiceError, VerifyError,
    consumers::{TypedConsumer, TypedEdit},
};
use support::{House, SECRET};

const SPKI: &str = include_str!("keys/rsa-2048-spki.pem");
const URI: &str = "https://tool.example/items";

fn brought(key: &str) -> TypedConsumer {
    TypedConsumer { key: Some(key.to_owned()), ..TypedConsumer::new("App", SECRET) }
}

/// One that signs with RSA alone.
fn with_rsa(rsa_public_key: &str) -> TypedConsumer {
    TypedConsumer { rsa_public_key: rsa_public_key.to_owned(), ..TypedConsumer::new("Signs with RSA", "") }
}

async fn register(house: &House, typed: &TypedConsumer) -> Result<Consumer, ServiceError> {
    house.service.consumers(&house.root).register(typed).await
}

/// The wrong fields of a refusal.
fn fields<T: std::fmt::Debug>(refused: Result<T, ServiceError>) -> Vec<String> {
    match refused {
        Err(ServiceError::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_consumer_is_registered_under_the_key_that_it_brings_along() {
    let house = House::new().await;
    for key in ["7f2c1e640b1d4a579f0e5f7a3f0c9b21", "OauthKey", "my!app", &"k".repeat(64)] {
        let consumer = register(&house, &brought(key)).await.unwrap();
        assert_eq!(consumer.key.as_str(), key);
        assert_eq!(house.service.consumers(&house.root).find(consumer.key).await.unwrap(), consumer);
        let line = house.last_activities(1).await.remove(0);
        assert_eq!((line.action, line.consumer_key), (Action::ConsumerRegistered, Some(consumer.key)));
    }
}

#[tokio::test]
async fn a_key_that_is_none_is_told_beside_every_other_wrong_field() {
    let house = House::new().await;
    for key in ["", "two words", "..", &"k".repeat(65), "ключ", "a/b"] {
        assert_eq!(fields(register(&house, &brought(key)).await), ["key"], "{key}");
    }
    let all = TypedConsumer { rsa_public_key: "no key".to_owned(), ..brought("a b") };
    let all = TypedConsumer { name: " ".to_owned(), secret: "short".to_owned().into(), ..all };
    let mut wrong = fields(register(&house, &all).await);
    wrong.sort_unstable();
    assert_eq!(wrong, ["key", "name", "rsa_public_key", "secret"]);
    assert_eq!(house.activities().await, 0);
}

#[tokio::test]
async fn a_key_that_a_consumer_has_or_had_is_refused_by_name() {
    let house = House::new().await;
    let key = register(&house, &brought("my!app")).await.unwrap().key;
    let is_taken = async || {
        let refused = register(&house, &brought("my!app")).await.unwrap_err();
        assert!(matches!(refused, ServiceError::KeyTaken(taken) if taken == key), "{refused:?}");
        assert!(refused.to_string().contains("my!app"), "{refused}");
    };
    is_taken().await;
    house.service.consumers(&house.root).remove(key, None).await.unwrap();
    is_taken().await;
    let ours = house.register(&house.root, "App").await.key;
    house.service.consumers(&house.root).remove(ours, None).await.unwrap();
    let refused = register(&house, &brought(ours.as_str())).await.unwrap_err();
    assert!(matches!(refused, ServiceError::KeyTaken(taken) if taken == ours), "{refused:?}");
}

#[tokio::test]
async fn an_rsa_key_needs_no_secret_beside_it() {
    let house = House::new().await;
    let alone = register(&house, &with_rsa(SPKI)).await.unwrap();
    assert_eq!((alone.has_secret, alone.rsa_public_key.as_deref()), (false, Some(SPKI.trim())));
    let both = TypedConsumer { rsa_public_key: SPKI.to_owned(), ..TypedConsumer::new("Both", SECRET) };
    let both = register(&house, &both).await.unwrap();
    assert!(both.has_secret && both.rsa_public_key.is_some());
    assert_eq!(fields(register(&house, &with_rsa(" \n")).await), ["secret"], "one of them is needed");
    assert_eq!(fields(register(&house, &with_rsa("no key")).await), ["rsa_public_key"]);
    let kept = |consumer: &Consumer| house.store.consumers().secret(consumer.key);
    let another = register(&house, &with_rsa(SPKI)).await.unwrap();
    let (first, second) = (kept(&alone).await.unwrap().unwrap(), kept(&another).await.unwrap().unwrap());
    assert_ne!(first.expose(), second.expose(), "nobody knows either");
}

/// What becomes of a request that a consumer signs with this method and secret.
async fn verify(
    house: &House,
    consumer: &Consumer,
    method: SignatureMethod,
    secret: &str,
) -> Option<Problem> {
    let now = house.service.now().unix_timestamp().to_string();
    let pairs = |signature: &str| {
        let pairs = [
            ("oauth_consumer_key", consumer.key.as_str()),
            ("oauth_nonce", method.name()),
            ("oauth_signature_method", method.name()),
            ("oauth_timestamp", &now),
            ("oauth_signature", signature),
        ];
        let pairs = pairs.map(|(name, value)| format!("{name}=\"{}\"", oauth::encode(value)));
        format!("OAuth {}", pairs.join(", "))
    };
    let request = async |header: String| {
        let authorization = [header.as_bytes()];
        let request = oauth::Request {
            method: "GET",
            base_string_uri: URI.as_bytes(),
            query: None,
            authorization: &authorization,
            form: None,
        };
        let base_string = request.parse(&[]).unwrap().base_string();
        (base_string, house.service.verify(&request, None).await)
    };
    // The base string does not hold the signature.
    let (base_string, _) = request(pairs("dW5zaWduZWQ=")).await;
    let signature = oauth::sign(method, &base_string, secret, "").unwrap_or_else(|| "bm8=".to_owned());
    match request(pairs(&signature)).await.1 {
        Ok(_) => None,
        Err(VerifyError::Refused(problem)) => Some(problem),
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn a_consumer_without_a_secret_is_told_to_sign_with_rsa() {
    let house = House::new().await;
    let alone = register(&house, &with_rsa(SPKI)).await.unwrap();
    let alone = house.service.consumers(&house.root).approve(alone.key, None).await.unwrap();
    let rsa_alone =
        Problem::SignatureMethodRejected { accepted: vec!["RSA-SHA1", "RSA-SHA256", "RSA-SHA512"] };
    for method in [SignatureMethod::HmacSha1, SignatureMethod::HmacSha256, SignatureMethod::HmacSha512] {
        for secret in ["", SECRET] {
            let problem = verify(&house, &alone, method, secret).await;
            assert_eq!(problem.as_ref(), Some(&rsa_alone), "{method:?} {secret:?}");
        }
    }
    assert!(rsa_alone.advice().contains("; use RSA-SHA1, RSA-SHA256, RSA-SHA512. "), "{rsa_alone}");
    let rsa = verify(&house, &alone, SignatureMethod::RsaSha256, "").await;
    assert_eq!(rsa, Some(Problem::SignatureInvalid), "the method is right, this signature is not");
    let secret = TypedEdit { secret: Some(SECRET.to_owned().into()), ..TypedEdit::default() };
    let given = house.service.consumers(&house.root).edit(alone.key, secret, None).await.unwrap();
    assert!(given.has_secret);
    assert_eq!(verify(&house, &given, SignatureMethod::HmacSha256, SECRET).await, None);
}

#[tokio::test]
async fn the_rsa_key_of_a_consumer_without_a_secret_stays_until_it_has_one() {
    let house = House::new().await;
    let consumers = house.service.consumers(&house.root);
    let key = register(&house, &with_rsa(SPKI)).await.unwrap().key;
    let take = || TypedEdit { rsa_public_key: Some(String::new()), ..TypedEdit::default() };
    assert_eq!(fields(consumers.edit(key, take(), None).await), ["rsa_public_key"]);
    assert!(consumers.find(key).await.unwrap().rsa_public_key.is_some());
    let with_secret = TypedEdit { secret: Some(SECRET.to_owned().into()), ..take() };
    let edited = consumers.edit(key, with_secret, None).await.unwrap();
    assert_eq!((edited.has_secret, edited.rsa_public_key), (true, None));
}
