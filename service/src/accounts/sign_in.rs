//! Signing in and out.

use std::{fmt, time::Duration};

use domain::{Action, Actor, Password, Username};
use store::{
    Account,
    activity::{By, NewActivity},
};
use time::OffsetDateTime;

use crate::{
    error::ServiceError,
    guard::{
        admin::{AT_MOST, IDLE, Sessions, SignedIn},
        browser::Browser,
        token::{self, Token},
    },
};

/// Why signing in failed.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The pair is wrong: the caller does not learn how.
    #[error("The username or the password is wrong. Check both and try again.")]
    WrongPair(Cause),
    /// Too many others are signing in; the password was not looked at. Holds how long to stay away.
    #[error(
        "Too many attempts to sign in are under way for this account or from this network, so yours was not looked at. Try again in a few seconds."
    )]
    TooMany(Duration),
    /// The check itself failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// What is wrong with a pair, for the log alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// There is no such user.
    UnknownUser,
    /// The password is not the user's.
    WrongPassword,
    /// The account is disabled, or it changed while the password was checked.
    AccountChanged,
}

/// A session that began. `Debug` leaves the cookies out: they are enough to act as the user.
pub struct Begun {
    /// The session cookie's value.
    pub token: Token,
    /// The device cookie's value.
    pub device: String,
    /// Failed attempts at the account before this one.
    pub failed: u32,
    /// The time of the sign-in that they came after; `None` if this is the first.
    pub since: Option<OffsetDateTime>,
}

impl fmt::Debug for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Begun")
            .field("failed", &self.failed)
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}

impl Sessions<'_> {
    /// Verifies username and password and starts a session. The browser's earlier session, if any, ends.
    ///
    /// Wrong passwords delay later attempts but never make a correct one wrong. An unknown name takes as long as a wrong
    /// password and is answered in the same words.
    pub async fn sign_in(
        self,
        username: &str,
        password: &Password,
        browser: &Browser<'_>,
    ) -> Result<Begun, SignInError> {
        let username = Username::parse(username).ok();
        let account = match self.sign_in_known(username.as_ref(), password, browser).await? {
            Some(account) => account,
            None => self.sign_in_stranger(username.as_ref(), password, browser).await?,
        };
        let begun = self.begin(&account, browser).await?;
        begun.ok_or(SignInError::WrongPair(Cause::AccountChanged))
    }

    /// The account whose password it is; `None` if it has not signed in from this browser.
    async fn sign_in_known(
        self,
        username: Option<&Username>,
        password: &Password,
        browser: &Browser<'_>,
    ) -> Result<Option<Account>, SignInError> {
        let (Some(username), Some(cookie)) = (username, browser.device) else { return Ok(None) };
        let Some(account) = self.0.store.users().find(username).await.map_err(ServiceError::from)? else {
            return Ok(None);
        };
        let Some(device) = self.0.store.devices().recognize(&account, cookie) else { return Ok(None) };
        let wrong = self.0.wrong_passwords();
        let Some(_place) = wrong.place(&account, &device).await.map_err(ServiceError::from)? else {
            return Ok(None);
        };
        match self.check(Some(account.clone()), password).await {
            Ok(account) => {
                let folded = account.user.username.folded();
                wrong.reset(&folded, Some(&device)).await.map_err(ServiceError::from)?;
                Ok(Some(account))
            }
            Err(cause) => {
                wrong.add_of_device(&device, &account, browser).await.map_err(ServiceError::from)?;
                Err(SignInError::WrongPair(cause))
            }
        }
    }

    /// The account whose password it is.
    async fn sign_in_stranger(
        self,
        username: Option<&Username>,
        password: &Password,
        browser: &Browser<'_>,
    ) -> Result<Account, SignInError> {
        let folded = username.map_or_else(String::new, Username::folded);
        let wrong = self.0.wrong_passwords();
        let turn = wrong.turn(&folded, browser).await.map_err(ServiceError::from)?;
        let turn = turn.map_err(SignInError::TooMany)?;
        let account = match username {
            Some(username) => self.0.store.users().find(username).await.map_err(ServiceError::from)?,
            None => None,
        };
        match self.check(account.clone(), password).await {
            Ok(account) => {
                wrong.reset(&folded, None).await.map_err(ServiceError::from)?;
                turn.was_right();
                Ok(account)
            }
            Err(cause) => {
                let counts =
                    wrong.add(&folded, account.as_ref(), browser).await.map_err(ServiceError::from)?;
                turn.was_wrong(counts);
                Err(SignInError::WrongPair(cause))
            }
        }
    }

    /// The account, if the password is its own and it is enabled.
    async fn check(self, account: Option<Account>, password: &Password) -> Result<Account, Cause> {
        let hash = account.as_ref().map(|account| &*account.password_hash);
        let is_correct = self.0.passwords.verify(password, hash).await;
        match account {
            None => Err(Cause::UnknownUser),
            Some(_) if !is_correct => Err(Cause::WrongPassword),
            Some(account) if account.user.disabled => Err(Cause::AccountChanged),
            Some(account) => Ok(account),
        }
    }

    /// Starts a session; `None` if the account was disabled, signed out or given a new password since it was read.
    pub(crate) async fn begin(
        self,
        account: &Account,
        browser: &Browser<'_>,
    ) -> Result<Option<Begun>, ServiceError> {
        let now = self.0.clock.now();
        self.0.store.sessions().delete_old(now - AT_MOST, now - IDLE).await?;
        let token = Token::new();
        let actor = Actor::User(account.user.username.clone());
        let by = By { actor, address: Some(browser.address.to_string()), at: now };
        let earlier = browser.session.map(token::hash);
        let sessions = self.0.store.sessions();
        let has_begun = sessions.begin(&token.hash(), account, None, earlier.as_deref(), by).await?;
        if !has_begun {
            return Ok(None);
        }
        let device = self.0.store.devices().cookie(account)?;
        Ok(Some(Begun { token, device, failed: account.failed_sign_ins, since: account.signed_in_at }))
    }

    /// Ends the session, and with it its event streams.
    pub async fn sign_out(self, signed_in: &SignedIn) -> Result<(), ServiceError> {
        let activity = NewActivity::user(signed_in.by(self.0.clock.now()), Action::SignedOut, None, None);
        Ok(self.0.store.sessions().delete(signed_in.session(), activity).await?)
    }
}
