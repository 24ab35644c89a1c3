//! Rotates the vault key while the server runs: adds a key, seals every secret with it, drops the old key.
//!
//! Each step is idempotent and may be interrupted or run by several processes at once: what is left to do is read
//! from the key file and the database. More than one key in the file means that a rotation is not finished.

use std::time::Instant;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _, ExprTrait as _,
    QueryFilter as _,
    sea_query::{Expr, Order, Query},
};

use crate::{
    entity::vault_check,
    error::StoreError,
    store::{Change, Store},
    tables::{
        activity::{By, NewActivity},
        vault_checks,
    },
    vault::{Sealed, file},
};

/// How many secrets one transaction seals, so that other changes do not wait long.
const AT_ONCE: u64 = 200;

/// Where secrets are stored: the table, and the column that names the row to the vault.
const SECRETS: [(&str, &str); 5] = [
    ("consumers", "key"),
    ("token_credentials", "token"),
    ("temporary_credentials", "token"),
    ("sealed_keys", "name"),
    ("second_factors", "owner"),
];

/// The outcome of starting a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The key with this number is now current.
    Current(i32),
    /// The key with this number was added to this machine's file. It must not seal before the other machines have it
    /// too.
    Added(i32),
}

/// The keys of the vault: those in the key file, and those that the database knows.
#[derive(Clone, Copy, Debug)]
pub struct VaultKeys<'a>(&'a Store);

impl Store {
    /// The keys of the vault.
    pub fn vault_keys(&self) -> VaultKeys<'_> {
        VaultKeys(self)
    }
}

impl VaultKeys<'_> {
    /// The numbers of the keys in the key file. With more than one, a rotation has yet to make one current, or to
    /// drop one.
    pub fn in_file(self) -> Result<Vec<i32>, StoreError> {
        self.0.vault.read_again()
    }

    /// Makes a new key current, or the one that was added before.
    pub async fn begin_rotation(self) -> Result<Begun, StoreError> {
        let change = self.0.begin().await?;
        let known = vault_checks::proven(&change.transaction, &self.0.vault).await?;
        let current = *known.last().ok_or(StoreError::Unreadable("no vault check"))?;
        let mut in_file = self.0.vault.read_again()?;
        if !in_file.contains(&current) {
            // The file was replaced by an older one after this process started.
            return Err(self.0.vault.unknown(current));
        }
        if in_file.len() == 1 {
            file::add(self.0.vault.file(), current + 1)?;
            if self.0.is_shared() {
                return Ok(Begun::Added(current + 1));
            }
            in_file = self.0.vault.read_again()?;
        }
        let newest = *in_file.last().unwrap_or(&current);
        if newest > current {
            vault_checks::insert(&change.transaction, &self.0.vault, newest).await?;
        }
        self.0.commit(change).await?;
        Ok(Begun::Current(newest))
    }

    /// Seals again, with the current key, every secret that an older one sealed; returns how many.
    pub async fn reseal(self) -> Result<u64, StoreError> {
        let mut sealed = 0;
        for (table, owner) in SECRETS {
            let mut last = String::new();
            loop {
                let begin = Instant::now();
                let change = self.0.begin().await?;
                let (count, to) = self.seal_batch(&change, table, owner, &last).await?;
                self.0.commit(change).await?;
                sealed += count;
                match to {
                    Some(to) => last = to,
                    None => break,
                }
                // Pause for as long, so that others get their turn: waiting for SQLite's lock is not fair, and they
                // would time out.
                tokio::time::sleep(begin.elapsed()).await;
            }
        }
        Ok(sealed)
    }

    /// Seals a batch of a table's rows after the row `after`; returns how many, and the last row if there may be
    /// more.
    async fn seal_batch(
        self,
        change: &Change,
        table: &'static str,
        owner: &'static str,
        after: &str,
    ) -> Result<(u64, Option<String>), StoreError> {
        let current = vault_checks::current(&change.transaction, &self.0.vault).await?;
        let batch = Query::select()
            .columns([owner, "secret_key_id", "secret"])
            .from(table)
            .and_where(Expr::col(owner).gt(after))
            .and_where(Expr::col("secret_key_id").ne(current))
            .order_by(owner, Order::Asc)
            .limit(AT_ONCE)
            .to_owned();
        let (mut sealed, mut last) = (0, None);
        for row in change.transaction.query_all(&batch).await? {
            let name: String = row.try_get_by_index(0)?;
            let old = Sealed { key_id: row.try_get_by_index(1)?, bytes: row.try_get_by_index(2)? };
            let secret = self.0.vault.unseal(&name, &old).map_err(|error| error.of_row(table, &name))?;
            let new = self.0.vault.seal(current, &name, secret.expose())?;
            // Compare and swap: if the row got another secret meanwhile, that one stays.
            let update = Query::update()
                .table(table)
                .values([("secret_key_id", new.key_id.into()), ("secret", new.bytes.into())])
                .and_where(Expr::col(owner).eq(&*name))
                .and_where(Expr::col("secret_key_id").eq(old.key_id))
                .and_where(Expr::col("secret").eq(old.bytes))
                .to_owned();
            sealed += change.transaction.execute(&update).await?.rows_affected();
            last = Some(name);
        }
        Ok((sealed, last))
    }

    /// Drops the keys that seal nothing any more, from the database and then from the file; returns their numbers.
    /// `None` if something was sealed with one of them in the meantime.
    pub async fn end_rotation(self, by: By) -> Result<Option<Vec<i32>>, StoreError> {
        let mut change = self.0.begin().await?;
        let known = vault_checks::proven(&change.transaction, &self.0.vault).await?;
        let (Some(oldest), Some(current)) = (known.first(), known.last()) else {
            return Err(StoreError::Unreadable("no vault check"));
        };
        if any_before(&change.transaction, *current).await? {
            return Ok(None);
        }
        if oldest < current {
            vault_check::Entity::delete_many()
                .filter(vault_check::Column::KeyId.lt(*current))
                .exec(&change.transaction)
                .await?;
            change.append(NewActivity::vault(by, *oldest, *current)).await?;
        }
        self.0.commit(change).await?;
        self.drop_old_keys().await.map(Some)
    }

    /// Drops from the file the keys that the database no longer knows. Inside a change, as a lock: of two processes
    /// that replace the file at once, one would lose the other's keys.
    async fn drop_old_keys(self) -> Result<Vec<i32>, StoreError> {
        let change = self.0.begin().await?;
        let known = vault_checks::proven(&change.transaction, &self.0.vault).await?;
        let oldest = *known.first().ok_or(StoreError::Unreadable("no vault check"))?;
        let mut old = self.0.vault.read_again()?;
        old.retain(|id| *id < oldest);
        if !old.is_empty() {
            file::drop_before(self.0.vault.file(), oldest)?;
        }
        self.0.commit(change).await?;
        Ok(old)
    }
}

/// Whether anything is sealed with a key older than this one.
async fn any_before(transaction: &DatabaseTransaction, key_id: i32) -> Result<bool, StoreError> {
    for (table, owner) in SECRETS {
        let one = Query::select()
            .column(owner)
            .from(table)
            .and_where(Expr::col("secret_key_id").lt(key_id))
            .limit(1)
            .to_owned();
        if transaction.query_one(&one).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
