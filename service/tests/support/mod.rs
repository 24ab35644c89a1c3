//! What the service's tests share: the use cases over a real database, by a clock that stands still until it is moved.

#[path = "../../../store/tests/support/place.rs"]
mod place;
#[path = "../../../store/tests/support/prepared.rs"]
mod prepared;

pub mod passkey_device;

use std::{
    env,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use domain::{Activity, Consumer, Password};
use place::Place;
use prepared::Kept;
use sea_orm::{ConnectionTrait as _, Statement};
use service::{
    AccountHolder, Admin, Clock, Rules, Service, SignedIn, Token,
    consumers::TypedConsumer,
    sign_in::{Begun, Browser, Presence, SignIn},
};
use store::Store;
use tokio::task::JoinSet;

pub const PASSWORD: &str = "correct horse battery";
pub const SECRET: &str = "a consumer secret";
/// Long enough for the slowest machine; only a failing test waits so long.
pub const PATIENCE: Duration = Duration::from_secs(20);
pub const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
/// A browser that nobody has signed in from.
pub const BROWSER: Browser<'static> =
    Browser { address: HERE, connection: SocketAddr::new(HERE, 1), session: None, device: None, agent: None };

/// The session that a right pair has begun.
#[track_caller]
pub fn begun(signed_in: SignIn) -> Begun {
    match signed_in {
        SignIn::Begun(begun) => begun,
        SignIn::CodeNeeded(_) => panic!("the account has a second factor"),
    }
}

/// The use cases, and what a test needs to inspect their data.
pub struct House {
    pub service: Service,
    pub store: Arc<Store>,
    /// The administrator at the command line.
    pub root: Admin,
    clock: Arc<AtomicI64>,
    /// Runs the feed, where there is one; stops with the house.
    feed: JoinSet<()>,
    place: Place,
}

impl House {
    pub async fn new() -> Self {
        Self::by(Rules::default()).await
    }

    async fn by(rules: Rules) -> Self {
        Self::in_place(prepared::with_store().await, rules).await
    }

    async fn in_place(place: Place, rules: Rules) -> Self {
        let mut store = Store::open(&place.location(), &place.vault_key()).await.unwrap();
        let root = Admin::at_the_command_line(&mut store);
        let store = Arc::new(store);
        let clock = Arc::new(AtomicI64::new(1_700_000_000_000));
        let service = Service::new(store.clone(), Clock::Manual(clock.clone()), rules);
        Self { service, store, root, clock, feed: JoinSet::new(), place }
    }

    /// A house where `ada` has *Configure Server* and `grace` has not.
    pub async fn with_users() -> Self {
        Self::with_rules(Rules::default()).await
    }

    /// The same, with other rules.
    pub async fn with_rules(rules: Rules) -> Self {
        let kept = Kept::lock("users", &env::current_exe().unwrap());
        if !kept.is_there() {
            let house = Self::new().await;
            house.add("ada", true).await;
            house.add("grace", false).await;
            house.store.close().await.unwrap();
            kept.keep(house.place);
        }
        Self::in_place(kept.copy(), rules).await
    }

    /// Runs the feed from here on, as a server does.
    pub async fn with_feed(mut self) -> Self {
        let store = self.store.clone();
        self.feed.spawn(async move { store.follow().await });
        let alive = async {
            while self.service.ready().await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, alive).await.expect("the feed comes alive");
        self
    }

    pub async fn add(&self, name: &str, configure_server: bool) {
        self.service.users(&self.root).add(name, PASSWORD, configure_server).await.unwrap();
    }

    /// Moves the clock on.
    pub fn pass(&self, time: Duration) {
        self.clock.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// Turns the clock back.
    pub fn turn_back(&self, time: Duration) {
        self.clock.fetch_sub(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// Signs a user in from here.
    pub async fn sign_in(&self, name: &str) -> Token {
        self.begin(name, &BROWSER).await.token
    }

    /// Signs a user in from a browser.
    pub async fn begin(&self, name: &str, browser: &Browser<'_>) -> Begun {
        begun(self.service.sessions().sign_in(name, &Password::typed(PASSWORD), browser).await.unwrap())
    }

    /// The user of a cookie, as a request with it finds them.
    pub async fn who(&self, token: &Token) -> Option<SignedIn> {
        self.service.sessions().authenticate(token.expose(), HERE, Presence::Acting).await.unwrap()
    }

    /// The same, also where they owe something first.
    pub async fn holder(&self, token: &Token) -> AccountHolder {
        self.service.sessions().account_holder(token.expose(), HERE, Presence::Acting).await.unwrap().unwrap()
    }

    /// An administrator, signed in.
    pub async fn admin(&self, name: &str) -> Admin {
        let token = self.sign_in(name).await;
        self.who(&token).await.unwrap().admin().unwrap()
    }

    pub async fn register(&self, admin: &Admin, name: &str) -> Consumer {
        self.service.consumers(admin).register(&TypedConsumer::new(name, SECRET)).await.unwrap()
    }

    /// The newest lines of activity, oldest first.
    pub async fn last_activities(&self, count: usize) -> Vec<Activity<serde_json::Value>> {
        let mut lines = self.store.activity().after(0, 10_000).await.unwrap();
        lines.split_off(lines.len() - count)
    }

    /// The number of the newest line.
    pub async fn latest(&self) -> i64 {
        self.store.activity().latest().await.unwrap()
    }

    /// Appends lines that concern no consumer, all at once.
    pub async fn append_sign_ins(&self, count: usize) {
        let rows = vec!["(0, 'ada', 'signed_in')"; count].join(", ");
        self.sql(&format!("INSERT INTO activity (at, actor, action) VALUES {rows}")).await;
    }

    /// Changes the database behind the store's back.
    pub async fn sql(&self, statement: &str) {
        let connection = self.place.plain().await;
        connection.execute_unprepared(statement).await.unwrap();
        connection.close().await.unwrap();
    }

    /// The number that a query of one cell returns.
    pub async fn number(&self, question: &str) -> i64 {
        let connection = self.place.plain().await;
        let statement = Statement::from_string(connection.get_database_backend(), question);
        let row = connection.query_one_raw(statement).await.unwrap().unwrap();
        let number = row.try_get_by_index(0).unwrap();
        connection.close().await.unwrap();
        number
    }

    pub async fn activities(&self) -> usize {
        self.store.activity().after(0, 10_000).await.unwrap().len()
    }
}
