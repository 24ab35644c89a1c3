//! Which vault key seals: the newest one that the database knows, whatever else is in the key file.
//!
//! The database knows a key by a text sealed with it. A secret is sealed only with a key that opens this text, which
//! is checked in the transaction that stores the secret; so no two processes ever seal with different keys.

use sea_orm::{ConnectionTrait, EntityTrait as _, QueryOrder as _, Set};

use crate::{
    database::values::has_table,
    entity::vault_check,
    error::StoreError,
    store::Change,
    vault::{Sealed, Vault},
};

/// The text that is sealed with every key.
const CHECK: &str = "latchkey vault check";

/// Makes a key the current one.
pub(crate) async fn insert(
    connection: &impl ConnectionTrait,
    vault: &Vault,
    key_id: i32,
) -> Result<(), StoreError> {
    let sealed = vault.seal(key_id, CHECK, CHECK)?;
    let check = vault_check::ActiveModel { key_id: Set(sealed.key_id), sealed: Set(sealed.bytes) };
    vault_check::Entity::insert(check).exec_without_returning(connection).await?;
    Ok(())
}

/// The numbers of the keys that the database knows, newest last. Fails if the vault does not hold the right one for
/// each.
pub(crate) async fn proven(connection: &impl ConnectionTrait, vault: &Vault) -> Result<Vec<i32>, StoreError> {
    let checks = vault_check::Entity::find().order_by_asc(vault_check::Column::KeyId).all(connection).await?;
    checks.into_iter().map(|check| prove(vault, check)).collect()
}

/// Whether two connections lead to the same database: no two seal their text alike.
pub(crate) async fn are_the_same(
    one: &impl ConnectionTrait,
    other: &impl ConnectionTrait,
) -> Result<bool, StoreError> {
    if !has_table(other, "vault_checks").await? {
        return Ok(false);
    }
    let checks = vault_check::Entity::find().order_by_asc(vault_check::Column::KeyId);
    Ok(checks.clone().all(one).await? == checks.all(other).await?)
}

/// The number of the current key.
pub(crate) async fn current(connection: &impl ConnectionTrait, vault: &Vault) -> Result<i32, StoreError> {
    let newest =
        vault_check::Entity::find().order_by_desc(vault_check::Column::KeyId).one(connection).await?;
    prove(vault, newest.ok_or(StoreError::Unreadable("no vault check"))?)
}

fn prove(vault: &Vault, check: vault_check::Model) -> Result<i32, StoreError> {
    let sealed = Sealed { key_id: check.key_id, bytes: check.sealed };
    match vault.unseal(CHECK, &sealed) {
        Ok(_) => Ok(check.key_id),
        Err(StoreError::Sealed) => Err(StoreError::VaultKeyWrong(vault.file().to_owned())),
        Err(error) => Err(error),
    }
}

impl Change {
    /// Seals a secret for the row `owner`, which must be stored by this change.
    pub(crate) async fn seal(&self, vault: &Vault, owner: &str, secret: &str) -> Result<Sealed, StoreError> {
        vault.seal(current(&self.transaction, vault).await?, owner, secret)
    }
}
