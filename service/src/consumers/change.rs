//! What administrators decide and change about a consumer, never over a change that they have not seen.

use domain::{
    Action, Actor, Conflict, Consumer, ConsumerKey, ConsumerName, ConsumerSecret, Edit, Event, RightsError,
    Status, TypedSecret, error::FieldErrors,
};
use store::{StoreError, activity::NewActivity, feed};
use time::OffsetDateTime;

use crate::{
    consumers::{callback_urls, details::TypedDetails, fields, list::Consumers},
    error::ServiceError,
};

/// Marks in an activity line's `after`: changes that the consumer itself does not show.
pub(crate) const SECRET_CHANGED: &str = "secret_changed";
pub(crate) const SIGNED_EVERYBODY_OUT: &str = "signed_everybody_out";

/// An unchecked edit; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct TypedEdit {
    /// A new name.
    pub name: Option<String>,
    /// A new secret.
    pub secret: Option<TypedSecret>,
    /// Whether the consumer skips the consent page.
    pub trusted: Option<bool>,
    /// Whether the consumer may administer Latchkey.
    pub may_administer: Option<bool>,
    /// Whether the consumer may leave out `oauth_callback` and `oauth_verifier`.
    pub allow_oauth_1_0: Option<bool>,
    /// The first accepted callback, in place of the first one before; empty to accept any.
    pub callback_url: Option<String>,
    /// The accepted callbacks, in place of all before; empty to accept any.
    pub callback_urls: Option<Vec<String>>,
    /// An RSA public key; empty to remove it.
    pub rsa_public_key: Option<String>,
    /// Owner, contact, note, functional user, networks and end.
    pub details: TypedDetails,
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
            may_administer: self.may_administer,
            allow_oauth_1_0: self.allow_oauth_1_0,
            callback_url: self
                .callback_url
                .and_then(|url| errors.take("callback_url", callback_urls::callback(&url))),
            callback_urls: self
                .callback_urls
                .and_then(|urls| errors.take("callback_urls", callback_urls::callbacks(&urls))),
            rsa_public_key: self
                .rsa_public_key
                .and_then(|pem| errors.take("rsa_public_key", fields::rsa_public_key(&pem))),
            details: self.details.check(&mut errors),
            sign_everybody_out: self.sign_everybody_out,
        };
        if let (Some(first), Some(all)) = (&edit.callback_url, &edit.callback_urls)
            && first.as_ref() != all.first()
        {
            let unlike = "This is the first of callback_urls; give the same in both, or one of the two.";
            errors.take::<()>("callback_url", Err(unlike));
        }
        let errors = errors.into_vec();
        if errors.is_empty() { Ok(edit) } else { Err(ServiceError::Invalid(errors)) }
    }
}

impl Consumers<'_> {
    /// Approves a consumer. Idempotent: if it is Approved already, `seen` is not compared.
    ///
    /// `seen` is the revision that the administrator saw; if the consumer has changed since, the result is a conflict.
    pub async fn approve(self, key: ConsumerKey, seen: Option<i64>) -> Result<Consumer, ServiceError> {
        self.decide(key, Status::Approved, Action::ConsumerApproved, seen).await
    }

    /// Disapproves a consumer. Idempotent, and `seen` as for `approve`.
    pub async fn disapprove(self, key: ConsumerKey, seen: Option<i64>) -> Result<Consumer, ServiceError> {
        self.decide(key, Status::Disapproved, Action::ConsumerDisapproved, seen).await
    }

    /// Approves a consumer and trusts it, in one change, with a fresh sign-in. Idempotent, and `seen` as for `approve`.
    pub async fn approve_trusted(
        self,
        key: ConsumerKey,
        seen: Option<i64>,
    ) -> Result<Consumer, ServiceError> {
        self.change(key, Action::ConsumerApproved, seen, Consumer::approve_trusted).await
    }

    async fn decide(
        self,
        key: ConsumerKey,
        status: Status,
        action: Action,
        seen: Option<i64>,
    ) -> Result<Consumer, ServiceError> {
        self.change(key, action, seen, |before, now| Ok(before.decide(status, now))).await
    }

    /// Saves what is decided about a consumer, with the reason of that, if it is another thing than before.
    async fn change(
        self,
        key: ConsumerKey,
        action: Action,
        seen: Option<i64>,
        becomes: impl Fn(&Consumer, OffsetDateTime) -> Result<Option<Consumer>, RightsError>,
    ) -> Result<Consumer, ServiceError> {
        loop {
            let before = self.find(key).await?;
            let now = self.service.clock.now();
            let Some(after) = becomes(&before, now)? else {
                return Ok(before);
            };
            self.refuse_stale(&before, seen).await?;
            self.require_fresh_for_a_right(&before, &after)?;
            let after = after.because(self.reason.cloned());
            let activity =
                NewActivity::consumer(self.admin.by(now), action.clone(), Some(&before), Some(&after))
                    .because(self.reason.cloned());
            match self.service.store.consumers().save(&after, None, false, activity).await {
                Ok(()) => return Ok(after),
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Edits a consumer. `seen` as for `approve`. Giving it a right needs a fresh sign-in.
    pub async fn edit(
        self,
        key: ConsumerKey,
        edit: TypedEdit,
        seen: Option<i64>,
    ) -> Result<Consumer, ServiceError> {
        let mut edit = edit.check()?;
        loop {
            let before = self.find(key).await?;
            self.refuse_stale(&before, seen).await?;
            edit.details = self.with_account(&before, edit.details).await?;
            let now = self.service.clock.now();
            let Some(after) = before.edit(&edit, now)? else {
                return Ok(before);
            };
            after.check_signing().map_err(|error| ServiceError::invalid("rsa_public_key", &error))?;
            self.require_fresh_for_a_right(&before, &after)?;
            let mut activity = NewActivity::consumer(
                self.admin.by(now),
                Action::ConsumerEdited,
                Some(&before),
                Some(&after),
            )
            .because(self.reason.cloned());
            if edit.secret.is_some() {
                activity = activity.mark(SECRET_CHANGED);
            }
            if edit.sign_everybody_out {
                activity = activity.mark(SIGNED_EVERYBODY_OUT);
            }
            let saved = self
                .service
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

    /// Removes a consumer permanently. Idempotent. `seen` as for `approve`.
    pub async fn remove(self, key: ConsumerKey, seen: Option<i64>) -> Result<(), ServiceError> {
        loop {
            let Some(consumer) = self.service.store.consumers().find(key).await? else {
                return Ok(());
            };
            self.refuse_stale(&consumer, seen).await?;
            let now = self.service.clock.now();
            let activity =
                NewActivity::consumer(self.admin.by(now), Action::ConsumerRemoved, Some(&consumer), None)
                    .because(self.reason.cloned());
            match self.service.store.consumers().delete(&consumer, now, activity).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn require_fresh_for_a_right(self, before: &Consumer, after: &Consumer) -> Result<(), ServiceError> {
        if after.has_gained_a_right(before) { self.admin.require_fresh() } else { Ok(()) }
    }

    async fn refuse_stale(self, current: &Consumer, seen: Option<i64>) -> Result<(), ServiceError> {
        let Some(seen) = seen.filter(|seen| *seen != current.revision) else {
            return Ok(());
        };
        let lines = self.service.store.activity().changes_since(current.key, seen).await?;
        let mut changes = Vec::new();
        for line in &lines {
            let marked = |flag| line.after.as_ref().is_some_and(|after| after.get(flag).is_some());
            let before =
                line.before.clone().and_then(|before| serde_json::from_value::<Consumer>(before).ok());
            let before = before.map(Consumer::with_possible_rights);
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
        if seen > current.revision {
            return Err(ServiceError::invalid("revision", &"This revision of the consumer does not exist."));
        }
        // There was a line for each revision; the oldest may have been pruned.
        let missed = current.revision - seen.max(0);
        if i64::try_from(lines.len()).is_ok_and(|told| told < missed) {
            changes.push("what the activity no longer says".to_owned());
        }
        let (by, at) = match lines.last() {
            Some(last) => (last.actor.clone(), last.at),
            None => (Actor::Unknown("Somebody".to_owned()), current.updated_at),
        };
        let conflict = Conflict { by, at, changes, current: current.clone() };
        Err(ServiceError::Conflict(Box::new(conflict)))
    }
}
