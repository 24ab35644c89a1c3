//! What administrators do to consumers: list, register, approve, disapprove, edit, remove.

pub(crate) mod fields;
pub mod key_requests;

use domain::{
    Action, Conflict, Consumer, ConsumerKey, ConsumerName, ConsumerQuery, ConsumerSecret, Edit, Event, Page,
    Removed, Status, TypedSecret, error::FieldErrors,
};
use store::{
    StoreError,
    activity::{By, NewActivity},
    feed, random,
};

use crate::{error::ServiceError, guard::admin::Admin, service::Service};

/// Marks in an activity line's `after`: changes that the consumer itself does not show.
const SECRET_CHANGED: &str = "secret_changed";
const SIGNED_EVERYBODY_OUT: &str = "signed_everybody_out";

/// An unchecked edit; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct TypedEdit {
    /// A new name.
    pub name: Option<String>,
    /// A new secret.
    pub secret: Option<TypedSecret>,
    /// Whether the consumer skips the consent page.
    pub trusted: Option<bool>,
    /// The only accepted callback; empty to accept any.
    pub callback_url: Option<String>,
    /// An RSA public key (PEM); empty to remove it.
    pub rsa_public_key: Option<String>,
    /// Revokes every token of the consumer.
    pub sign_everybody_out: bool,
}

impl TypedEdit {
    fn check(self) -> Result<Edit, ServiceError> {
        let mut errors = FieldErrors::default();
        let edit = Edit {
            name: self.name.and_then(|name| errors.take("name", ConsumerName::parse(&name))),
            secret: self
                .secret
                .and_then(|secret| errors.take("secret", ConsumerSecret::parse(secret.expose()))),
            trusted: self.trusted,
            callback_url: self
                .callback_url
                .and_then(|url| errors.take("callback_url", fields::callback_url(&url))),
            rsa_public_key: self
                .rsa_public_key
                .and_then(|pem| errors.take("rsa_public_key", fields::rsa_public_key(&pem))),
            sign_everybody_out: self.sign_everybody_out,
        };
        let errors = errors.into_vec();
        if errors.is_empty() { Ok(edit) } else { Err(ServiceError::Invalid(errors)) }
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

impl Service {
    /// A page of consumers, and the number of an activity line that it is at least as new as.
    pub async fn list_consumers(
        &self,
        _: &Admin,
        query: &ConsumerQuery,
        limit: u64,
    ) -> Result<(Page<Consumer>, i64), ServiceError> {
        // Read first: a change between the two reads is then in the page and sent as an event again, never missed.
        let seen = self.store.activity().latest().await?;
        Ok((self.store.consumers().list(query, limit).await?, seen))
    }

    /// The consumer with this key.
    pub async fn find_consumer(&self, _: &Admin, key: ConsumerKey) -> Result<Consumer, ServiceError> {
        match self.store.consumers().find(key).await? {
            Some(consumer) => Ok(consumer),
            None => Err(self.removed_or_unknown(key).await?),
        }
    }

    /// The number of users, not of tokens, that are signed in through a consumer.
    pub async fn signed_in_users(&self, _: &Admin, key: ConsumerKey) -> Result<u64, ServiceError> {
        Ok(self.store.tokens().count_users(key, self.clock.now()).await?)
    }

    /// Whether a consumer has this name already. That is allowed, but worth a warning.
    pub async fn is_name_in_use(&self, _: &Admin, name: &ConsumerName) -> Result<bool, ServiceError> {
        Ok(self.store.consumers().count_named(name).await? > 0)
    }

    /// Registers a consumer under a new key, as Pending.
    pub async fn register(&self, admin: &Admin, name: &str, secret: &str) -> Result<Consumer, ServiceError> {
        let (name, secret) = check_new(name, secret)?;
        self.insert_consumer(name, &secret, false, admin.by(self.clock.now()), Action::ConsumerRegistered)
            .await
    }

    /// Saves a Pending consumer under a new key.
    pub(crate) async fn insert_consumer(
        &self,
        name: ConsumerName,
        secret: &ConsumerSecret,
        trusted: bool,
        by: By,
        action: Action,
    ) -> Result<Consumer, ServiceError> {
        let key = ConsumerKey(uuid::Builder::from_random_bytes(random::bytes()).into_uuid());
        let consumer = Consumer::register(key, name, trusted, by.actor.clone(), by.at);
        let activity = NewActivity::consumer(by, action, None, Some(&consumer));
        self.store.consumers().insert(&consumer, secret, activity).await?;
        Ok(consumer)
    }

    /// Approves or disapproves a consumer. Idempotent: if it has the status already, `seen` is not compared.
    ///
    /// `seen` is the revision that the administrator saw; if the consumer has changed since, the result is a conflict.
    pub async fn decide(
        &self,
        admin: &Admin,
        key: ConsumerKey,
        status: Status,
        seen: Option<i64>,
    ) -> Result<Consumer, ServiceError> {
        let action = match status {
            Status::Approved => Action::ConsumerApproved,
            Status::Disapproved | Status::Pending => Action::ConsumerDisapproved,
        };
        loop {
            let before = self.find_consumer(admin, key).await?;
            let now = self.clock.now();
            let Some(after) = before.decide(status, now) else {
                return Ok(before);
            };
            self.refuse_stale(&before, seen).await?;
            let activity = NewActivity::consumer(admin.by(now), action.clone(), Some(&before), Some(&after));
            match self.store.consumers().save(&after, None, false, activity).await {
                Ok(()) => return Ok(after),
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Edits a consumer. `seen` as for `decide`.
    pub async fn edit(
        &self,
        admin: &Admin,
        key: ConsumerKey,
        edit: TypedEdit,
        seen: Option<i64>,
    ) -> Result<Consumer, ServiceError> {
        let edit = edit.check()?;
        loop {
            let before = self.find_consumer(admin, key).await?;
            self.refuse_stale(&before, seen).await?;
            let now = self.clock.now();
            let Some(after) = before.edit(&edit, now) else {
                return Ok(before);
            };
            let mut activity =
                NewActivity::consumer(admin.by(now), Action::ConsumerEdited, Some(&before), Some(&after));
            if edit.secret.is_some() {
                activity = activity.mark(SECRET_CHANGED);
            }
            if edit.sign_everybody_out {
                activity = activity.mark(SIGNED_EVERYBODY_OUT);
            }
            let saved = self
                .store
                .consumers()
                .save(&after, edit.secret.as_ref(), edit.sign_everybody_out, activity)
                .await;
            match saved {
                Ok(()) => return Ok(after),
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Removes a consumer permanently. Idempotent. `seen` as for `decide`.
    pub async fn remove(
        &self,
        admin: &Admin,
        key: ConsumerKey,
        seen: Option<i64>,
    ) -> Result<(), ServiceError> {
        loop {
            let Some(consumer) = self.store.consumers().find(key).await? else {
                return Ok(());
            };
            self.refuse_stale(&consumer, seen).await?;
            let now = self.clock.now();
            let activity =
                NewActivity::consumer(admin.by(now), Action::ConsumerRemoved, Some(&consumer), None);
            match self.store.consumers().delete(&consumer, now, activity).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn refuse_stale(&self, current: &Consumer, seen: Option<i64>) -> Result<(), ServiceError> {
        let Some(seen) = seen.filter(|seen| *seen != current.revision) else {
            return Ok(());
        };
        let lines = self.store.activity().changes_since(current.key, seen).await?;
        let mut changes = Vec::new();
        for line in &lines {
            let marked = |flag| line.after.as_ref().is_some_and(|after| after.get(flag).is_some());
            let before =
                line.before.clone().and_then(|before| serde_json::from_value::<Consumer>(before).ok());
            if let (Some(before), Some(Event::Consumer(after))) = (before, feed::event(line)?) {
                changes.extend(before.differences(&after));
            }
            if marked(SECRET_CHANGED) {
                changes.push("the consumer secret".to_owned());
            }
            if marked(SIGNED_EVERYBODY_OUT) {
                changes.push("who is signed in: everybody was signed out".to_owned());
            }
        }
        let Some(last) = lines.last() else {
            // Nothing happened after this revision, yet it is not the current one: it is made up.
            return Err(ServiceError::invalid("revision", &"This revision of the consumer does not exist."));
        };
        let conflict = Conflict { by: last.actor.clone(), at: last.at, changes, current: current.clone() };
        Err(ServiceError::Conflict(Box::new(conflict)))
    }

    /// Why the consumer does not exist: it was removed, or has never existed.
    async fn removed_or_unknown(&self, key: ConsumerKey) -> Result<ServiceError, ServiceError> {
        let lines = self.store.activity().changes_since(key, 0).await?;
        Ok(match lines.last() {
            Some(line) => ServiceError::Removed(Removed { by: line.actor.clone(), at: line.at }),
            None => ServiceError::NotFound(format!("consumer with the key {key}")),
        })
    }
}
