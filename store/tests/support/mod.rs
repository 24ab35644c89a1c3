//! What the store's tests share: a store on a database of its own, consumers and users to put into it, and plain SQL.

pub mod place;
mod prepared;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use domain::{Action, Actor, Consumer, ConsumerKey, ConsumerName, ConsumerSecret, Status, User, Username};
use place::Place;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};
use serde_json::Value;
use store::{
    ConsentDecision, Decider, Inserted, Location, NewTemporaryCredentials, NewToken, Outcome, Store,
    StoreError,
    activity::{By, NewActivity},
    feed::News,
    rotation::Begun,
    vault::Secret,
};
use time::{Duration, OffsetDateTime};
use tokio::{sync::broadcast::Receiver, task::JoinHandle};

/// Long enough for the slowest machine; only a failing test waits this long.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// A database and its vault key.
pub struct Folder(Place);

impl Folder {
    pub fn new() -> Self {
        Self(Place::new())
    }

    /// For what only a file can show.
    pub fn sqlite() -> Self {
        Self(Place::sqlite())
    }

    pub fn is_postgres(&self) -> bool {
        self.0.is_postgres()
    }

    /// SQLite's file.
    pub fn database(&self) -> PathBuf {
        self.0.file()
    }

    pub fn location(&self) -> Location {
        self.0.location()
    }

    pub fn vault_key(&self) -> PathBuf {
        self.0.vault_key()
    }

    pub async fn open(&self) -> Result<Store, StoreError> {
        Store::open(&self.location(), &self.vault_key()).await
    }

    pub async fn open_made(&self) -> Result<Store, StoreError> {
        Store::open_made(&self.location(), &self.vault_key()).await
    }

    pub async fn open_existing(&self) -> Result<Store, StoreError> {
        Store::open_existing(&self.location(), &self.vault_key()).await
    }

    /// The names of the files in it, sorted.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.folder()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// A plain connection, without the store.
    pub async fn plain(&self) -> DatabaseConnection {
        self.0.plain().await
    }

    /// The number that a query of one cell returns.
    pub async fn number(&self, question: &str) -> i64 {
        let connection = self.plain().await;
        let statement = Statement::from_string(connection.get_database_backend(), question);
        let row = connection.query_one_raw(statement).await.unwrap().unwrap();
        let number = row.try_get_by_index(0).unwrap();
        connection.close().await.unwrap();
        number
    }

    /// Whether the database holds this text anywhere, readable.
    pub async fn holds(&self, text: &str) -> bool {
        if !self.is_postgres() {
            let beside = |end: &str| PathBuf::from(format!("{}{end}", self.database().display()));
            let files = ["", "-wal"].into_iter().filter_map(|end| std::fs::read(beside(end)).ok());
            return files
                .into_iter()
                .any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()));
        }
        // Bytes show as hexadecimal digits there.
        let hex = text.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        for table in
            ["consumers", "token_credentials", "temporary_credentials", "activity", "users", "second_factors"]
        {
            let question = format!(
                "SELECT count(*) FROM {table} WHERE strpos({table}::text, '{text}') + strpos({table}::text, '{hex}') > 0"
            );
            if self.number(&question).await > 0 {
                return true;
            }
        }
        false
    }

    /// Changes the database without the store.
    pub async fn sql(&self, statement: &str) {
        let connection = self.plain().await;
        connection.execute_unprepared(statement).await.unwrap();
        connection.close().await.unwrap();
    }
}

/// A store with a database of its own.
pub async fn store() -> (Folder, Store) {
    let folder = Folder(prepared::with_store().await);
    let store = folder.open().await.unwrap();
    (folder, store)
}

/// Second `n` of 1970.
pub fn at(n: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::seconds(n)
}

pub fn by(n: i64) -> By {
    By { actor: Actor::CommandLine, address: Some("192.0.2.1".to_owned()), at: at(n), reason: None }
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
    store.consumers().insert(&consumer, &secret, registered(&consumer)).await.unwrap();
    consumer
}

/// Saves one consumer over another, without a new secret.
pub async fn save(store: &Store, before: &Consumer, after: &Consumer) -> Result<(), StoreError> {
    let activity = NewActivity::consumer(by(1), Action::ConsumerEdited, Some(before), Some(after));
    store.consumers().save(after, None, false, activity).await
}

/// Adds consumer `n`, approved.
pub async fn insert_approved(store: &Store, n: u32) -> Consumer {
    let before = insert(store, n).await;
    decide(store, &before, Status::Approved).await
}

/// Decides on a consumer.
pub async fn decide(store: &Store, before: &Consumer, status: Status) -> Consumer {
    let after = before.decide(status, before.updated_at).unwrap();
    save(store, before, &after).await.unwrap();
    after
}

/// Sets a consumer's name.
pub async fn rename(store: &Store, before: &Consumer, name: &str) -> Consumer {
    let edit = domain::Edit { name: Some(ConsumerName::parse(name).unwrap()), ..domain::Edit::default() };
    let after = before.edit(&edit, before.updated_at).unwrap().unwrap();
    save(store, before, &after).await.unwrap();
    after
}

/// Sets a consumer's secret.
pub async fn give_secret(store: &Store, before: &Consumer, text: &str) -> Consumer {
    let edit = domain::Edit { secret: Some(secret(text)), ..domain::Edit::default() };
    let after = before.edit(&edit, before.updated_at).unwrap().unwrap();
    let activity = NewActivity::consumer(by(1), Action::ConsumerEdited, Some(before), Some(&after));
    store.consumers().save(&after, edit.secret.as_ref(), false, activity).await.unwrap();
    after
}

/// Brings a new vault key into use; returns its number. Where machines may share the database it is added first.
pub async fn begin_rotation(store: &Store) -> i32 {
    loop {
        match store.vault_keys().begin_rotation().await.unwrap() {
            Begun::Current(key_id) => return key_id,
            Begun::Added(_) => assert!(store.is_shared()),
        }
    }
}

/// Removes a consumer.
pub async fn remove(store: &Store, before: &Consumer) {
    let activity = NewActivity::consumer(by(1), Action::ConsumerRemoved, Some(before), None);
    store.consumers().delete(before, at(1), activity).await.unwrap();
}

pub fn user(name: &str, configure_server: bool) -> User {
    let username = Username::parse(name).unwrap();
    let display_name = username.to_string();
    User {
        username,
        display_name,
        configure_server,
        disabled: false,
        second_factor: false,
        created_at: at(0),
    }
}

pub fn added(user: &User) -> NewActivity {
    NewActivity::user(by(0), Action::UserAdded, None, Some(user))
}

pub async fn insert_user(store: &Store, name: &str, configure_server: bool) -> i64 {
    let user = user(name, configure_server);
    store.users().insert(&user, "a hash", added(&user)).await.unwrap()
}

/// What a user did about a consumer.
pub fn access(action: Action, key: ConsumerKey) -> NewActivity {
    NewActivity::access(by(1), action, key)
}

/// New token credentials, made in second 1, until they are revoked.
pub fn new_token(token: &str, consumer: u32, user_id: i64) -> NewToken {
    NewToken {
        token: token.to_owned(),
        secret: Secret::new(format!("the secret of {token}")),
        consumer_key: key(consumer),
        user_id,
        created_at: at(1),
        expires_at: None,
    }
}

/// Temporary credentials of second 1, good for ten minutes, that no user has decided yet.
pub fn new_temporary(token: &str, consumer: u32) -> NewTemporaryCredentials {
    NewTemporaryCredentials {
        token: token.to_owned(),
        secret: Secret::new(format!("the secret of {token}")),
        consumer_key: key(consumer),
        callback: "https://app.example/cb".to_owned(),
        created_at: at(1),
        expires_at: at(601),
    }
}

/// Keeps temporary credentials; returns whether they were stored.
pub async fn insert_temporary(store: &Store, new: NewTemporaryCredentials) -> bool {
    store.temporary_credentials().insert(new, 1_000, |_| true).await.unwrap() == Inserted::Stored
}

/// The hash of a session of the user, which begins where there is none.
pub async fn session(store: &Store, user_id: i64) -> Vec<u8> {
    let hash = format!("session of {user_id}").into_bytes();
    if store.sessions().find(&hash).await.unwrap().is_none() {
        let username = store.users().cached(user_id).await.unwrap().unwrap().username.clone();
        let account = store.users().find(&username).await.unwrap().unwrap();
        assert!(store.sessions().begin(&hash, &account, None, None, None, by(1)).await.unwrap());
    }
    hash
}

/// Keeps temporary credentials and lets the user allow them.
pub async fn allow(store: &Store, token: &str, consumer: u32, user_id: i64) {
    assert!(insert_temporary(store, new_temporary(token, consumer)).await);
    let credentials = store.temporary_credentials().find(token).await.unwrap().unwrap();
    let allow = ConsentDecision::Allow(b"a hash".to_vec());
    let activity = access(Action::AccessAllowed, key(consumer));
    let decider = Decider { user_id, session: &session(store, user_id).await };
    let table = store.temporary_credentials();
    let outcome = table.decide(&credentials, decider, allow, activity, |_| true).await.unwrap();
    assert_eq!(outcome, Outcome::Stored);
}

/// Issues token credentials the only way there is: for temporary ones that the user allowed.
pub async fn issue(store: &Store, new: NewToken) {
    let key = new.consumer_key;
    let consumer = u32::try_from(key.uuid().unwrap().as_u128()).unwrap();
    let temporary = format!("temporary {}", new.token);
    allow(store, &temporary, consumer, new.user_id).await;
    let activity = access(Action::TokenIssued, key);
    let outcome = store.temporary_credentials().exchange(&temporary, new, activity, |_| true).await.unwrap();
    assert_eq!(outcome, Outcome::Stored);
}

/// A feed that runs until it is dropped.
pub struct Running(JoinHandle<()>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Starts the feed, and waits until the keyring answers: from here on listeners get every line.
pub async fn follow(store: &Arc<Store>) -> Running {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("follower.{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let id = insert_user(store, &name, false).await;
    let follower = store.clone();
    let running = Running(tokio::spawn(async move { follower.follow().await }));
    until("the keyring answers", async || {
        let (one, two) = (store.users().cached(id).await.unwrap(), store.users().cached(id).await.unwrap());
        Arc::ptr_eq(&one.unwrap(), &two.unwrap())
    })
    .await;
    running
}

/// Asks until the condition holds.
pub async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let asking = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("it never came true that {what}"));
}

/// The next message to a listener.
pub async fn next(news: &mut Receiver<News>) -> News {
    tokio::time::timeout(PATIENCE, news.recv()).await.expect("something is told").expect("nothing is missed")
}

/// The next line of activity that a listener gets.
pub async fn next_line(news: &mut Receiver<News>) -> Arc<domain::Activity<Value>> {
    match next(news).await {
        News::Line(line) => line,
        other @ (News::Used(_) | News::Pruned) => panic!("{other:?} is no line"),
    }
}
