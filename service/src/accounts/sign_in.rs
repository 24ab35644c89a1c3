//! Signing in and out.

use std::net::IpAddr;

use domain::{Action, Actor, Password, Username};
use store::{
    Account,
    activity::{By, NewActivity},
};

use crate::{
    error::ServiceError,
    guard::{
        admin::{AT_MOST, IDLE, Sessions, SignedIn},
        token::{self, Token},
    },
};

/// Why signing in failed.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Unknown user, wrong password or disabled account, or one that changed while the password was checked: the caller
    /// does not learn which.
    #[error("The username or the password is wrong. Check both and try again.")]
    WrongPair,
    /// The check itself failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Sessions<'_> {
    /// Verifies username and password and starts a session; returns the cookie's value. The session of the `earlier` cookie
    /// that the browser has, if any, ends.
    ///
    /// Wrong passwords delay later attempts but never make a correct one fail. An unknown name takes as long as a wrong
    /// password and is answered in the same words.
    pub async fn sign_in(
        self,
        username: &str,
        password: &Password,
        earlier: Option<&str>,
        address: IpAddr,
    ) -> Result<Token, SignInError> {
        let username = Username::parse(username).ok();
        let folded = username.as_ref().map_or_else(String::new, Username::folded);
        let _turn =
            self.0.wrong_passwords().wait_for_turn(&folded, address).await.map_err(ServiceError::from)?;
        let account = match &username {
            Some(username) => self.0.store.users().find(username).await.map_err(ServiceError::from)?,
            None => None,
        };
        let is_correct =
            self.0.passwords.verify(password, account.as_ref().map(|account| &*account.password_hash)).await;
        let Some(account) = account.filter(|account| is_correct && !account.user.disabled) else {
            self.0.wrong_passwords().add(&folded, address).await.map_err(ServiceError::from)?;
            return Err(SignInError::WrongPair);
        };
        self.0.wrong_passwords().reset(&folded).await.map_err(ServiceError::from)?;
        self.begin(&account, earlier, address).await?.ok_or(SignInError::WrongPair)
    }

    /// Starts a session and returns the cookie's value; `None` if the account was disabled, signed out or given a new
    /// password since it was read.
    pub(crate) async fn begin(
        self,
        account: &Account,
        earlier: Option<&str>,
        address: IpAddr,
    ) -> Result<Option<Token>, ServiceError> {
        let now = self.0.clock.now();
        self.0.store.sessions().delete_old(now - AT_MOST, now - IDLE).await?;
        let token = Token::new();
        let actor = Actor::User(account.user.username.clone());
        let by = By { actor, address: Some(address.to_string()), at: now };
        let earlier = earlier.map(token::hash);
        let has_begun = self.0.store.sessions().begin(&token.hash(), account, earlier.as_deref(), by).await?;
        Ok(has_begun.then_some(token))
    }

    /// Ends the session, and with it its event streams.
    pub async fn sign_out(self, signed_in: &SignedIn) -> Result<(), ServiceError> {
        let activity = NewActivity::user(signed_in.by(self.0.clock.now()), Action::SignedOut, None, None);
        Ok(self.0.store.sessions().delete(signed_in.session(), activity).await?)
    }
}
