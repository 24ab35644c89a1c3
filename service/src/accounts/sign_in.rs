//! Signing in and out, and whose session a cookie is.

use std::{net::IpAddr, time::Duration};

use domain::{Action, Actor, Password, User, Username};
use store::activity::{By, NewActivity};

use crate::{
    error::ServiceError,
    guard::{
        admin::{Presence, SignedIn},
        token::{self, Token},
    },
    service::Service,
};

/// A session ends this long after its user last did something.
pub const IDLE: Duration = Duration::from_mins(30);
/// A session ends this long after signing in, whatever its user does.
pub const AT_MOST: Duration = Duration::from_hours(12);
/// How exactly the last thing a user did is remembered: not every request is worth a write.
const SEEN_EVERY: Duration = Duration::from_mins(1);

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
        Ok(Some(SignedIn::new(session.account, hash, address)))
    }

    /// Ends the session; its event streams end with it.
    pub async fn sign_out(&self, signed_in: &SignedIn) -> Result<(), ServiceError> {
        let activity = NewActivity::user(signed_in.by(self.clock.now()), Action::SignedOut, None, None);
        Ok(self.store.delete_session(signed_in.session(), activity).await?)
    }
}
