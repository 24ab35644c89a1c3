//! Temporary credentials at rest (RFC 5849 section 2.1): created, decided by a user, exchanged once.

use std::fmt;

use domain::{ConsumerKey, Status, query::milliseconds};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _, QueryFilter as _, Set,
    sea_query::Expr,
};
use time::{Duration, OffsetDateTime};

use crate::{
    database::values::{can_be_kept, from_word, time_from, word},
    entity::{consumer, temporary_credentials},
    error::StoreError,
    store::Store,
    tables::{
        activity::NewActivity,
        state::State,
        tokens::{self, NewToken},
    },
    vault::{Sealed, Secret},
};

/// How long expired ones are kept, so that a late consumer gets the exact reason.
const KEPT: Duration = Duration::days(1);

/// How many wrong verifiers void them.
const MOST_WRONG_VERIFIERS: i32 = 5;

/// Temporary credentials to store.
#[derive(Debug)]
pub struct NewTemporaryCredentials {
    /// The identifier.
    pub token: String,
    /// The secret that the consumer signs with, besides its own.
    pub secret: Secret,
    /// The consumer that asked for them.
    pub consumer_key: ConsumerKey,
    /// Where the user is sent back to; `oob` for nowhere.
    pub callback: String,
    /// When they were created.
    pub created_at: OffsetDateTime,
    /// When they expire.
    pub expires_at: OffsetDateTime,
}

/// Stored temporary credentials. `Debug` leaves the verifier's hash out: a verifier is short enough to be guessed
/// from it.
pub struct TemporaryCredentials {
    /// The identifier.
    pub token: String,
    /// The secret that the consumer signs with, besides its own.
    pub secret: Secret,
    /// The consumer that asked for them.
    pub consumer_key: ConsumerKey,
    /// Where the user is sent back to; `oob` for nowhere.
    pub callback: String,
    /// When they expire.
    pub expires_at: OffsetDateTime,
    /// Their state.
    pub state: State,
    /// The user who decided.
    pub user_id: Option<i64>,
    /// The hash of the verifier, which proves to the consumer that this user came back.
    pub verifier_hash: Option<Vec<u8>>,
}

impl fmt::Debug for TemporaryCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TemporaryCredentials")
            .field("token", &self.token)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// A user's decision, or what is decided without asking them.
pub enum Decision {
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

impl TryFrom<(&Store, temporary_credentials::Model)> for TemporaryCredentials {
    type Error = StoreError;

    fn try_from((store, row): (&Store, temporary_credentials::Model)) -> Result<Self, StoreError> {
        let sealed = Sealed { key_id: row.secret_key_id, bytes: row.secret };
        let consumer_key = row.consumer_key.parse();
        Ok(Self {
            secret: store.vault.unseal(&row.token, &sealed)?,
            token: row.token,
            consumer_key: consumer_key.map_err(|_| StoreError::Unreadable("a consumer key"))?,
            callback: row.callback,
            expires_at: time_from(row.expires_at)?,
            state: from_word(row.state, "a state of temporary credentials")?,
            user_id: row.user_id,
            verifier_hash: row.verifier_hash,
        })
    }
}

/// Whether a consumer is Approved. Checked inside the transaction, so that a concurrent disapproval counts.
async fn is_approved(connection: &impl ConnectionTrait, key: ConsumerKey) -> Result<bool, StoreError> {
    Ok(approved(connection, key).await?.is_some())
}

/// The consumer as it is inside the transaction, if it is Approved.
async fn approved(
    connection: &impl ConnectionTrait,
    key: ConsumerKey,
) -> Result<Option<consumer::Model>, StoreError> {
    let row = consumer::Entity::find_by_id(key.to_string()).one(connection).await?;
    Ok(row.filter(|row| row.status == word(Status::Approved)))
}

/// The table of temporary credentials.
#[derive(Clone, Copy, Debug)]
pub struct TemporaryCredentialsTable<'a>(&'a Store);

impl Store {
    /// The table of temporary credentials.
    pub fn temporary_credentials(&self) -> TemporaryCredentialsTable<'_> {
        TemporaryCredentialsTable(self)
    }
}

impl TemporaryCredentialsTable<'_> {
    /// Inserts temporary credentials; returns `false` if the consumer is no longer Approved.
    pub async fn insert(self, new: NewTemporaryCredentials) -> Result<bool, StoreError> {
        let change = self.0.begin().await?;
        if !is_approved(&change.transaction, new.consumer_key).await? {
            return Ok(false);
        }
        let sealed = change.seal(&self.0.vault, &new.token, new.secret.expose()).await?;
        let row = temporary_credentials::ActiveModel {
            token: Set(new.token),
            secret_key_id: Set(sealed.key_id),
            secret: Set(sealed.bytes),
            consumer_key: Set(new.consumer_key.to_string()),
            callback: Set(new.callback),
            state: Set(word(State::Undecided)),
            user_id: Set(None),
            verifier_hash: Set(None),
            wrong_verifiers: Set(0),
            created_at: Set(milliseconds(new.created_at)),
            expires_at: Set(milliseconds(new.expires_at)),
        };
        temporary_credentials::Entity::delete_many()
            .filter(temporary_credentials::Column::ExpiresAt.lt(milliseconds(new.created_at - KEPT)))
            .exec(&change.transaction)
            .await?;
        temporary_credentials::Entity::insert(row).exec(&change.transaction).await?;
        self.0.commit(change).await?;
        Ok(true)
    }

    /// The temporary credentials with this identifier, in any state.
    pub async fn find(self, token: &str) -> Result<Option<TemporaryCredentials>, StoreError> {
        if !can_be_kept(token) {
            return Ok(None);
        }
        let row = temporary_credentials::Entity::find_by_id(token).one(&self.0.read).await?;
        row.map(|row| TemporaryCredentials::try_from((self.0, row))).transpose()
    }

    /// Stores a decision; returns `false` if there is one already, if the consumer is no longer Approved, or if the
    /// user has to be asked after all.
    pub async fn decide(
        self,
        credentials: &TemporaryCredentials,
        user_id: i64,
        decision: Decision,
        new: NewActivity,
    ) -> Result<bool, StoreError> {
        let mut change = self.0.begin().await?;
        let Some(consumer) = approved(&change.transaction, credentials.consumer_key).await? else {
            return Ok(false);
        };
        let (state, verifier_hash) = match decision {
            Decision::Allow(hash) => (State::Allowed, Some(hash)),
            Decision::AllowUnasked { verifier_hash, registered_callback } => {
                if !consumer.trusted || consumer.callback_url.as_ref() != Some(&registered_callback) {
                    return Ok(false);
                }
                (State::Allowed, Some(verifier_hash))
            }
            Decision::Deny => (State::Denied, None),
        };
        let row = temporary_credentials::ActiveModel {
            state: Set(word(state)),
            user_id: Set(Some(user_id)),
            verifier_hash: Set(verifier_hash),
            ..Default::default()
        };
        let decided = temporary_credentials::Entity::update_many()
            .set(row)
            .filter(temporary_credentials::Column::Token.eq(&credentials.token))
            .filter(temporary_credentials::Column::State.eq(word(State::Undecided)))
            .exec(&change.transaction)
            .await?;
        if decided.rows_affected == 0 {
            return Ok(false);
        }
        change.append(new).await?;
        self.0.commit(change).await?;
        Ok(true)
    }

    /// Counts a wrong verifier; too many void the credentials.
    pub async fn add_wrong_verifier(self, token: &str) -> Result<(), StoreError> {
        use temporary_credentials::Column;
        let change = self.0.begin().await?;
        temporary_credentials::Entity::update_many()
            .col_expr(Column::WrongVerifiers, Expr::col(Column::WrongVerifiers).add(1))
            .filter(Column::Token.eq(token))
            .exec(&change.transaction)
            .await?;
        temporary_credentials::Entity::update_many()
            .set(temporary_credentials::ActiveModel { state: Set(word(State::Void)), ..Default::default() })
            .filter(Column::Token.eq(token))
            .filter(Column::State.eq(word(State::Allowed)))
            .filter(Column::WrongVerifiers.gte(MOST_WRONG_VERIFIERS))
            .exec(&change.transaction)
            .await?;
        self.0.commit(change).await
    }

    /// Exchanges allowed temporary credentials for token credentials, once. Returns `false` if they were exchanged or
    /// revoked in the meantime, or if the consumer is no longer Approved.
    pub async fn exchange(
        self,
        token: &str,
        new: NewToken,
        activity: NewActivity,
    ) -> Result<bool, StoreError> {
        let mut change = self.0.begin().await?;
        if !is_approved(&change.transaction, new.consumer_key).await? {
            return Ok(false);
        }
        let used = temporary_credentials::Entity::update_many()
            .set(temporary_credentials::ActiveModel { state: Set(word(State::Used)), ..Default::default() })
            .filter(temporary_credentials::Column::Token.eq(token))
            .filter(temporary_credentials::Column::State.eq(word(State::Allowed)))
            .exec(&change.transaction)
            .await?;
        if used.rows_affected == 0 {
            return Ok(false);
        }
        tokens::insert(&change, &self.0.vault, new).await?;
        change.append(activity).await?;
        self.0.commit(change).await?;
        Ok(true)
    }
}
