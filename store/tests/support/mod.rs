//! What the store's tests share: a store on a SQLite file of its own, consumers and users to put into it, and plain SQL.
#![allow(dead_code, reason = "each test file uses its part")]

use std::path::PathBuf;

use domain::{Action, Actor, Consumer, ConsumerKey, ConsumerName, ConsumerSecret, User, Username};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection};
use store::{
    Store, StoreError,
    activity::{By, NewActivity},
};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};

/// A folder with a database and its vault key.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn database(&self) -> PathBuf {
        self.0.path().join("latchkey.db")
    }

    pub fn vault_key(&self) -> PathBuf {
        self.0.path().join("vault.key")
    }

    pub async fn open(&self) -> Result<Store, StoreError> {
        Store::open(&self.database(), &self.vault_key()).await
    }

    /// The names of the files in it, sorted.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// A connection that knows nothing of the store.
    pub async fn plain(&self) -> DatabaseConnection {
        let url = format!("sqlite://{}?mode=rwc", self.database().display());
        Database::connect(url).await.unwrap()
    }

    /// Changes the database behind the store's back.
    pub async fn sql(&self, statement: &str) {
        let connection = self.plain().await;
        connection.execute_unprepared(statement).await.unwrap();
        connection.close().await.unwrap();
    }
}

/// A store in a folder of its own.
pub async fn store() -> (Folder, Store) {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    (folder, store)
}

/// Second `n` of 1970.
pub fn at(n: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::seconds(n)
}

pub fn by(n: i64) -> By {
    By { actor: Actor::CommandLine, address: Some("192.0.2.1".to_owned()), at: at(n) }
}

pub fn key(n: u32) -> ConsumerKey {
    format!("00000000-0000-0000-0000-{n:012x}").parse().unwrap()
}

/// Consumer `n`, registered in second `n`.
pub fn consumer(n: u32) -> Consumer {
    let name = ConsumerName::parse(&format!("App {n}")).unwrap();
    Consumer::register(key(n), name, false, Actor::CommandLine, at(n.into()))
}

pub fn secret(text: &str) -> ConsumerSecret {
    ConsumerSecret::parse(text).unwrap()
}

pub fn registered(consumer: &Consumer) -> NewActivity {
    NewActivity::consumer(by(0), Action::ConsumerRegistered, None, Some(consumer))
}

pub async fn insert(store: &Store, n: u32) -> Consumer {
    let consumer = consumer(n);
    let secret = secret(&format!("the secret of {n}"));
    store.insert_consumer(&consumer, &secret, registered(&consumer)).await.unwrap();
    consumer
}

/// Saves one consumer over another, without a new secret.
pub async fn save(store: &Store, before: &Consumer, after: &Consumer) -> Result<(), StoreError> {
    let activity = NewActivity::consumer(by(1), Action::ConsumerEdited, Some(before), Some(after));
    store.save_consumer(after, None, false, activity).await
}

pub fn user(name: &str, configure_server: bool) -> User {
    let username = Username::parse(name).unwrap();
    let display_name = username.to_string();
    User { username, display_name, configure_server, disabled: false, created_at: at(0) }
}

pub fn added(user: &User) -> NewActivity {
    NewActivity::user(by(0), Action::UserAdded, None, Some(user))
}

pub async fn insert_user(store: &Store, name: &str, configure_server: bool) -> i64 {
    let user = user(name, configure_server);
    store.insert_user(&user, "a hash", added(&user)).await.unwrap()
}
