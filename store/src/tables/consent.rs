//! What becomes of temporary credentials: a user decides on them (RFC 5849 section 2.2), the consumer exchanges them once
//! (section 2.3). Both look inside their transaction at what they rest on, so that a change in between counts.

use domain::Consumer;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, Set};
use time::OffsetDateTime;

use crate::{
    database::values::word,
    entity::{session, temporary_credentials, user},
    error::StoreError,
    tables::{
        activity::NewActivity,
        state::State,
        temporary_credentials::{TemporaryCredentials, TemporaryCredentialsTable, approved},
        tokens::{self, NewToken},
    },
};

/// A user's decision, or what is decided without asking them.
pub enum ConsentDecision {
    /// Allowed, with the hash of the verifier.
    Allow(Vec<u8>),
    /// Allowed without a question, since the consumer is trusted.
    AllowUnasked {
        /// The hash of the verifier.
        verifier_hash: Vec<u8>,
        /// The registered callback that the verifier will be sent to.
        registered_callback: String,
    },
    /// Denied.
    Deny,
}

/// Who decides.
#[derive(Clone, Copy, Debug)]
pub struct Decider<'a> {
    /// The user.
    pub user_id: i64,
    /// The hash of the session's token.
    pub session: &'a [u8],
}

/// Whether a decision or an exchange was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was.
    Stored,
    /// The credentials are not in the state for it, the consumer may no longer do it, or the user has to be asked after all.
    Over,
    /// The user's session ended, all their sessions were ended since the decision, or the account is disabled.
    SignedOut,
}

impl TemporaryCredentialsTable<'_> {
    /// Stores a decision, once, if the consumer is Approved and `may` says yes to what it is now.
    pub async fn decide(
        self,
        credentials: &TemporaryCredentials,
        decider: Decider<'_>,
        decision: ConsentDecision,
        new: NewActivity,
        may: impl FnOnce(&Consumer) -> bool,
    ) -> Result<Outcome, StoreError> {
        let mut change = self.0.begin().await?;
        let consumer = approved(&change.transaction, credentials.consumer_key).await?;
        let Some(consumer) = consumer.filter(may) else {
            return Ok(Outcome::Over);
        };
        let (state, verifier_hash) = match decision {
            ConsentDecision::Allow(hash) => (State::Allowed, Some(hash)),
            ConsentDecision::AllowUnasked { verifier_hash, registered_callback } => {
                if !consumer.skips_consent()
                    || consumer.callbacks().all(|callback| callback != registered_callback)
                {
                    return Ok(Outcome::Over);
                }
                (State::Allowed, Some(verifier_hash))
            }
            ConsentDecision::Deny => (State::Denied, None),
        };
        let session = session::Entity::find_by_id(decider.session.to_vec())
            .filter(session::Column::UserId.eq(decider.user_id))
            .one(&change.transaction)
            .await?;
        let user = enabled_user(&change.transaction, decider.user_id).await?;
        let (Some(_), Some(user)) = (session, user) else {
            return Ok(Outcome::SignedOut);
        };
        let row = temporary_credentials::ActiveModel {
            state: Set(word(state)),
            user_id: Set(Some(user.id)),
            verifier_hash: Set(verifier_hash),
            sign_outs: Set(Some(user.sign_outs)),
            // What was requested without one learns it now.
            callback: Set(credentials.callback.clone()),
            ..Default::default()
        };
        let written = temporary_credentials::Entity::update_many()
            .set(row)
            .filter(temporary_credentials::Column::Token.eq(&credentials.token))
            .filter(temporary_credentials::Column::State.eq(word(State::Undecided)))
            .exec(&change.transaction)
            .await?;
        if written.rows_affected == 0 {
            return Ok(Outcome::Over);
        }
        change.append(new).await?;
        self.0.commit(change).await?;
        Ok(Outcome::Stored)
    }

    /// Exchanges allowed temporary credentials for token credentials, once, if the consumer is Approved and `may` says yes
    /// to what it is now.
    pub async fn exchange(
        self,
        token: &str,
        new: NewToken,
        activity: NewActivity,
        may: impl FnOnce(&Consumer) -> bool,
    ) -> Result<Outcome, StoreError> {
        let mut change = self.0.begin().await?;
        if !approved(&change.transaction, new.consumer_key).await?.is_some_and(|now| may(&now)) {
            return Ok(Outcome::Over);
        }
        let row = temporary_credentials::Entity::find_by_id(token)
            .filter(temporary_credentials::Column::State.eq(word(State::Allowed)))
            .one(&change.transaction)
            .await?;
        let Some(row) = row else {
            return Ok(Outcome::Over);
        };
        let user = enabled_user(&change.transaction, new.user_id).await?;
        // An older node stores no number with a decision.
        let is_signed_in = |user: user::Model| row.sign_outs.is_none_or(|then| then == user.sign_outs);
        if !user.is_some_and(is_signed_in) {
            return Ok(Outcome::SignedOut);
        }
        let row = temporary_credentials::ActiveModel {
            state: Set(word(State::Used)),
            issued_token: Set(Some(new.token.clone())),
            ..Default::default()
        };
        temporary_credentials::Entity::update_many()
            .set(row)
            .filter(temporary_credentials::Column::Token.eq(token))
            .exec(&change.transaction)
            .await?;
        tokens::insert(&change, &self.0.vault, new).await?;
        change.append(activity).await?;
        self.0.commit(change).await?;
        Ok(Outcome::Stored)
    }

    /// Revokes the token credentials that were issued for temporary ones; returns whether there were any that were valid.
    pub async fn revoke_issued(
        self,
        token: &str,
        now: OffsetDateTime,
        new: NewActivity,
    ) -> Result<bool, StoreError> {
        let mut change = self.0.begin().await?;
        let row = temporary_credentials::Entity::find_by_id(token).one(&change.transaction).await?;
        let Some(issued) = row.and_then(|row| row.issued_token) else {
            return Ok(false);
        };
        if !tokens::revoke_one(&change.transaction, &issued, now).await? {
            return Ok(false);
        }
        change.append(new).await?;
        self.0.commit(change).await?;
        Ok(true)
    }
}

async fn enabled_user(connection: &impl ConnectionTrait, id: i64) -> Result<Option<user::Model>, StoreError> {
    Ok(user::Entity::find_by_id(id).filter(user::Column::Disabled.eq(false)).one(connection).await?)
}
