//! New consumers, under a new key and Pending.

use domain::{Action, Consumer, ConsumerKey, ConsumerName, ConsumerSecret, error::FieldErrors};
use store::{
    Store,
    activity::{By, NewActivity},
    random,
};

use crate::{consumers::list::Consumers, error::ServiceError};

impl Consumers<'_> {
    /// Registers a consumer under a new key, as Pending.
    pub async fn register(self, name: &str, secret: &str) -> Result<Consumer, ServiceError> {
        let (name, secret) = check_new(name, secret)?;
        let by = self.admin.by(self.service.clock.now());
        insert(&self.service.store, name, &secret, false, by, Action::ConsumerRegistered).await
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

/// Saves a Pending consumer under a new key.
pub(crate) async fn insert(
    store: &Store,
    name: ConsumerName,
    secret: &ConsumerSecret,
    trusted_wished: bool,
    by: By,
    action: Action,
) -> Result<Consumer, ServiceError> {
    let key = ConsumerKey(uuid::Builder::from_random_bytes(random::bytes()).into_uuid());
    let consumer = Consumer::register(key, name, trusted_wished, by.actor.clone(), by.at);
    let activity = NewActivity::consumer(by, action, None, Some(&consumer));
    store.consumers().insert(&consumer, secret, activity).await?;
    Ok(consumer)
}
