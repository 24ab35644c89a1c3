//! The wall of permission: `Admin`, and what can become one: a session, a signed request, the command line. Only this
//! file can make an `Admin` or a `SignedIn`.

use std::{fmt, net::IpAddr, time::Duration};

use domain::{Actor, ConsumerKey, Status, User};
use store::{Session, Store, activity::By};
use time::OffsetDateTime;

use crate::{
    error::ServiceError,
    guard::{owed::Owed, token, verified::Verified},
    service::Service,
};

/// A session ends this long after its user was last active.
pub const IDLE: Duration = Duration::from_mins(30);
/// A session ends this long after its user signed in, however active they are.
pub const AT_MOST: Duration = Duration::from_hours(12);
/// A sign-in is fresh for this long: sensitive acts ask for the password, and the code of a second factor, again after that.
pub const FRESH: Duration = Duration::from_mins(15);
/// Resolution of a session's last use, so that not every request writes to the database.
const LAST_USE_RESOLUTION: Duration = Duration::from_mins(1);

/// Proof of the *Configure Server* permission. Administrative use cases are behind views of `Service` that only a proof
/// opens, so that the check cannot be forgotten.
#[derive(Clone, Debug)]
pub struct Admin {
    actor: Actor,
    address: Option<String>,
    basis: Basis,
}

/// What a proof of permission rests on, and so what can end it.
#[derive(Clone, Debug)]
enum Basis {
    /// Access to the host.
    CommandLine,
    /// A session, by the hash of its token, and whether its sign-in was fresh when the proof was made.
    Session(Vec<u8>, bool),
    /// A single signed request of the consumer with this key.
    Request(ConsumerKey),
}

impl Admin {
    /// A user who can run commands beside the database and the vault key may do everything.
    ///
    /// Asks for what such a command has opened itself and not yet shared: handlers of requests have a store in common
    /// and cannot borrow it mutably.
    pub fn at_the_command_line(_: &mut Store) -> Self {
        Self { actor: Actor::CommandLine, address: None, basis: Basis::CommandLine }
    }

    fn from_user(user: &User, address: IpAddr, basis: Basis) -> Result<Self, NotPermitted> {
        if user.configure_server {
            let actor = Actor::User(user.username.clone());
            Ok(Self { actor, address: Some(address.to_string()), basis })
        } else {
            Err(NotPermitted::User)
        }
    }

    /// Refuses a sensitive act of a session that has to sign in again first. Commands and signed requests are never asked.
    pub(crate) fn require_fresh(&self) -> Result<(), ServiceError> {
        match self.basis {
            Basis::Session(_, false) => Err(ServiceError::SignInAgain),
            Basis::Session(_, true) | Basis::CommandLine | Basis::Request(_) => Ok(()),
        }
    }

    pub(crate) fn by(&self, at: OffsetDateTime) -> By {
        By { actor: self.actor.clone(), address: self.address.clone(), at, reason: None }
    }
}

/// Why a caller is not an administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPermitted {
    /// The user lacks *Configure Server*, or the consumer acts for no user.
    #[error("This needs a user with the Configure Server permission.")]
    User,
    /// The user has the permission, but the consumer that acts for them may not administer.
    #[error(
        "The user may administer Latchkey, but not through this consumer. An administrator can allow it: May administer Latchkey, in the consumer's Edit dialog."
    )]
    Consumer,
}

/// A user with a valid session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    id: i64,
    user: User,
    session: Vec<u8>,
    address: IpAddr,
    is_fresh: bool,
}

impl SignedIn {
    /// The user.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// Proof that the user is an administrator.
    pub fn admin(&self) -> Result<Admin, NotPermitted> {
        Admin::from_user(&self.user, self.address, Basis::Session(self.session.clone(), self.is_fresh))
    }

    /// The session's identifier: the hash of its token.
    pub fn session(&self) -> &[u8] {
        &self.session
    }

    /// Whether the user has proved a moment ago who they are.
    pub fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    pub(crate) fn address(&self) -> IpAddr {
        self.address
    }

    pub(crate) fn id(&self) -> i64 {
        self.id
    }

    pub(crate) fn by(&self, at: OffsetDateTime) -> By {
        By { actor: self.actor(), address: Some(self.address.to_string()), at, reason: None }
    }

    fn actor(&self) -> Actor {
        Actor::User(self.user.username.clone())
    }
}

impl fmt::Display for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.user.username.fmt(f)
    }
}

/// A user with a valid session, also one who owes something first. It opens only what can be owed, and what proves or ends the
/// session itself.
#[derive(Clone, Debug)]
pub struct AccountHolder {
    signed_in: SignedIn,
    owes: Option<Owed>,
}

impl AccountHolder {
    /// The user.
    pub fn user(&self) -> &User {
        &self.signed_in.user
    }

    /// What the user has to do before anything else.
    pub fn owes(&self) -> Option<Owed> {
        self.owes
    }

    pub(crate) fn signed_in(&self) -> &SignedIn {
        &self.signed_in
    }
}

impl Verified {
    /// Proof that the user for whom the consumer acts is an administrator, and that it may administer in their name. A
    /// consumer on its own is never one.
    pub fn admin(&self, address: IpAddr) -> Result<Admin, NotPermitted> {
        let basis = Basis::Request(self.consumer().key);
        let admin = Admin::from_user(self.user().ok_or(NotPermitted::User)?, address, basis)?;
        if self.consumer().may_administer { Ok(admin) } else { Err(NotPermitted::Consumer) }
    }
}

/// Whether a request shows that the user is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The user did something: the session does not go idle.
    Acting,
    /// A page is open; its user may be away.
    Listening,
}

/// The sessions of browsers: signing in, authenticating, signing out.
#[derive(Clone, Copy, Debug)]
pub struct Sessions<'a>(pub(crate) &'a Service);

impl Service {
    /// The sessions of browsers: signing in, authenticating, signing out.
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions(self)
    }
}

impl Sessions<'_> {
    /// The user of a session cookie; `None` if the session has ended, the account is disabled, or the user owes something
    /// first.
    ///
    /// `Presence::Acting` keeps the session from going idle, `Presence::Listening` does not.
    pub async fn authenticate(
        self,
        cookie: &str,
        address: IpAddr,
        presence: Presence,
    ) -> Result<Option<SignedIn>, ServiceError> {
        let holder = self.account_holder(cookie, address, presence).await?;
        Ok(holder.filter(|holder| holder.owes.is_none()).map(|holder| holder.signed_in))
    }

    /// The same, also of a user who owes something first.
    pub async fn account_holder(
        self,
        cookie: &str,
        address: IpAddr,
        presence: Presence,
    ) -> Result<Option<AccountHolder>, ServiceError> {
        let hash = token::hash(cookie);
        let Some(session) = self.valid_session(&hash).await? else {
            return Ok(None);
        };
        let now = self.0.clock.now();
        if presence == Presence::Acting && now - session.last_seen_at > LAST_USE_RESOLUTION {
            // The request itself does not depend on this write, which a full disk would fail.
            if let Err(error) = self.0.store.sessions().touch(&hash, now).await {
                tracing::warn!(%error, "a session's last use could not be noted");
            }
        }
        let owes = Owed::of(&session, &self.0.rules);
        let (id, user) = (session.account.id, session.account.user);
        // Neither long ago nor, by a clock that was set back, long from now.
        let is_fresh = (now - session.proved_at).abs() <= FRESH;
        let signed_in = SignedIn { id, user, session: hash, address, is_fresh };
        Ok(Some(AccountHolder { signed_in, owes }))
    }

    /// Whether the proof could be given again now. A signed request proves a permission only for itself: never again.
    pub(crate) async fn is_still_permitted(self, admin: &Admin) -> Result<bool, ServiceError> {
        match &admin.basis {
            Basis::CommandLine => Ok(true),
            Basis::Session(hash, _) => {
                let owes_nothing = |session: &Session| Owed::of(session, &self.0.rules).is_none();
                let session = self.valid_session(hash).await?.filter(owes_nothing);
                Ok(session.is_some_and(|session| session.account.user.configure_server))
            }
            Basis::Request(_) => Ok(false),
        }
    }

    /// Whether a long answer to an administrator may go on. A signed request has no session that could end, but its consumer can be
    /// stopped, and its user has an account.
    pub(crate) async fn may_go_on(self, admin: &Admin) -> Result<bool, ServiceError> {
        let (Basis::Request(key), Actor::User(username)) = (&admin.basis, &admin.actor) else {
            return self.is_still_permitted(admin).await;
        };
        let now = self.0.clock.now();
        let consumer = self.0.store.consumers().cached(*key).await?;
        let may_administer = consumer.is_some_and(|consumer| {
            consumer.status == Status::Approved && consumer.may_administer && !consumer.has_ended(now)
        });
        if !may_administer {
            return Ok(false);
        }
        let account = self.0.store.users().find(username).await?;
        Ok(account.is_some_and(|account| account.user.configure_server && !account.user.disabled))
    }

    /// The session with this hash, unless it has ended or its account is disabled.
    async fn valid_session(self, hash: &[u8]) -> Result<Option<Session>, ServiceError> {
        let now = self.0.clock.now();
        Ok(self.0.store.sessions().find(hash).await?.filter(|session| {
            let has_ended = now - session.created_at > AT_MOST || now - session.last_seen_at > IDLE;
            !has_ended && !session.account.user.disabled
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::{net::Ipv4Addr, sync::Arc};

    use domain::Username;
    use store::Location;

    use super::*;
    use crate::{
        accounts::users::new_user,
        clock::Clock,
        consumers::{TypedConsumer, TypedEdit},
        rules::Rules,
    };

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[tokio::test]
    async fn a_signed_request_proves_a_permission_only_for_itself_and_where_its_consumer_may_administer() {
        let folder = tempfile::tempdir().unwrap();
        let database = Location::Sqlite(folder.path().join("latchkey.db"));
        let mut store = Store::open(&database, &folder.path().join("vault.key")).await.unwrap();
        let root = Admin::at_the_command_line(&mut store);
        let service = Service::new(Arc::new(store), Clock::System, Rules::default());
        let app = TypedConsumer::new("App", "a consumer secret");
        let key = service.consumers(&root).register(&app).await.unwrap().key;
        let ada = Arc::new(new_user(Username::parse("ada").unwrap(), true, service.now()));
        let consumer = async || service.store.consumers().cached(key).await.unwrap().unwrap();
        let verified = Verified { consumer: consumer().await, user: Some(ada.clone()) };
        assert_eq!(verified.admin(HERE).unwrap_err(), NotPermitted::Consumer);
        let edit = TypedEdit { may_administer: Some(true), ..TypedEdit::default() };
        service.consumers(&root).edit(key, edit, None).await.unwrap();
        let alone = Verified { consumer: consumer().await, user: None };
        assert_eq!(alone.admin(HERE).unwrap_err(), NotPermitted::User);
        let grace = new_user(Username::parse("grace").unwrap(), false, service.now());
        let for_grace = Verified { user: Some(Arc::new(grace)), ..alone };
        assert_eq!(for_grace.admin(HERE).unwrap_err(), NotPermitted::User);
        let admin = Verified { consumer: consumer().await, user: Some(ada) }.admin(HERE).unwrap();
        assert!(!service.sessions().is_still_permitted(&admin).await.unwrap());
        assert!(service.sessions().is_still_permitted(&root).await.unwrap());
    }
}
