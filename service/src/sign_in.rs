//! Who somebody is: passwords, sessions, and the only maker of an `Admin`.

use std::{fmt, net::IpAddr, time::Duration};

use domain::{Action, Actor, Password, User, Username};
use store::activity::{By, NewActivity};
use time::OffsetDateTime;

use crate::{Service, ServiceError, Token, Verified, token};

/// A session ends this long after its user last did something.
pub const IDLE: Duration = Duration::from_mins(30);
/// A session ends this long after signing in, whatever its user does.
pub const AT_MOST: Duration = Duration::from_hours(12);
/// How exactly the last thing a user did is remembered: not every request is worth a write.
const SEEN_EVERY: Duration = Duration::from_mins(1);

/// Proof of the *Configure Server* permission. Every administrative use case takes one, and nobody but this module
/// can make one, so a check cannot be forgotten.
#[derive(Clone, Debug)]
pub struct Admin {
    actor: Actor,
    address: Option<String>,
}

impl Admin {
    /// Whoever may run commands beside the database and the vault key may do everything.
    pub fn at_the_command_line() -> Self {
        Self { actor: Actor::CommandLine, address: None }
    }

    fn who(user: &User, address: IpAddr) -> Result<Self, NotPermitted> {
        if user.configure_server {
            Ok(Self { actor: Actor::User(user.username.clone()), address: Some(address.to_string()) })
        } else {
            Err(NotPermitted)
        }
    }

    pub(crate) fn by(&self, at: OffsetDateTime) -> By {
        By { actor: self.actor.clone(), address: self.address.clone(), at }
    }
}

/// The user lacks *Configure Server*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This needs the Configure Server permission.")]
pub struct NotPermitted;

/// A user behind a session that holds.
#[derive(Clone, Debug)]
pub struct SignedIn {
    id: i64,
    user: User,
    session: Vec<u8>,
    address: IpAddr,
}

impl SignedIn {
    /// Who it is.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// The user as an administrator, if they are one.
    pub fn admin(&self) -> Result<Admin, NotPermitted> {
        Admin::who(&self.user, self.address)
    }

    /// Which session it is: the hash of its token.
    pub fn session(&self) -> &[u8] {
        &self.session
    }

    pub(crate) fn id(&self) -> i64 {
        self.id
    }

    pub(crate) fn by(&self, at: OffsetDateTime) -> By {
        By { actor: self.actor(), address: Some(self.address.to_string()), at }
    }

    fn actor(&self) -> Actor {
        Actor::User(self.user.username.clone())
    }
}

impl Verified {
    /// The user behind a signed request as an administrator, if they are one.
    pub fn admin(&self, address: IpAddr) -> Result<Admin, NotPermitted> {
        Admin::who(self.user().ok_or(NotPermitted)?, address)
    }
}

/// Why somebody was not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No such user, a wrong password or a disabled account: which of them is not told.
    #[error("The username or the password is wrong. Check both and try again.")]
    WrongPair,
    /// It could not be checked.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Service {
    /// Checks a name and password and begins a session; the token is the cookie's value.
    ///
    /// Takes longer after wrong passwords, never refuses a right one for them, and answers an unknown name as slowly
    /// and in the same words as a wrong password.
    pub async fn sign_in(
        &self,
        username: &str,
        password: &Password,
        address: IpAddr,
    ) -> Result<Token, SignInError> {
        let username = Username::parse(username).ok();
        let folded = username.as_ref().map_or_else(String::new, Username::folded);
        let _turn = self.wait_for_turn(&folded, address).await.map_err(ServiceError::from)?;
        let account = match &username {
            Some(username) => self.store.find_account(username).await.map_err(ServiceError::from)?,
            None => None,
        };
        let right =
            self.passwords.verify(password, account.as_ref().map(|account| &*account.password_hash)).await;
        let Some(account) = account.filter(|account| right && !account.user.disabled) else {
            self.note_wrong_password(&folded, address).await.map_err(ServiceError::from)?;
            return Err(SignInError::WrongPair);
        };
        self.note_right_password(&folded).await.map_err(ServiceError::from)?;
        Ok(self.begin_session(account.id, &account.user, address).await?)
    }

    pub(crate) async fn begin_session(
        &self,
        id: i64,
        user: &User,
        address: IpAddr,
    ) -> Result<Token, ServiceError> {
        let now = self.clock.now();
        self.store.delete_old_sessions(now - AT_MOST, now - IDLE).await?;
        let token = Token::new();
        let by =
            By { actor: Actor::User(user.username.clone()), address: Some(address.to_string()), at: now };
        let activity = NewActivity::user(by, Action::SignedIn, None, None);
        self.store.insert_session(&token.hash(), id, now, activity).await?;
        Ok(token)
    }

    /// Who is behind a cookie, if its session still holds.
    ///
    /// `Presence::Acting` keeps the session from going idle; a page that merely stays open does not.
    pub async fn authenticate(
        &self,
        cookie: &str,
        address: IpAddr,
        presence: Presence,
    ) -> Result<Option<SignedIn>, ServiceError> {
        let hash = token::hash(cookie);
        let Some(session) = self.store.find_session(&hash).await? else {
            return Ok(None);
        };
        let now = self.clock.now();
        let ended = now - session.created_at > AT_MOST || now - session.last_seen_at > IDLE;
        if ended || session.account.user.disabled {
            return Ok(None);
        }
        if presence == Presence::Acting && now - session.last_seen_at > SEEN_EVERY {
            // Failing to note it (a full disk) is no reason to turn the user away.
            if let Err(error) = self.store.touch_session(&hash, now).await {
                tracing::warn!(%error, "a session's last use could not be noted");
            }
        }
        Ok(Some(SignedIn { id: session.account.id, user: session.account.user, session: hash, address }))
    }

    /// Ends the session; its event streams end with it.
    pub async fn sign_out(&self, signed_in: &SignedIn) -> Result<(), ServiceError> {
        let activity = NewActivity::user(signed_in.by(self.clock.now()), Action::SignedOut, None, None);
        Ok(self.store.delete_session(&signed_in.session, activity).await?)
    }
}

/// Whether somebody does something or merely has a page open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// A request that a person made.
    Acting,
    /// An open page that listens.
    Listening,
}

impl fmt::Display for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.user.username.fmt(f)
    }
}
