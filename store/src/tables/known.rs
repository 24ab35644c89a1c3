//! Consumers, tokens and users as verification asks for them: from the keyring, or else from their tables.

use std::sync::Arc;

use domain::{ConsumerKey, ConsumerName, User};
use sea_orm::EntityTrait as _;

use crate::{
    database::values::{can_be_kept, from_word},
    entity::{consumer, token_credentials, user},
    error::StoreError,
    memory::keyring::{KnownConsumer, KnownToken, Used},
    store::Store,
    tables::users::Account,
    vault::Sealed,
};

impl Store {
    /// The consumer with this key, from memory where that may answer.
    pub async fn known_consumer(&self, key: ConsumerKey) -> Result<Option<Arc<KnownConsumer>>, StoreError> {
        let keyring = &self.keyring;
        if keyring.is_alive()
            && let Some(known) = keyring.consumers.get(&key)
        {
            return Ok(known);
        }
        // That there is none is kept too: asking for it again takes as long as for one that there is.
        let insert = |known: &Option<_>| keyring.consumers.insert(key, known.clone());
        // Boxed, as every miss: what is rare shall not make every verification's future large.
        Box::pin(keyring.keep(self.read_consumer(key), insert)).await
    }

    /// The token credentials with this identifier, from memory where that may answer. They are as new as the reading of
    /// `consumer` where they are that consumer's; another consumer's are of no use to anybody who asks.
    pub async fn known_token(
        &self,
        consumer: &KnownConsumer,
        token: &str,
    ) -> Result<Option<Arc<KnownToken>>, StoreError> {
        let keyring = &self.keyring;
        if keyring.is_alive()
            && let Some(known) = keyring.tokens.get(token)
            && (known.reading == consumer.reading || known.consumer_key != consumer.key)
        {
            return Ok(Some(known));
        }
        let insert = |known: &Option<Arc<KnownToken>>| {
            if let Some(known) = known {
                keyring.tokens.insert(token.into(), known.clone());
            }
        };
        Box::pin(keyring.keep(self.read_token(token, consumer.reading), insert)).await
    }

    /// The user with this number, from memory where that may answer.
    pub async fn known_user(&self, id: i64) -> Result<Option<Arc<User>>, StoreError> {
        let keyring = &self.keyring;
        if keyring.is_alive()
            && let Some(user) = keyring.users.get(&id)
        {
            return Ok(Some(user));
        }
        let read = async {
            let row = user::Entity::find_by_id(id).one(&self.read).await?;
            Ok(row.map(Account::try_from).transpose()?.map(|account| Arc::new(account.user)))
        };
        let insert = |user: &Option<Arc<User>>| {
            if let Some(user) = user {
                keyring.users.insert(id, user.clone());
            }
        };
        Box::pin(keyring.keep(read, insert)).await
    }

    /// Notes that a consumer, and its token where there is one, was used at a time (milliseconds since 1970). Written
    /// down later, many at once (`Store::write_uses`).
    pub fn note_use(&self, consumer: &Arc<KnownConsumer>, token: Option<&Arc<KnownToken>>, at: i64) {
        self.keyring.note_use(consumer, token, at);
    }

    async fn read_consumer(&self, key: ConsumerKey) -> Result<Option<Arc<KnownConsumer>>, StoreError> {
        let reading = self.keyring.next_reading();
        let Some(row) = consumer::Entity::find_by_id(key.to_string()).one(&self.read).await? else {
            return Ok(None);
        };
        let sealed = Sealed { key_id: row.secret_key_id, bytes: row.secret };
        Ok(Some(Arc::new(KnownConsumer {
            key,
            name: ConsumerName::parse(&row.name).map_err(|_| StoreError::Unreadable("a consumer name"))?,
            status: from_word(row.status, "a status")?,
            secret: self.vault.unseal(&row.key, &sealed)?,
            rsa_public_key: row.rsa_public_key,
            callback_url: row.callback_url,
            trusted: row.trusted,
            reading,
            used: Used::default(),
        })))
    }

    async fn read_token(&self, token: &str, reading: u64) -> Result<Option<Arc<KnownToken>>, StoreError> {
        if !can_be_kept(token) {
            return Ok(None);
        }
        let Some(row) = token_credentials::Entity::find_by_id(token).one(&self.read).await? else {
            return Ok(None);
        };
        let sealed = Sealed { key_id: row.secret_key_id, bytes: row.secret };
        let consumer_key = row.consumer_key.parse();
        Ok(Some(Arc::new(KnownToken {
            secret: self.vault.unseal(&row.token, &sealed)?,
            token: row.token,
            consumer_key: consumer_key.map_err(|_| StoreError::Unreadable("a consumer key"))?,
            user_id: row.user_id,
            expires_at: row.expires_at,
            revoked: row.revoked_at.is_some(),
            reading,
            used: Used::default(),
        })))
    }
}
