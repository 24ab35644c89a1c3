//! Temporary credentials at rest (RFC 5849 section 2.1): created, found, expired. What becomes of them is in `consent.rs`.

use std::fmt;

use domain::{Consumer, ConsumerKey, Status, query::milliseconds};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait as _, ExprTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set, sea_query::Expr,
};
use time::{Duration, OffsetDateTime};

use crate::{
    database::values::{can_be_kept, from_word, time_from, word},
    entity::{consumer, temporary_credentials},
    error::StoreError,
    store::Store,
    tables::state::State,
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
    /// Where the user is sent back to; `oob` for nowhere, empty where that is known only when the user decides.
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
    /// Where the user is sent back to; `oob` for nowhere, empty where that is known only when the user decides. Stored
    /// with the decision.
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

/// Whether temporary credentials were stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// They were.
    Stored,
    /// The consumer is no longer Approved, or may not have any now.
    NotPermitted,
    /// The consumer has as many open ones as it may have; the first of them expires then.
    TooMany(OffsetDateTime),
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

/// The consumer, if it is Approved. Read inside the transaction, so that a concurrent change counts.
pub(super) async fn approved(
    connection: &impl ConnectionTrait,
    key: ConsumerKey,
) -> Result<Option<Consumer>, StoreError> {
    let row = consumer::Entity::find_by_id(key.to_string()).one(connection).await?;
    let consumer = row.map(Consumer::try_from).transpose()?;
    Ok(consumer.filter(|consumer| consumer.status == Status::Approved))
}

/// The condition for a consumer's credentials that have not expired and were not exchanged or given up.
fn open(key: &str, now: OffsetDateTime) -> Condition {
    Condition::all()
        .add(temporary_credentials::Column::ConsumerKey.eq(key))
        .add(temporary_credentials::Column::State.is_in([State::Undecided, State::Allowed].map(word)))
        .add(temporary_credentials::Column::ExpiresAt.gt(milliseconds(now)))
}

/// The table of temporary credentials.
#[derive(Clone, Copy, Debug)]
pub struct TemporaryCredentialsTable<'a>(pub(super) &'a Store);

impl Store {
    /// The table of temporary credentials.
    pub fn temporary_credentials(&self) -> TemporaryCredentialsTable<'_> {
        TemporaryCredentialsTable(self)
    }
}

impl TemporaryCredentialsTable<'_> {
    /// Inserts temporary credentials, if the consumer is Approved and `may` says yes to what it is now, unless it has
    /// `most_open` of them that are open.
    ///
    /// Expired ones are kept for a day, so that a late consumer gets the exact reason, but at most that many of a consumer:
    /// the table does not grow with the number of requests.
    pub async fn insert(
        self,
        new: NewTemporaryCredentials,
        most_open: u64,
        may: impl FnOnce(&Consumer) -> bool,
    ) -> Result<Inserted, StoreError> {
        use temporary_credentials::{Column, Entity};
        let change = self.0.begin().await?;
        if !approved(&change.transaction, new.consumer_key).await?.is_some_and(|now| may(&now)) {
            return Ok(Inserted::NotPermitted);
        }
        let (key, now) = (new.consumer_key.to_string(), new.created_at);
        let open = Entity::find().filter(open(&key, now));
        if open.clone().count(&change.transaction).await? >= most_open {
            let first = open.order_by_asc(Column::ExpiresAt).one(&change.transaction).await?;
            return Ok(Inserted::TooMany(first.map_or(Ok(now), |first| time_from(first.expires_at))?));
        }
        let expired =
            Condition::all().add(Column::ConsumerKey.eq(&*key)).add(Column::ExpiresAt.lte(milliseconds(now)));
        let one_too_many = Entity::find().filter(expired).order_by_desc(Column::ExpiresAt).offset(most_open);
        if let Some(row) = one_too_many.one(&change.transaction).await? {
            Entity::delete_many()
                .filter(Column::ConsumerKey.eq(&*key))
                .filter(Column::ExpiresAt.lte(row.expires_at))
                .exec(&change.transaction)
                .await?;
        }
        delete_expired(&change.transaction, now).await?;
        let sealed = change.seal(&self.0.vault, &new.token, new.secret.expose()).await?;
        let row = temporary_credentials::ActiveModel {
            token: Set(new.token),
            secret_key_id: Set(sealed.key_id),
            secret: Set(sealed.bytes),
            consumer_key: Set(key),
            callback: Set(new.callback),
            state: Set(word(State::Undecided)),
            user_id: Set(None),
            verifier_hash: Set(None),
            wrong_verifiers: Set(0),
            created_at: Set(milliseconds(new.created_at)),
            expires_at: Set(milliseconds(new.expires_at)),
            sign_outs: Set(None),
            issued_token: Set(None),
        };
        Entity::insert(row).exec(&change.transaction).await?;
        self.0.commit(change).await?;
        Ok(Inserted::Stored)
    }

    /// Deletes those that expired more than a day ago.
    pub async fn delete_expired(self, now: OffsetDateTime) -> Result<(), StoreError> {
        let change = self.0.begin().await?;
        delete_expired(&change.transaction, now).await?;
        self.0.commit(change).await
    }

    /// The temporary credentials with this identifier, in any state.
    pub async fn find(self, token: &str) -> Result<Option<TemporaryCredentials>, StoreError> {
        if !can_be_kept(token) {
            return Ok(None);
        }
        let row = temporary_credentials::Entity::find_by_id(token).one(&self.0.read).await?;
        row.map(|row| TemporaryCredentials::try_from((self.0, row))).transpose()
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
}

async fn delete_expired(transaction: &DatabaseTransaction, now: OffsetDateTime) -> Result<(), StoreError> {
    temporary_credentials::Entity::delete_many()
        .filter(temporary_credentials::Column::ExpiresAt.lt(milliseconds(now - KEPT)))
        .exec(transaction)
        .await?;
    Ok(())
}
