//! What other versions have written is in every view: an older node beside this one, and a database from before there were views.

use domain::ConsumerQuery;

use super::{SORTS, everything, shows_what_fits, some};
use crate::support::{self, key};

/// The columns that every version names.
const COLUMNS: &str =
    "name, secret_key_id, secret, status, trusted, created_at, created_by, updated_at, revision";

#[tokio::test]
async fn what_an_older_node_writes_is_found_and_folded_soon() {
    let (folder, store) = support::store().await;
    support::insert(&store, 1).await;
    let find = async |text: &str| {
        let query = ConsumerQuery { text: Some(text.to_owned()), ..ConsumerQuery::default() };
        store.consumers().list(&query, 10).await.unwrap().total
    };
    let insert = |n, name| {
        let (n, from) = (key(n), key(1));
        let others = COLUMNS.strip_prefix("name").unwrap();
        format!(
            "INSERT INTO consumers (key, {COLUMNS}) SELECT '{n}', '{name}'{others} FROM consumers WHERE key = '{from}'"
        )
    };
    folder.sql(&insert(2, "Older Node")).await;
    folder.sql(&insert(3, "ÄLTERES")).await;
    assert_eq!((find("OLDER n").await, find("ÄL").await), (1, 0));
    assert_eq!(store.consumers().fold_texts().await.unwrap(), 1, "ASCII is folded by the database");
    assert_eq!((find("OLDER n").await, find("äL").await), (1, 1));
    folder.sql(&format!("UPDATE consumers SET name = 'Ölig', revision = 2 WHERE key = '{}'", key(3))).await;
    assert_eq!((find("äl").await, find("lig").await), (0, 1));
    assert_eq!(store.consumers().fold_texts().await.unwrap(), 1);
    assert_eq!(find("ÖLIG").await, 1);
    assert_eq!(store.consumers().fold_texts().await.unwrap(), 0);
    folder.sql(&format!("DELETE FROM consumers WHERE key = '{}'", key(3))).await;
    assert_eq!(find("ölig").await, 0);
}

/// What the migration has made, undone.
const UNDO: [&str; 14] = [
    "DELETE FROM seaql_migrations WHERE version = 'm20261129_000016_keep_views'",
    "DROP INDEX consumers_by_name",
    "DROP INDEX consumers_by_change",
    "DROP INDEX consumers_by_use",
    "DROP INDEX consumers_of_status_by_key",
    "DROP INDEX consumers_of_status_by_name",
    "DROP INDEX consumers_of_status_by_time",
    "DROP INDEX consumers_of_status_by_change",
    "DROP INDEX consumers_of_status_by_use",
    "DROP INDEX consumers_of_author",
    "DROP INDEX consumers_trusted",
    "DROP INDEX consumers_ending",
    "DROP TABLE consumer_counts",
    "DROP TABLE consumer_texts",
];
const UNDO_IN_POSTGRES: &str = "DROP FUNCTION latchkey_fold_name, latchkey_note_text, latchkey_count_inserted, \
                                latchkey_count_deleted, latchkey_count_decided CASCADE";
const UNDO_IN_SQLITE: [&str; 7] = [
    "DROP TRIGGER consumers_inserted",
    "DROP TRIGGER consumers_deleted",
    "DROP TRIGGER consumers_decided",
    "DROP TRIGGER consumers_renamed",
    "DROP TRIGGER consumers_text_changed",
    "DROP TABLE consumer_trigram_terms",
    "DROP TABLE consumer_trigrams",
];

#[tokio::test]
async fn the_consumers_of_an_earlier_version_are_in_every_view_once_they_are_migrated() {
    let (folder, store) = support::store().await;
    some(&folder, &store).await;
    let all = everything(&store).await;
    store.close().await.unwrap();
    let own = if folder.is_postgres() { &[UNDO_IN_POSTGRES][..] } else { &UNDO_IN_SQLITE };
    for statement in own.iter().chain(&UNDO).chain(&["ALTER TABLE consumers DROP COLUMN folded_name"]) {
        folder.sql(statement).await;
    }
    let store = folder.open().await.unwrap();
    store.consumers().fold_texts().await.unwrap();
    assert!(store.health().await.unwrap().views.unwrap().counted.is_right());
    assert_eq!(store.consumers().counts(None).await.unwrap().all(), 32);
    for text in ["APP", "ÄRGER", "変", "0-00"] {
        for sort in SORTS {
            let query = ConsumerQuery { text: Some(text.to_owned()), sort, ..ConsumerQuery::default() };
            shows_what_fits(&store, &all, &query, 7).await;
        }
    }
}
