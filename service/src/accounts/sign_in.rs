//! Signing in, authenticating a session, signing out.

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

/// A session ends this long after its user was last active.
pub const IDLE: Duration = Duration::from_mins(30);
/// A session ends this long after its user signed in, however active they are.
pub const AT_MOST: Duration = Duration::from_hours(12);
/// Resolution of a session's last use, so that not every request writes to the database.
const LAST_USE_RESOLUTION: Duration = Duration::from_mins(1);

/// Why signing in failed.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Unknown user, wrong password or disabled account: the caller does not learn which.
    #[error("The username or the password is wrong. Check both and try again.")]
    WrongPair,
    /// The check itself failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Service {
    /// Verifies username and password and starts a session; returns the cookie's value.
    ///
    /// Wrong passwords delay later attempts but never make a correct one fail. An unknown name takes as long as a wrong
    /// password and is answered in the same words.
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
        let is_correct =
            self.passwords.verify(password, account.as_ref().map(|account| &*account.password_hash)).await;
        let Some(account) = account.filter(|account| is_correct && !account.user.disabled) else {
            self.count_wrong_password(&folded, address).await.map_err(ServiceError::from)?;
            return Err(SignInError::WrongPair);
        };
        self.forget_wrong_passwords(&folded).await.map_err(ServiceError::from)?;
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

    /// The user of a session cookie; `None` if the session has ended or the account is disabled.
    ///
    /// `Presence::Acting` keeps the session from going idle, `Presence::Listening` does not.
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
        if presence == Presence::Acting && now - session.last_seen_at > LAST_USE_RESOLUTION {
            // The request itself does not depend on this write, which a full disk would fail.
            if let Err(error) = self.store.touch_session(&hash, now).await {
                tracing::warn!(%error, "a session's last use could not be noted");
            }
        }
        Ok(Some(SignedIn::new(session.account, hash, address)))
    }

    /// Ends the session, and with it its event streams.
    pub async fn sign_out(&self, signed_in: &SignedIn) -> Result<(), ServiceError> {
        let activity = NewActivity::user(signed_in.by(self.clock.now()), Action::SignedOut, None, None);
        Ok(self.store.delete_session(signed_in.session(), activity).await?)
    }
}
