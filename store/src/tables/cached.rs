//! Consumers, tokens and users for verification: read through the cache.

use std::{mem, sync::Arc};

use domain::{Consumer, ConsumerKey, User};
use sea_orm::EntityTrait as _;

use crate::{
    database::values::can_be_kept,
    entity::{consumer, token_credentials, user},
    error::StoreError,
    memory::keyring::{CachedConsumer, CachedToken, LastUse},
    tables::{
        consumers::Consumers,
        readable::Row,
        tokens::Tokens,
        users::{self, Account, Users},
    },
    vault::Sealed,
};

impl Consumers<'_> {
    /// The consumer with this key, from the cache if it may answer.
    pub async fn cached(self, key: ConsumerKey) -> Result<Option<Arc<CachedConsumer>>, StoreError> {
        let keyring = &self.0.keyring;
        if keyring.is_alive()
            && let Some(cached) = keyring.consumers.get(&key)
        {
            return Ok(cached);
        }
        // Negative entries are cached as well, so that asking again for an unknown key is as fast as for a real one.
        let insert = |cached: &Option<_>| keyring.consumers.insert(key, cached.clone());
        // Boxed, as is every miss: a rare path must not enlarge the future of every verification.
        let read = Box::pin(keyring.cache(self.read(key), insert)).await;
        // What cannot be read is not cached, so that it counts as soon as its row is put right.
        self.0.unreadable.or_absent("consumer", key.as_str(), read)
    }

    async fn read(self, key: ConsumerKey) -> Result<Option<Arc<CachedConsumer>>, StoreError> {
        let generation = self.0.keyring.next_generation();
        let row = consumer::Entity::find_by_id(key.to_string()).into_model::<Row<consumer::Model>>();
        let Some(row) = row.one(&self.0.read).await? else { return Ok(None) };
        let mut row = row.columns()?;
        let sealed = Sealed { key_id: row.secret_key_id, bytes: mem::take(&mut row.secret) };
        let secret = self.0.vault.unseal(&row.key, &sealed)?;
        let consumer = Consumer::try_from(row)?;
        let functional_user_id = match &consumer.functional_user {
            Some(username) => {
                let account = users::find(&self.0.read, username).await?;
                Some(account.ok_or(StoreError::Unreadable("a functional user"))?.id)
            }
            None => None,
        };
        Ok(Some(Arc::new(CachedConsumer {
            key,
            skips_consent: consumer.skips_consent(),
            name: consumer.name,
            status: consumer.status,
            secret,
            has_secret: consumer.has_secret,
            rsa_public_key: consumer.rsa_public_key,
            callback_urls: consumer.callback_urls,
            allow_oauth_1_0: consumer.allow_oauth_1_0,
            functional_user_id,
            networks: consumer.networks,
            ends_at: consumer.ends_at,
            may_administer: consumer.may_administer,
            generation,
            last_use: LastUse::default(),
        })))
    }
}

impl Tokens<'_> {
    /// The token credentials with this identifier, from the cache if it may answer. A cached token of `consumer` is
    /// returned only if it was read after that very read of `consumer`; another consumer's token is refused anyway,
    /// whatever its age.
    pub async fn cached(
        self,
        consumer: &CachedConsumer,
        token: &str,
    ) -> Result<Option<Arc<CachedToken>>, StoreError> {
        let keyring = &self.0.keyring;
        if keyring.is_alive()
            && let Some(cached) = keyring.tokens.get(token)
            && (cached.generation == consumer.generation || cached.consumer_key != consumer.key)
        {
            return Ok(Some(cached));
        }
        let insert = |cached: &Option<Arc<CachedToken>>| {
            if let Some(cached) = cached {
                keyring.tokens.insert(token.into(), cached.clone());
            }
        };
        Box::pin(keyring.cache(self.read(token, consumer.generation), insert)).await
    }

    async fn read(self, token: &str, generation: u64) -> Result<Option<Arc<CachedToken>>, StoreError> {
        if !can_be_kept(token) {
            return Ok(None);
        }
        let Some(row) = token_credentials::Entity::find_by_id(token).one(&self.0.read).await? else {
            return Ok(None);
        };
        let sealed = Sealed { key_id: row.secret_key_id, bytes: row.secret };
        let consumer_key = row.consumer_key.parse();
        Ok(Some(Arc::new(CachedToken {
            secret: self.0.vault.unseal(&row.token, &sealed)?,
            token: row.token,
            consumer_key: consumer_key.map_err(|_| StoreError::Unreadable("a consumer key"))?,
            user_id: row.user_id,
            expires_at: row.expires_at,
            revoked: row.revoked_at.is_some(),
            generation,
            last_use: LastUse::default(),
        })))
    }
}

impl Users<'_> {
    /// The user with this number, from the cache if it may answer.
    pub async fn cached(self, id: i64) -> Result<Option<Arc<User>>, StoreError> {
        let keyring = &self.0.keyring;
        if keyring.is_alive()
            && let Some(user) = keyring.users.get(&id)
        {
            return Ok(Some(user));
        }
        let read = async {
            let row = user::Entity::find_by_id(id).into_model::<Row<user::Model>>().one(&self.0.read).await?;
            Ok(row.map(Row::read::<Account>).transpose()?.map(|account| Arc::new(account.user)))
        };
        let insert = |user: &Option<Arc<User>>| {
            if let Some(user) = user {
                keyring.users.insert(id, user.clone());
            }
        };
        let read = Box::pin(keyring.cache(read, insert)).await;
        self.0.unreadable.or_absent("user", &format!("number {id}"), read)
    }
}
