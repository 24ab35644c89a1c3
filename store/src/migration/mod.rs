//! Migrations: append-only, applied in one transaction.
//!
//! A new version starts beside older ones that are still running, so a migration only ever *expands*: it adds tables,
//! indexes, and columns that are nullable or have a default. A later version *contracts*, that is, drops what is
//! unused, once no version that uses it can be running. Each file's head says which it does.
//!
//! The table `seaql_migrations` lists what was applied. It is the one of SeaORM's own migrator, which the first
//! versions used.

use std::{collections::HashSet, pin::Pin, time::SystemTime};

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbErr,
    sea_query::{ColumnDef, Query, Table},
};

use crate::{database::values::has_table, error::StoreError};

mod columns;
mod compare_bytes;
mod m20261123_000001_create_tables;
mod m20261124_000002_create_oauth_tables;
mod m20261125_000003_share_nonces;
mod m20261125_000004_count_attempts;
mod m20261126_000005_index_statuses;
mod m20261128_000006_count_sign_outs;
mod m20261129_000007_tell_wishes_from_trust;
mod m20261129_000008_count_failed_sign_ins;
mod m20261129_000009_count_key_requests;
mod m20261129_000010_add_second_factors;
mod m20261129_000012_bind_temporary_credentials;
mod m20261129_000013_add_callbacks;
mod m20261129_000014_keep_removed_keys;
mod m20261129_000015_add_details;
mod m20261129_000016_keep_views;
mod m20261129_000017_add_password_links;
mod m20261129_000018_index_activity_of_consumers;
pub(crate) mod m20261130_000019_index_activity_of_users;
mod m20261130_000020_mark_short_passwords;
mod m20261130_000021_add_passkeys;

/// Lists the applied versions.
pub(crate) const TABLE: &str = "seaql_migrations";

type Done<'a> = Pin<Box<dyn Future<Output = Result<(), DbErr>> + Send + 'a>>;

struct Migration {
    /// As it is stored; never changed.
    version: &'static str,
    up: for<'a> fn(&'a DatabaseTransaction) -> Done<'a>,
}

const MIGRATIONS: [Migration; 20] = [
    Migration {
        version: "m20261123_000001_create_tables",
        up: |transaction| Box::pin(m20261123_000001_create_tables::up(transaction)),
    },
    Migration {
        version: "m20261124_000002_create_oauth_tables",
        up: |transaction| Box::pin(m20261124_000002_create_oauth_tables::up(transaction)),
    },
    Migration {
        version: "m20261125_000003_share_nonces",
        up: |transaction| Box::pin(m20261125_000003_share_nonces::up(transaction)),
    },
    Migration {
        version: "m20261125_000004_count_attempts",
        up: |transaction| Box::pin(m20261125_000004_count_attempts::up(transaction)),
    },
    Migration {
        version: "m20261126_000005_index_statuses",
        up: |transaction| Box::pin(m20261126_000005_index_statuses::up(transaction)),
    },
    Migration {
        version: "m20261128_000006_count_sign_outs",
        up: |transaction| Box::pin(m20261128_000006_count_sign_outs::up(transaction)),
    },
    Migration {
        version: "m20261129_000007_tell_wishes_from_trust",
        up: |transaction| Box::pin(m20261129_000007_tell_wishes_from_trust::up(transaction)),
    },
    Migration {
        version: "m20261129_000008_count_failed_sign_ins",
        up: |transaction| Box::pin(m20261129_000008_count_failed_sign_ins::up(transaction)),
    },
    Migration {
        version: "m20261129_000009_count_key_requests",
        up: |transaction| Box::pin(m20261129_000009_count_key_requests::up(transaction)),
    },
    Migration {
        version: "m20261129_000010_add_second_factors",
        up: |transaction| Box::pin(m20261129_000010_add_second_factors::up(transaction)),
    },
    Migration {
        version: "m20261129_000012_bind_temporary_credentials",
        up: |transaction| Box::pin(m20261129_000012_bind_temporary_credentials::up(transaction)),
    },
    Migration {
        version: "m20261129_000013_add_callbacks",
        up: |transaction| Box::pin(m20261129_000013_add_callbacks::up(transaction)),
    },
    Migration {
        version: "m20261129_000014_keep_removed_keys",
        up: |transaction| Box::pin(m20261129_000014_keep_removed_keys::up(transaction)),
    },
    Migration {
        version: "m20261129_000015_add_details",
        up: |transaction| Box::pin(m20261129_000015_add_details::up(transaction)),
    },
    Migration {
        version: "m20261129_000016_keep_views",
        up: |transaction| Box::pin(m20261129_000016_keep_views::up(transaction)),
    },
    Migration {
        version: "m20261129_000017_add_password_links",
        up: |transaction| Box::pin(m20261129_000017_add_password_links::up(transaction)),
    },
    Migration {
        version: "m20261129_000018_index_activity_of_consumers",
        up: |transaction| Box::pin(m20261129_000018_index_activity_of_consumers::up(transaction)),
    },
    Migration {
        version: "m20261130_000019_index_activity_of_users",
        up: |transaction| Box::pin(m20261130_000019_index_activity_of_users::up(transaction)),
    },
    Migration {
        version: "m20261130_000020_mark_short_passwords",
        up: |transaction| Box::pin(m20261130_000020_mark_short_passwords::up(transaction)),
    },
    Migration {
        version: "m20261130_000021_add_passkeys",
        up: |transaction| Box::pin(m20261130_000021_add_passkeys::up(transaction)),
    },
];

/// The first applied migration that this version does not have. The table must exist.
pub(crate) async fn unknown(connection: &impl ConnectionTrait) -> Result<Option<String>, DbErr> {
    let is_known = |version: &String| MIGRATIONS.iter().any(|migration| migration.version == version);
    Ok(applied(connection).await?.into_iter().filter(|version| !is_known(version)).min())
}

/// The first migration of this version that is not applied. The table must exist.
pub(crate) async fn missing(connection: &impl ConnectionTrait) -> Result<Option<&'static str>, DbErr> {
    let applied = applied(connection).await?;
    let mut versions = MIGRATIONS.iter().map(|migration| migration.version);
    Ok(versions.find(|version| !applied.contains(*version)))
}

/// Applies the migrations that the database does not have yet; returns how many.
pub(crate) async fn apply(transaction: &DatabaseTransaction) -> Result<usize, StoreError> {
    let table = Table::create()
        .table(TABLE)
        .if_not_exists()
        .col(ColumnDef::new("version").string().not_null().primary_key())
        .col(ColumnDef::new("applied_at").big_integer().not_null())
        .take();
    // PostgreSQL asks for the right to make tables even where the table is there.
    if !has_table(transaction, TABLE).await? {
        transaction.execute(&table).await?;
    }
    let applied = applied(transaction).await?;
    let is_pending = |migration: &&Migration| !applied.contains(migration.version);
    let pending: Vec<_> = MIGRATIONS.iter().filter(is_pending).collect();
    for Migration { version, up } in &pending {
        tracing::debug!(version, "applying a migration");
        up(transaction).await?;
        let row = Query::insert()
            .into_table(TABLE)
            .columns(["version", "applied_at"])
            .values_panic([(*version).into(), now().into()])
            .take();
        transaction.execute(&row).await?;
    }
    if let Some(newest) = pending.last() {
        tracing::info!(count = pending.len(), newest = newest.version, "applied the pending migrations");
    }
    Ok(pending.len())
}

async fn applied(connection: &impl ConnectionTrait) -> Result<HashSet<String>, DbErr> {
    let versions = Query::select().column("version").from(TABLE).take();
    connection.query_all(&versions).await?.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// Seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "a note for people: nothing is decided by it")]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.as_secs().cast_signed()
}
