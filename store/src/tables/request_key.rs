//! The key of the HMACs that compare key requests: random, made once, and sealed by the vault like every other secret.
//!
//! It is not the vault key, so that rotating that one changes no digest and no fingerprint: the rotation only seals this
//! one again. Without the vault key nobody can test guesses of a secret against what the database holds.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sea_orm::{ConnectionTrait, EntityTrait as _, Set};
use sha2::Sha256;

use crate::{
    entity::sealed_key,
    error::StoreError,
    random,
    store::Store,
    vault::{Sealed, Secret},
};

/// Its row.
const NAME: &str = "key requests";

/// What an HMAC is for, so that none can stand for another.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    /// Finds a request that is alike.
    Alike,
    /// Is read out by people.
    Fingerprint,
}

/// HMAC-SHA256 of these texts.
///
/// # Panics
/// Never: HMAC has no wrong key.
pub(super) fn digest(key: &Secret, purpose: Purpose, texts: [&str; 3]) -> [u8; 32] {
    let label = match purpose {
        Purpose::Alike => "latchkey key request",
        Purpose::Fingerprint => "latchkey fingerprint",
    };
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()).expect("HMAC takes a key of any length");
    for text in [label].into_iter().chain(texts) {
        // With its length, so that no other texts make the same bytes.
        mac.update(&(text.len() as u64).to_be_bytes());
        mac.update(text.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

impl Store {
    /// The key, from memory after the first time; makes it if there is none yet.
    pub(super) async fn request_key(&self) -> Result<&Secret, StoreError> {
        self.request_key.get_or_try_init(|| self.read_or_make_request_key()).await
    }

    async fn read_or_make_request_key(&self) -> Result<Secret, StoreError> {
        if let Some(key) = self.read_request_key(&self.read).await? {
            return Ok(key);
        }
        let change = self.begin().await?;
        if let Some(key) = self.read_request_key(&change.transaction).await? {
            return Ok(key);
        }
        let key = Secret::new(BASE64.encode(random::bytes::<32>()));
        let sealed = change.seal(&self.vault, NAME, key.expose()).await?;
        let row = sealed_key::ActiveModel {
            name: Set(NAME.to_owned()),
            secret_key_id: Set(sealed.key_id),
            secret: Set(sealed.bytes),
        };
        sealed_key::Entity::insert(row).exec_without_returning(&change.transaction).await?;
        self.commit(change).await?;
        Ok(key)
    }

    async fn read_request_key(
        &self,
        connection: &impl ConnectionTrait,
    ) -> Result<Option<Secret>, StoreError> {
        let row = sealed_key::Entity::find_by_id(NAME).one(connection).await?;
        row.map(|row| {
            let sealed = Sealed { key_id: row.secret_key_id, bytes: row.secret };
            self.vault.unseal(&row.name, &sealed)
        })
        .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(key: &str, purpose: Purpose, texts: [&str; 3]) -> [u8; 32] {
        digest(&Secret::new(key.to_owned()), purpose, texts)
    }

    #[test]
    fn a_digest_differs_with_the_key_the_purpose_and_where_each_text_ends() {
        let usual = of("key", Purpose::Alike, ["ab", "c", "d"]);
        assert_eq!(of("key", Purpose::Alike, ["ab", "c", "d"]), usual);
        for other in [
            of("another key", Purpose::Alike, ["ab", "c", "d"]),
            of("key", Purpose::Fingerprint, ["ab", "c", "d"]),
            of("key", Purpose::Alike, ["a", "bc", "d"]),
            of("key", Purpose::Alike, ["ab", "cd", ""]),
        ] {
            assert_ne!(other, usual);
        }
    }
}
