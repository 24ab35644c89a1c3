//! Rotating the vault key while everybody goes on: a new key, every secret sealed anew with it, the old key forgotten.
//!
//! Each step may be cut off anywhere and be done again, also by several at once: what is left to do is read from the key
//! file and the database. More than one key in the file means that there is something left.

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

/// How many secrets one transaction seals anew, so that nobody else waits long for their turn.
const AT_ONCE: u64 = 200;

/// Where secrets are kept: the table, and the column that names the row to the vault.
const SECRETS: [(&str, &str); 3] =
    [("consumers", "key"), ("token_credentials", "token"), ("temporary_credentials", "token")];

/// How a rotation begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The key with this number seals from now on.
    Current(i32),
    /// The key with this number is in this machine's file. It may seal nothing before the other machines have it too.
    Added(i32),
}

impl Store {
    /// The numbers of the keys in the key file. More than one: a rotation has yet to bring one into use, or to drop one.
    pub fn keys_in_file(&self) -> Result<Vec<i32>, StoreError> {
        self.vault.read_again()
    }

    /// Brings a new key into use, or goes on with one that was added before.
    pub async fn begin_rotation(&self) -> Result<Begun, StoreError> {
        let change = self.begin().await?;
        let known = vault_checks::proven(&change.transaction, &self.vault).await?;
        let current = *known.last().ok_or(StoreError::Unreadable("no vault check"))?;
        let mut in_file = self.vault.read_again()?;
        if !in_file.contains(&current) {
            // The file was exchanged for an older one since this process began.
            return Err(self.vault.unknown(current));
        }
        if in_file.len() == 1 {
            file::add(self.vault.file(), current + 1)?;
            if self.is_shared() {
                return Ok(Begun::Added(current + 1));
            }
            in_file = self.vault.read_again()?;
        }
        let newest = *in_file.last().unwrap_or(&current);
        if newest > current {
            vault_checks::insert(&change.transaction, &self.vault, newest).await?;
        }
        self.commit(change).await?;
        Ok(Begun::Current(newest))
    }

    /// Seals what older keys sealed with the one that seals now; gives how many secrets that were.
    pub async fn seal_anew(&self) -> Result<u64, StoreError> {
        let mut sealed = 0;
        for (table, owner) in SECRETS {
            let mut last = String::new();
            loop {
                let begin = Instant::now();
                let change = self.begin().await?;
                let (some, to) = self.seal_some_anew(&change, table, owner, &last).await?;
                self.commit(change).await?;
                sealed += some;
                match to {
                    Some(to) => last = to,
                    None => break,
                }
                // Now the others, for as long: they do not stand in a queue, and would find the database locked.
                tokio::time::sleep(begin.elapsed()).await;
            }
        }
        Ok(sealed)
    }

    /// Seals some rows of a table behind the row `after` anew; gives how many, and the last of them where there may be
    /// more.
    async fn seal_some_anew(
        &self,
        change: &Change,
        table: &'static str,
        owner: &'static str,
        after: &str,
    ) -> Result<(u64, Option<String>), StoreError> {
        let current = vault_checks::current(&change.transaction, &self.vault).await?;
        let some = Query::select()
            .columns([owner, "secret_key_id", "secret"])
            .from(table)
            .and_where(Expr::col(owner).gt(after))
            .and_where(Expr::col("secret_key_id").ne(current))
            .order_by(owner, Order::Asc)
            .limit(AT_ONCE)
            .to_owned();
        let (mut sealed, mut last) = (0, None);
        for row in change.transaction.query_all(&some).await? {
            let name: String = row.try_get_by_index(0)?;
            let old = Sealed { key_id: row.try_get_by_index(1)?, bytes: row.try_get_by_index(2)? };
            let secret = self.vault.unseal(&name, &old).map_err(|error| error.of_row(table, &name))?;
            let new = self.vault.seal(current, &name, secret.expose())?;
            // Only what was read is exchanged: whoever gave the row another secret meanwhile has the last word.
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

    /// Forgets the keys that nothing is sealed with any more, in the database and then in the file; gives their
    /// numbers. `None` where something was sealed with one of them in the meantime.
    pub async fn end_rotation(&self, by: By) -> Result<Option<Vec<i32>>, StoreError> {
        let mut change = self.begin().await?;
        let known = vault_checks::proven(&change.transaction, &self.vault).await?;
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
        self.commit(change).await?;
        self.drop_old_keys().await.map(Some)
    }

    /// Drops from the file what the database does not know any more. While nobody else decides about keys: of two who
    /// replace the file at once, one would lose what the other one did.
    async fn drop_old_keys(&self) -> Result<Vec<i32>, StoreError> {
        let change = self.begin().await?;
        let known = vault_checks::proven(&change.transaction, &self.vault).await?;
        let oldest = *known.first().ok_or(StoreError::Unreadable("no vault check"))?;
        let mut old = self.vault.read_again()?;
        old.retain(|id| *id < oldest);
        if !old.is_empty() {
            file::drop_before(self.vault.file(), oldest)?;
        }
        self.commit(change).await?;
        Ok(old)
    }
}

/// Whether something is sealed with a key before this one.
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
