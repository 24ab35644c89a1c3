//! The proof of a user who is signed in, before a sensitive act: the password and, where there is a second factor, a code or a
//! passkey.

use std::time::Duration;

use domain::Password;
use store::Account;

use crate::{
    accounts::{
        lanes::Passage,
        new_password::is_short_for_administrators,
        proof::Factor,
        second_step::CodeError,
        sign_in::{SignInError, TOO_MANY},
    },
    error::ServiceError,
    guard::{
        admin::{AccountHolder, Sessions, SignedIn},
        browser::Browser,
    },
};

/// Why users who are signed in have not proved who they are.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The password is wrong.
    #[error("This is not the password of your account.")]
    WrongPassword,
    /// The code is not accepted.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// Too many others are signing in; the password was not looked at. Holds how long to stay away.
    #[error("{TOO_MANY}")]
    TooMany(Duration),
    /// The check itself, or what it was for, failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<SignInError> for ProofError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::WrongPair(_) => Self::WrongPassword,
            SignInError::TooMany(wait) => Self::TooMany(wait),
            SignInError::Service(error) => Self::Service(error),
        }
    }
}

impl Sessions<'_> {
    /// Verifies password and, where the account has a second factor, code again: the session's sign-in is fresh from then on,
    /// unless the password is one that an administrator has to replace.
    pub async fn sign_in_again(
        self,
        holder: &AccountHolder,
        password: &Password,
        proof: Factor<'_>,
    ) -> Result<(), ProofError> {
        let signed_in = holder.signed_in();
        self.prove_again(signed_in, password, proof).await?;
        let now = self.0.clock.now();
        let stored = self.0.store.own_sessions(signed_in.id());
        // A session that has ended in between is found to have at its next request.
        let short_password = is_short_for_administrators(password.expose());
        stored.prove(signed_in.session(), short_password, now).await.map_err(ServiceError::from)?;
        Ok(())
    }

    /// Verifies password and, where there is a second factor, code of a session's user.
    pub(super) async fn prove_again(
        self,
        signed_in: &SignedIn,
        password: &Password,
        proof: Factor<'_>,
    ) -> Result<(), ProofError> {
        let (account, passage) = self.prove_password(signed_in, password).await?;
        let passage = if account.user.second_factor {
            self.prove_code(&account, proof, passage, &Browser::at(signed_in.address())).await?
        } else {
            passage
        };
        Ok(self.0.wrong_passwords().was_right(passage, &account).await?)
    }

    /// Verifies the password of a session's user. A wrong one counts as at a sign-in; strangers keep nobody waiting who is
    /// signed in.
    pub(super) async fn prove_password(
        self,
        signed_in: &SignedIn,
        password: &Password,
    ) -> Result<(Account, Passage), ProofError> {
        let username = &signed_in.user().username;
        let browser = Browser::at(signed_in.address());
        if let Some(account) = self.0.store.users().find(username).await.map_err(ServiceError::from)?
            && let Some(passage) = self.0.wrong_passwords().of_signed_in(&account, signed_in).await?
        {
            let proved = self.prove(&username.folded(), Some(account), passage, password, &browser).await;
            return Ok(proved?);
        }
        Ok(self.prove_stranger(Some(username), password, &browser).await?)
    }
}
