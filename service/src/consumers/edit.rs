//! Edits of a consumer: all that is wrong with one is refused at once, and none overwrites a change that its administrator
//! has not seen.

use domain::{
    Action, Consumer, ConsumerKey, ConsumerName, ConsumerSecret, DetailsEdit, Edit, FieldError, Reason,
    RightsError, TypedSecret, error::FieldErrors,
};
use store::{StoreError, activity::NewActivity};
use time::OffsetDateTime;

use crate::{
    consumers::{callback_urls, details::TypedDetails, fields, list::Consumers},
    error::ServiceError,
    line_words::{SECRET_CHANGED, SIGNED_EVERYBODY_OUT},
};

/// An unchecked edit; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct TypedEdit {
    /// A new name.
    pub name: Option<String>,
    /// A new secret.
    pub secret: Option<TypedSecret>,
    /// The new secret as it was re-typed, where that was asked for.
    pub secret_again: Option<TypedSecret>,
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
    /// Why it is changed; empty for what `because` says.
    pub reason: String,
}

impl TypedEdit {
    /// The edit without what is wrong with it, its reason, and what is wrong.
    fn check(self) -> (Edit, Option<Reason>, Vec<FieldError>) {
        let mut errors = FieldErrors::default();
        let reason = errors.take("reason", Reason::parse(&self.reason)).flatten();
        let edit = Edit {
            name: self.name.and_then(|name| errors.take("name", ConsumerName::parse(&name))),
            secret: self.secret.and_then(|secret| {
                let parsed = errors.take("secret", ConsumerSecret::parse(secret.expose()));
                if let Some(again) = &self.secret_again
                    && let Err(error) = ConsumerSecret::check_repeated(secret.expose(), again.expose())
                {
                    errors.push(error);
                    return None;
                }
                parsed
            }),
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
        (edit, reason, errors.into_vec())
    }
}

impl Consumers<'_> {
    /// Edits a consumer. `seen` as for `approve`. Giving it a right needs a fresh sign-in. All that is wrong is refused at
    /// once.
    pub async fn edit(
        self,
        key: ConsumerKey,
        edit: TypedEdit,
        seen: Option<i64>,
    ) -> Result<Consumer, ServiceError> {
        let (edit, reason, wrong) = edit.check();
        let reason = reason.or_else(|| self.reason.cloned());
        loop {
            let before = self.find(key).await?;
            if wrong.is_empty() {
                self.refuse_stale(&before, seen).await?;
            }
            let now = self.service.clock.now();
            let Some(after) = self.edited(&before, &edit, wrong.clone(), now).await? else {
                return Ok(before);
            };
            self.require_fresh_for_a_right(&before, &after)?;
            if edit.secret.is_some() && after.has_power() {
                self.admin.require_fresh()?;
            }
            let mut activity = NewActivity::consumer(
                self.admin.by(now),
                Action::ConsumerEdited,
                Some(&before),
                Some(&after),
            )
            .because(reason.clone());
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

    /// What an edit makes of a consumer, `None` if it changes nothing; or all that is wrong with it, together with what is
    /// known to be `wrong`.
    async fn edited(
        self,
        before: &Consumer,
        edit: &Edit,
        mut wrong: Vec<FieldError>,
        now: OffsetDateTime,
    ) -> Result<Option<Consumer>, ServiceError> {
        let details = match self.with_account(before, edit.details.clone()).await {
            Ok(details) => details,
            Err(ServiceError::Invalid(errors)) => {
                wrong.extend(errors);
                DetailsEdit { functional_user: None, ..edit.details.clone() }
            }
            Err(error) => return Err(error),
        };
        let is_wrong = |wrong: &[FieldError], field: &str| wrong.iter().any(|error| error.field == field);
        let after = match before.edit(&Edit { details, ..edit.clone() }, now) {
            Ok(after) => {
                let unsigned = after.as_ref().and_then(|after| after.check_signing().err());
                // A secret that cannot be taken is one all the same.
                let has_other =
                    ["secret", "secret_again", "rsa_public_key"].iter().any(|field| is_wrong(&wrong, field));
                if let Some(error) = unsigned.filter(|_| !has_other) {
                    wrong.push(FieldError::new("rsa_public_key", error.to_string()));
                }
                after
            }
            Err(error) => {
                // A callback that cannot be read is one all the same.
                let has_callback = is_wrong(&wrong, "callback_url") || is_wrong(&wrong, "callback_urls");
                if !(has_callback && error == RightsError::TrustedWithoutCallback) {
                    wrong.push(FieldError::new(error.field(), error.to_string()));
                }
                None
            }
        };
        if wrong.is_empty() { Ok(after) } else { Err(ServiceError::Invalid(wrong)) }
    }
}
