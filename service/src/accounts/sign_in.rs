//! Signing in and out.

use std::{fmt, time::Duration};

use domain::{Action, Actor, Password, Username};
use store::{
    Account,
    activity::{By, NewActivity},
};
use time::OffsetDateTime;

use crate::{
    accounts::{lanes::Passage, new_password::is_short_for_administrators},
    error::ServiceError,
    guard::{
        admin::{AT_MOST, AccountHolder, IDLE, Sessions, SignedIn},
        browser::Browser,
        token::{self, Token},
    },
};

/// What every kind of sign-in says of `TooMany`.
pub(super) const TOO_MANY: &str = "Too many attempts to sign in are under way for this account or from this network, so yours was not looked at. Try again in a few seconds.";

/// Why signing in failed.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The pair is wrong: the caller does not learn how.
    #[error("The username or the password is wrong. Check both and try again.")]
    WrongPair(Cause),
    /// Too many others are signing in; the password was not looked at. Holds how long to stay away.
    #[error("{TOO_MANY}")]
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

/// What a right pair leads to.
#[derive(Debug)]
pub enum SignIn {
    /// A session.
    Begun(Begun),
    /// The question for a code: the account has a second factor. The token is what `enter_code` takes, and no cookie.
    CodeNeeded(Token),
}

impl Sessions<'_> {
    /// Verifies username and password, and starts a session unless a code is needed first. The browser's earlier session, if
    /// any, ends with the start of the new one.
    ///
    /// Wrong passwords delay later attempts but never make a correct one wrong. An unknown name takes as long as a wrong
    /// password and is answered in the same words.
    pub async fn sign_in(
        self,
        username: &str,
        password: &Password,
        browser: &Browser<'_>,
    ) -> Result<SignIn, SignInError> {
        let username = Username::parse(username).ok();
        let (account, passage) = match self.prove_known(username.as_ref(), password, browser).await? {
            Some(proved) => proved,
            None => self.prove_stranger(username.as_ref(), password, browser).await?,
        };
        let short_password = is_short_for_administrators(password.expose());
        if account.user.second_factor {
            passage.goes_on();
            return Ok(SignIn::CodeNeeded(self.ask_for_code(&account, short_password).await?));
        }
        self.0.wrong_passwords().was_right(passage, &account).await?;
        let begun = self.begin(&account, Some(short_password), browser).await?;
        begun.map(SignIn::Begun).ok_or(SignInError::WrongPair(Cause::AccountChanged))
    }

    /// The account whose password it is; `None` if it has not signed in from this browser.
    async fn prove_known(
        self,
        username: Option<&Username>,
        password: &Password,
        browser: &Browser<'_>,
    ) -> Result<Option<(Account, Passage)>, SignInError> {
        let (Some(username), Some(_)) = (username, browser.device) else { return Ok(None) };
        let Some(account) = self.0.store.users().find(username).await.map_err(ServiceError::from)? else {
            return Ok(None);
        };
        let Some(passage) = self.0.wrong_passwords().of_known(&account, browser).await? else {
            return Ok(None);
        };
        self.prove(&username.folded(), Some(account), passage, password, browser).await.map(Some)
    }

    /// The account whose password it is.
    pub(super) async fn prove_stranger(
        self,
        username: Option<&Username>,
        password: &Password,
        browser: &Browser<'_>,
    ) -> Result<(Account, Passage), SignInError> {
        let folded = username.map_or_else(String::new, Username::folded);
        let passage = self.0.wrong_passwords().of_stranger(&folded, browser).await?;
        let passage = passage.map_err(SignInError::TooMany)?;
        let account = match username {
            Some(username) => self.0.store.users().find(username).await.map_err(ServiceError::from)?,
            None => None,
        };
        self.prove(&folded, account, passage, password, browser).await
    }

    /// Checks the password; a wrong one is counted. A right one resets no count: a code may have to follow.
    pub(super) async fn prove(
        self,
        folded: &str,
        account: Option<Account>,
        passage: Passage,
        password: &Password,
        browser: &Browser<'_>,
    ) -> Result<(Account, Passage), SignInError> {
        match self.check(account.clone(), password).await {
            Ok(account) => Ok((account, passage)),
            Err(cause) => {
                self.0.wrong_passwords().was_wrong(passage, folded, account.as_ref(), browser).await?;
                Err(SignInError::WrongPair(cause))
            }
        }
    }

    /// The account, if the password is its own and it is enabled.
    async fn check(self, account: Option<Account>, password: &Password) -> Result<Account, Cause> {
        // An account without a password takes as long as any other.
        let hash =
            account.as_ref().filter(|account| account.has_password()).map(|account| &*account.password_hash);
        let is_correct = self.0.passwords.verify(password, hash).await;
        match account {
            None => Err(Cause::UnknownUser),
            Some(_) if !is_correct => Err(Cause::WrongPassword),
            Some(account) if account.user.disabled => Err(Cause::AccountChanged),
            Some(account) => Ok(account),
        }
    }

    /// Starts a session, marked with whether its password is too short for an administrator, as far as that is known; `None` if
    /// the account was disabled, signed out or given a new password or second factor since it was read.
    pub(crate) async fn begin(
        self,
        account: &Account,
        short_password: Option<bool>,
        browser: &Browser<'_>,
    ) -> Result<Option<Begun>, ServiceError> {
        let now = self.0.clock.now();
        self.0.store.sessions().delete_old(now - AT_MOST, now - IDLE).await?;
        let token = Token::new();
        let actor = Actor::User(account.user.username.clone());
        let by = By { actor, address: Some(browser.address.to_string()), at: now, reason: None };
        let earlier = browser.session.map(token::hash);
        let sessions = self.0.store.sessions();
        let (hash, agent) = (token.hash(), browser.bounded_agent());
        let begun =
            sessions.begin(&hash, account, short_password, agent.as_deref(), earlier.as_deref(), by).await?;
        if !begun {
            return Ok(None);
        }
        let device = self.0.store.devices().cookie(account)?;
        Ok(Some(Begun { token, device, failed: account.failed_sign_ins, since: account.signed_in_at }))
    }

    /// Ends the session of a user who may owe something first.
    pub async fn sign_out_holder(self, holder: &AccountHolder) -> Result<(), ServiceError> {
        self.sign_out(holder.signed_in()).await
    }

    /// Ends the session, and with it its event streams.
    pub async fn sign_out(self, signed_in: &SignedIn) -> Result<(), ServiceError> {
        let activity = NewActivity::user(signed_in.by(self.0.clock.now()), Action::SignedOut, None, None);
        Ok(self.0.store.sessions().delete(signed_in.session(), activity).await?)
    }
}
