//! New consumers, Pending: under a new key, or under one that the application brings along from another server.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    Action, Consumer, ConsumerKey, ConsumerName, ConsumerSecret, Reason, TypedSecret, error::FieldErrors,
};
use store::{StoreError, activity::NewActivity, random};

use crate::{
    consumers::{fields, list::Consumers},
    error::ServiceError,
};

/// An unchecked new consumer.
#[derive(Clone, Debug, Default)]
pub struct TypedConsumer {
    /// Its name.
    pub name: String,
    /// Its shared secret; empty for none, where there is an RSA public key.
    pub secret: TypedSecret,
    /// Its RSA public key; empty for none.
    pub rsa_public_key: String,
    /// The key that it has already; `None` for a new one.
    pub key: Option<String>,
    /// Why it is registered; empty for what `because` says.
    pub reason: String,
}

impl TypedConsumer {
    /// One with a shared secret, under a new key.
    pub fn new(name: &str, secret: &str) -> Self {
        Self { name: name.to_owned(), secret: secret.to_owned().into(), ..Self::default() }
    }

    /// Parses all of it; the error lists every wrong field. Without a secret the consumer gets one that nobody knows, since
    /// earlier versions expect one in each row.
    fn check(&self) -> Result<Checked, ServiceError> {
        let mut errors = FieldErrors::default();
        let key = match &self.key {
            Some(key) => errors.take("key", key.parse::<ConsumerKey>()),
            None => Some(ConsumerKey::from_random(random::bytes())),
        };
        let name = errors.take("name", ConsumerName::parse(&self.name));
        let reason = errors.take("reason", Reason::parse(&self.reason));
        let rsa_public_key = errors.take("rsa_public_key", fields::rsa_public_key(&self.rsa_public_key));
        let has_secret = !self.secret.is_empty() || self.rsa_public_key.trim().is_empty();
        let secret = if has_secret {
            errors.take("secret", ConsumerSecret::parse(self.secret.expose()))
        } else {
            ConsumerSecret::parse(&URL_SAFE_NO_PAD.encode(random::bytes::<32>())).ok()
        };
        match (key, name, secret, rsa_public_key, reason) {
            (Some(key), Some(name), Some(secret), Some(rsa_public_key), Some(reason)) => {
                Ok(Checked { key, name, secret, has_secret, rsa_public_key, reason })
            }
            _ => Err(ServiceError::Invalid(errors.into_vec())),
        }
    }
}

struct Checked {
    key: ConsumerKey,
    name: ConsumerName,
    secret: ConsumerSecret,
    has_secret: bool,
    rsa_public_key: Option<String>,
    reason: Option<Reason>,
}

impl Consumers<'_> {
    /// Registers a consumer as Pending. A key that it brings along must not be taken, nor have been.
    pub async fn register(self, typed: &TypedConsumer) -> Result<Consumer, ServiceError> {
        let Checked { key, name, secret, has_secret, rsa_public_key, reason } = typed.check()?;
        let by = self.admin.by(self.service.clock.now());
        let consumer = Consumer::register(key, name, false, by.actor.clone(), by.at);
        let consumer = Consumer { has_secret, rsa_public_key, ..consumer };
        let activity = NewActivity::consumer(by, Action::ConsumerRegistered, None, Some(&consumer))
            .because(reason.or_else(|| self.reason.cloned()));
        match self.service.store.consumers().insert(&consumer, &secret, activity).await {
            Ok(_) => Ok(consumer),
            Err(StoreError::KeyTaken) => Err(ServiceError::KeyTaken(key)),
            Err(error) => Err(error.into()),
        }
    }
}

/// Parses a new consumer's name and secret; the error lists both if both are invalid.
pub(crate) fn check_new(name: &str, secret: &str) -> Result<(ConsumerName, ConsumerSecret), ServiceError> {
    let mut errors = FieldErrors::default();
    let name = errors.take("name", ConsumerName::parse(name));
    let secret = errors.take("secret", ConsumerSecret::parse(secret));
    match (name, secret) {
        (Some(name), Some(secret)) => Ok((name, secret)),
        _ => Err(ServiceError::Invalid(errors.into_vec())),
    }
}
