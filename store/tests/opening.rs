//! Opening a database: made where it is missing, refused with a sentence where it is not ours, and never harmed.

use crate::support;

use std::{fs, os::unix::fs::PermissionsExt as _, sync::Arc};

use sea_orm::ConnectionTrait as _;
use store::StoreError;
use support::{Folder, insert, key};
use tokio::task::JoinSet;

async fn sqlite_store() -> (Folder, store::Store) {
    let folder = Folder::sqlite();
    let store = folder.open().await.unwrap();
    (folder, store)
}

#[tokio::test]
async fn the_first_opening_makes_database_and_key_and_the_second_finds_them() {
    let (folder, store) = sqlite_store().await;
    insert(&store, 1).await;
    store.close().await.unwrap();
    assert_eq!(folder.files(), ["latchkey.db", "vault.key"], "closed, everything is in one file");
    let vault_key = fs::read(folder.vault_key()).unwrap();
    let store = folder.open().await.unwrap();
    assert!(store.consumers().find(key(1)).await.unwrap().is_some());
    assert_eq!(fs::read(folder.vault_key()).unwrap(), vault_key);
    let mode = fs::metadata(folder.vault_key()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

fn mode(file: &std::path::Path) -> u32 {
    fs::metadata(file).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn its_files_are_for_their_owner_alone_whatever_the_mode_of_their_folder() {
    let folder = Folder::sqlite();
    fs::set_permissions(folder.database().parent().unwrap(), fs::Permissions::from_mode(0o777)).unwrap();
    let store = folder.open().await.unwrap();
    insert(&store, 1).await;
    assert_eq!(folder.files(), ["latchkey.db", "latchkey.db-shm", "latchkey.db-wal", "vault.key"]);
    for name in folder.files() {
        assert_eq!(mode(&folder.database().with_file_name(&name)), 0o600, "{name}");
    }
    store.close().await.unwrap();
    fs::set_permissions(folder.database(), fs::Permissions::from_mode(0o640)).unwrap();
    let _store = folder.open().await.unwrap();
    assert_eq!(mode(&folder.database()), 0o640, "a file that exists keeps its mode");
}

#[tokio::test]
async fn a_link_leads_to_where_the_database_is_made() {
    let (folder, elsewhere) = (Folder::sqlite(), Folder::sqlite());
    std::os::unix::fs::symlink(elsewhere.database(), folder.database()).unwrap();
    folder.open().await.unwrap().close().await.unwrap();
    assert_eq!((mode(&elsewhere.database()), elsewhere.files()), (0o600, vec!["latchkey.db".to_owned()]));
}

#[tokio::test]
async fn several_who_open_a_new_database_at_once_agree_on_it() {
    let folder = Arc::new(Folder::sqlite());
    let mut openings = JoinSet::new();
    for _ in 0..4 {
        let folder = folder.clone();
        openings.spawn(async move { folder.open().await });
    }
    let stores: Vec<_> = openings.join_all().await.into_iter().map(Result::unwrap).collect();
    insert(&stores[0], 1).await;
    for store in &stores {
        assert_eq!(store.consumers().secret(key(1)).await.unwrap().unwrap().expose(), "the secret of 1");
    }
}

#[tokio::test]
async fn looking_at_a_database_that_is_not_there_makes_nothing() {
    let folder = Folder::sqlite();
    for looked in [folder.open_existing().await, folder.open_made().await] {
        assert!(matches!(looked, Err(StoreError::NotMade(_))), "{looked:?}");
    }
    assert_eq!(folder.files(), [""; 0]);
    // As a first start leaves it that was interrupted.
    fs::write(folder.database(), "").unwrap();
    for looked in [folder.open_existing().await, folder.open_made().await] {
        assert!(matches!(looked, Err(StoreError::NotMade(_))), "{looked:?}");
    }
    assert_eq!(fs::metadata(folder.database()).unwrap().len(), 0);
    assert_eq!(folder.files(), ["latchkey.db"]);
}

#[tokio::test]
async fn a_database_without_our_tables_gets_them_only_where_it_may_be_made() {
    let folder = Folder::new();
    let refused = folder.open_made().await.unwrap_err();
    assert!(matches!(refused, StoreError::NotMade(_)), "{refused:?}");
    assert!(refused.to_string().contains(&folder.location().to_string()), "{refused}");
    assert!(!folder.vault_key().exists());
    folder.open().await.unwrap().close().await.unwrap();
    let store = folder.open_made().await.unwrap();
    insert(&store, 1).await;
}

#[tokio::test]
async fn another_programs_database_is_refused_and_left_as_it_is() {
    let folder = Folder::sqlite();
    folder.sql("CREATE TABLE recipes (id INTEGER PRIMARY KEY)").await;
    let before = fs::read(folder.database()).unwrap();
    for _ in 0..2 {
        let opened = folder.open().await;
        assert!(matches!(&opened, Err(StoreError::Foreign(_))), "{opened:?}");
        let looked = folder.open_existing().await;
        assert!(matches!(&looked, Err(StoreError::Foreign(_))), "{looked:?}");
    }
    assert!(fs::read(folder.database()).unwrap() == before, "nothing was changed");
    assert_eq!(folder.files(), ["latchkey.db"]);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_names_the_migration() {
    let (folder, store) = support::store().await;
    store.close().await.unwrap();
    folder
        .sql("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m30000101_000001_later', 0)")
        .await;
    for refused in [folder.open().await.unwrap_err(), folder.open_existing().await.unwrap_err()] {
        assert!(matches!(refused, StoreError::Newer(..)), "{refused:?}");
        let words = refused.to_string();
        assert!(words.contains("m30000101_000001_later"), "{words}");
        assert!(words.contains(&folder.location().to_string()), "{words}");
    }
}

/// The table as SeaORM's migrator made it in SQLite, in the first versions.
const MIGRATIONS: &str = r#"CREATE TABLE "seaql_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL )"#;

#[tokio::test]
async fn a_database_of_the_first_versions_is_taken_as_migrated() {
    let (folder, store) = support::store().await;
    insert(&store, 1).await;
    store.close().await.unwrap();
    folder.sql("DROP TABLE seaql_migrations").await;
    let type_there = if folder.is_postgres() { "bigint" } else { "integer" };
    folder.sql(&MIGRATIONS.replace("integer", type_there)).await;
    for version in [
        "m20261123_000001_create_tables",
        "m20261124_000002_create_oauth_tables",
        "m20261125_000003_share_nonces",
        "m20261125_000004_count_attempts",
        "m20261126_000005_index_statuses",
        "m20261128_000006_count_sign_outs",
        "m20261129_000007_tell_wishes_from_trust",
        "m20261129_000008_count_failed_sign_ins",
        "m20261129_000009_count_key_requests",
        "m20261129_000010_add_second_factors",
        "m20261129_000012_bind_temporary_credentials",
        "m20261129_000013_add_callbacks",
        "m20261129_000014_keep_removed_keys",
        "m20261129_000015_add_details",
        "m20261129_000016_keep_views",
        "m20261129_000017_add_password_links",
        "m20261129_000018_index_activity_of_consumers",
        "m20261130_000019_index_activity_of_users",
        "m20261130_000020_mark_short_passwords",
        "m20261130_000021_add_passkeys",
    ] {
        folder.sql(&format!("INSERT INTO seaql_migrations VALUES ('{version}', 1764000000)")).await;
    }
    let store = folder.open().await.unwrap();
    assert!(store.consumers().find(key(1)).await.unwrap().is_some());
    let untouched = "SELECT count(*) FROM seaql_migrations WHERE applied_at = 1764000000";
    assert_eq!(folder.number(untouched).await, 20);
    assert_eq!(folder.number("SELECT count(*) FROM seaql_migrations").await, 20);
}

#[tokio::test]
async fn a_database_of_an_earlier_version_gets_what_is_missing_and_nothing_else() {
    let (folder, store) = support::store().await;
    insert(&store, 1).await;
    store.close().await.unwrap();
    folder.sql("UPDATE seaql_migrations SET applied_at = 0").await;
    folder.sql("DELETE FROM seaql_migrations WHERE version = 'm20261126_000005_index_statuses'").await;
    folder.sql("DROP INDEX consumers_status_created_by").await;
    let store = folder.open_made().await.unwrap();
    assert!(store.consumers().find(key(1)).await.unwrap().is_some());
    assert_eq!(folder.number("SELECT count(*) FROM seaql_migrations WHERE applied_at = 0").await, 19);
    let applied = "SELECT count(*) FROM seaql_migrations \
                   WHERE version = 'm20261126_000005_index_statuses' AND applied_at > 1764000000";
    assert_eq!(folder.number(applied).await, 1);
    folder.sql("DROP INDEX consumers_status_created_by").await;
}

#[tokio::test]
async fn earlier_versions_find_the_table_of_migrations_as_their_own() {
    let (folder, _store) = sqlite_store().await;
    let same = format!("SELECT count(*) FROM sqlite_master WHERE sql = '{MIGRATIONS}'");
    assert_eq!(folder.number(&same).await, 1);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let folder = Folder::sqlite();
    let garbage = "This is a shopping list.\n".repeat(1000);
    fs::write(folder.database(), &garbage).unwrap();
    let refused = folder.open().await.unwrap_err();
    assert!(matches!(refused, StoreError::Damaged(_)), "{refused:?}");
    assert!(refused.to_string().contains(&folder.database().display().to_string()), "{refused}");
    assert_eq!(fs::read_to_string(folder.database()).unwrap(), garbage);
    assert_eq!(folder.files(), ["latchkey.db"]);
}

#[tokio::test]
async fn a_wrong_or_missing_vault_key_is_told_apart_and_none_is_made() {
    let (folder, store) = sqlite_store().await;
    insert(&store, 1).await;
    store.close().await.unwrap();
    let right = fs::read(folder.vault_key()).unwrap();
    let (other, _store) = sqlite_store().await;
    fs::copy(other.vault_key(), folder.vault_key()).unwrap();
    let refused = folder.open().await.unwrap_err();
    assert!(matches!(refused, StoreError::VaultKeyWrong(_)) && refused.is_of_the_vault_key(), "{refused:?}");
    fs::remove_file(folder.vault_key()).unwrap();
    let refused = folder.open().await.unwrap_err();
    assert!(
        matches!(refused, StoreError::VaultKeyMissing(_)) && refused.is_of_the_vault_key(),
        "{refused:?}"
    );
    assert!(!folder.vault_key().exists());
    fs::write(folder.vault_key(), right).unwrap();
    let store = folder.open().await.unwrap();
    assert!(store.consumers().secret(key(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_write_waits_for_another_programs_write() {
    let folder = Folder::sqlite();
    let store = folder.open().await.unwrap();
    let other = folder.plain().await;
    other.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
    let waiting = insert(&store, 1);
    tokio::pin!(waiting);
    let early = tokio::time::timeout(std::time::Duration::from_millis(50), &mut waiting).await;
    assert!(early.is_err(), "it cannot write yet");
    assert_eq!(store.activity().latest().await.unwrap(), 0, "but reading goes on");
    other.execute_unprepared("COMMIT").await.unwrap();
    waiting.await;
    assert!(store.consumers().find(key(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn health_tells_what_is_wrong() {
    let (folder, store) = sqlite_store().await;
    insert(&store, 1).await;
    let health = store.health().await.unwrap();
    assert_eq!((&*health.integrity, health.newest_activity), ("ok", Some(support::at(0))));
    store.close().await.unwrap();
    // The index of another column, so that it does not hold what the rows have.
    let other = "sql = 'CREATE INDEX consumers_by_name ON consumers (name, key)'";
    let wrong = format!("UPDATE sqlite_master SET {other} WHERE name = 'consumers_by_name'");
    folder.sql(&format!("PRAGMA writable_schema = ON; {wrong}")).await;
    let health = folder.open().await.unwrap().health().await.unwrap();
    assert_ne!(health.integrity, "ok");
}
