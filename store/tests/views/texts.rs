//! A text finds what a consumer is called now, its owner and its note, in a backup and without an extension of the database, too.

use domain::{ConsumerQuery, DetailsEdit, Edit};
use store::{Location, Store};

use super::{everything, listed, shows_what_fits, some};
use crate::support::{self, Folder, rename, save};

#[tokio::test]
async fn a_text_finds_what_a_consumer_is_called_now() {
    let (folder, store) = support::store().await;
    let names = async |text: &str| {
        let query = ConsumerQuery { text: Some(text.to_owned()), ..ConsumerQuery::default() };
        let rows = listed(&store, &query, 10).await.0;
        rows.into_iter().map(|row| row.name.to_string()).collect::<Vec<_>>()
    };
    let one = support::insert(&store, 1).await;
    let one = rename(&store, &one, "GRÜẞE").await;
    for text in ["grüße", "GRÜSSE", "üß", "Ü"] {
        assert_eq!(names(text).await, ["GRÜẞE"], "{text}");
    }
    assert!(names("App 1").await.is_empty());
    let one = rename(&store, &one, "Grüße").await;
    assert_eq!(names("GRÜẞE").await, ["Grüße"], "by another case of the same name");
    let nothing = Edit { sign_everybody_out: true, ..Edit::default() };
    let same = one.edit(&nothing, one.updated_at).unwrap().unwrap();
    save(&store, &one, &same).await.unwrap();
    assert_eq!(names("grüsse").await, ["Grüße"], "as before");
    support::remove(&store, &same).await;
    for text in ["grüsse", "Ü", "0000"] {
        assert!(names(text).await.is_empty(), "{text}");
    }
    assert_eq!(folder.number("SELECT count(*) FROM consumer_texts").await, 0);
}

#[tokio::test]
async fn a_text_finds_owner_and_note_whoever_writes_them() {
    let (folder, store) = support::store().await;
    let find = async |text: &str| {
        let query = ConsumerQuery { text: Some(text.to_owned()), ..ConsumerQuery::default() };
        store.consumers().list(&query, 10).await.unwrap().total
    };
    let one = support::insert(&store, 1).await;
    let details = |owner: Option<&str>, note: Option<&str>| DetailsEdit {
        owner: Some(owner.map(str::to_owned)),
        note: Some(note.map(str::to_owned)),
        ..DetailsEdit::default()
    };
    let edit =
        Edit { details: details(Some("Änderungsdienst"), Some("At night.\nAsk.")), ..Edit::default() };
    let noted = one.edit(&edit, one.updated_at).unwrap().unwrap();
    save(&store, &one, &noted).await.unwrap();
    assert_eq!(store.consumers().fold_texts().await.unwrap(), 0, "folded when it is written");
    for text in ["ÄNDERUNGS", "DIENST", "night", "ASK", "app 1", "0000"] {
        assert_eq!(find(text).await, 1, "{text}");
    }
    // An older node names neither, and keeps both.
    folder.sql("UPDATE consumers SET name = 'Older', revision = revision + 1").await;
    assert_eq!((find("older").await, find("dienst").await, find("ask").await), (1, 1, 1));
    assert_eq!(store.consumers().fold_texts().await.unwrap(), 1);
    assert_eq!((find("ÄNDERUNGS").await, find("app 1").await), (1, 0));
    folder.sql("UPDATE consumers SET owner = 'Ölwerk', note = NULL").await;
    assert_eq!((find("dienst").await, find("ask").await, find("lwerk").await), (0, 0, 1));
    assert_eq!(store.consumers().fold_texts().await.unwrap(), 1);
    assert_eq!(find("ÖLWERK").await, 1);
    folder.sql("UPDATE consumers SET owner = NULL").await;
    assert_eq!((find("ölwerk").await, find("older").await), (0, 1));
}

#[tokio::test]
async fn a_backup_is_searched_as_its_database_is() {
    let folder = Folder::sqlite();
    let store = folder.open().await.unwrap();
    some(&folder, &store).await;
    // The numbers of the texts have a gap.
    support::remove(&store, &everything(&store).await[7]).await;
    let all = everything(&store).await;
    let file = folder.database().with_file_name("copy.db");
    store.back_up(&file).await.unwrap();
    let copy = Store::open(&Location::Sqlite(file), &folder.vault_key()).await.unwrap();
    for text in ["app", "ärg", "変", "zebra", "0-00"] {
        let query = ConsumerQuery { text: Some(text.to_owned()), ..ConsumerQuery::default() };
        shows_what_fits(&copy, &all, &query, 7).await;
    }
    assert!(copy.health().await.unwrap().views.unwrap().counted.is_right());
}

#[tokio::test]
async fn without_pg_trgm_searches_find_the_same_and_check_says_so() {
    let (folder, store) = support::store().await;
    assert!(store.health().await.unwrap().views.unwrap().has_trigrams);
    if !folder.is_postgres() {
        return;
    }
    some(&folder, &store).await;
    let all = everything(&store).await;
    folder.sql("DROP EXTENSION pg_trgm CASCADE").await;
    assert!(!store.health().await.unwrap().views.unwrap().has_trigrams);
    for text in ["app", "ärg", "変更", "zq", "%"] {
        let query = ConsumerQuery { text: Some(text.to_owned()), ..ConsumerQuery::default() };
        shows_what_fits(&store, &all, &query, 7).await;
    }
    store.close().await.unwrap();
    let store = folder.open().await.unwrap();
    assert!(store.health().await.unwrap().views.unwrap().has_trigrams, "a start tries again");
}
