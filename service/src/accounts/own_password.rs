//! The new password that users give themselves: the old one has to be right.

use std::fmt;

use domain::Password;

use crate::{
    accounts::{
        fresh::ProofError,
        new_password::{self, is_short_for_administrators},
    },
    error::ServiceError,
    guard::{
        admin::{AccountHolder, SignedIn},
        token::Token,
    },
    service::Service,
};

/// With what the browser goes on that has set a new password. `Debug` leaves the cookies out.
pub struct Renewed {
    /// The session cookie's value.
    pub token: Token,
    /// The device cookie's value: the one before ended with the old password.
    pub device: String,
}

impl fmt::Debug for Renewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewed").finish_non_exhaustive()
    }
}

/// The password of an account holder.
#[derive(Clone, Copy, Debug)]
pub struct OwnPassword<'a> {
    service: &'a Service,
    signed_in: &'a SignedIn,
}

impl Service {
    /// The password of an account holder.
    pub fn own_password<'a>(&'a self, holder: &'a AccountHolder) -> OwnPassword<'a> {
        OwnPassword { service: self, signed_in: holder.signed_in() }
    }
}

impl OwnPassword<'_> {
    /// Sets a new password if the current one is right; a wrong one counts as at a sign-in. Every session ends, and this one
    /// goes on under a new token. Unless they are kept, the account's tokens are revoked.
    pub async fn change(
        self,
        current: &Password,
        password: &str,
        password_again: &str,
        keep_tokens: bool,
    ) -> Result<Renewed, ProofError> {
        let new = self.new_password(current, password, password_again)?;
        let (account, passage) = self.service.sessions().prove_password(self.signed_in, current).await?;
        self.service.wrong_passwords().was_right(passage, &account).await?;
        let hash = self.service.passwords.hash(&new).await;
        let token = Token::new();
        let token_hash = token.hash();
        let tokens = (self.signed_in.session(), &*token_hash);
        let by = self.signed_in.by(self.service.clock.now());
        let users = self.service.store.users();
        let short = is_short_for_administrators(new.expose());
        let changed = users.change_own_password(&account, &hash, short, keep_tokens, tokens, by).await;
        if let Some(account) = changed.map_err(ServiceError::from)? {
            let device = self.service.store.devices().cookie(&account).map_err(ServiceError::from)?;
            return Ok(Renewed { token, device });
        }
        let words = "Your account was changed in the meantime, so your password was not. Sign in again.";
        Err(ServiceError::invalid("current_password", &words).into())
    }

    fn new_password(
        self,
        current: &Password,
        password: &str,
        password_again: &str,
    ) -> Result<Password, ServiceError> {
        let user = self.signed_in.user();
        let in_sight = [user.username.as_str(), &user.display_name, &self.service.rules.site];
        let new = new_password::check_twice(password, password_again, &in_sight, user.configure_server)
            .map_err(ServiceError::Invalid)?;
        if new.expose() == current.expose() {
            let words = "This is what you entered as the current password. Choose another one.";
            return Err(ServiceError::invalid("password", &words));
        }
        Ok(new)
    }
}
