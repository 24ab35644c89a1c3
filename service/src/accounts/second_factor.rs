//! The second factor of a user's own account: setting it up, new recovery codes, removing it.

use std::time::Duration;

use domain::Password;
use store::vault::Secret;

use crate::{
    accounts::fresh::ProofError,
    error::ServiceError,
    guard::{
        admin::{AccountHolder, SignedIn},
        one_time_codes::{RecoveryCodes, TypedCode, new_secret, step_of},
    },
    service::Service,
};

/// A secret that was shown has to be confirmed within this time.
const PENDING_LIFE: Duration = Duration::from_mins(15);

/// What there is of a second factor.
#[derive(Clone, Debug)]
pub enum FactorState {
    /// None.
    Off,
    /// A secret, in base32, that the first code has to confirm.
    Pending(Secret),
    /// One that sign-ins need.
    On {
        /// How many recovery codes are left.
        recovery_codes: u64,
    },
}

/// The second factor of an account holder.
#[derive(Clone, Copy, Debug)]
pub struct SecondFactor<'a> {
    service: &'a Service,
    signed_in: &'a SignedIn,
}

impl Service {
    /// The second factor of an account holder.
    pub fn second_factor<'a>(&'a self, holder: &'a AccountHolder) -> SecondFactor<'a> {
        SecondFactor { service: self, signed_in: holder.signed_in() }
    }
}

impl SecondFactor<'_> {
    fn stored(&self) -> store::SecondFactors<'_> {
        self.service.store.second_factor(self.signed_in.id())
    }

    fn require_fresh(&self) -> Result<(), ServiceError> {
        if self.signed_in.is_fresh() { Ok(()) } else { Err(ServiceError::SignInAgain) }
    }

    /// What there is. A pending secret is only for the session that began it.
    pub async fn state(self) -> Result<FactorState, ServiceError> {
        if self.signed_in.user().second_factor {
            return Ok(FactorState::On { recovery_codes: self.stored().count_recovery_codes().await? });
        }
        Ok(self.pending().await?.map_or(FactorState::Off, FactorState::Pending))
    }

    async fn pending(&self) -> Result<Option<Secret>, ServiceError> {
        let begun_after = self.service.clock.now() - PENDING_LIFE;
        Ok(self.stored().pending(self.signed_in.session(), begun_after).await?)
    }

    /// Makes a new secret, which counts once its first code has confirmed it. Does nothing where one is set up already.
    /// Needs a fresh sign-in: otherwise an unattended browser would be enough to lock its user out.
    pub async fn begin(self) -> Result<(), ServiceError> {
        self.require_fresh()?;
        let now = self.service.clock.now();
        self.stored().begin(&new_secret(), self.signed_in.session(), now).await?;
        Ok(())
    }

    /// Confirms the pending secret with its first code; returns the recovery codes.
    pub async fn confirm(self, code: &str) -> Result<RecoveryCodes, ServiceError> {
        let begin_again =
            "Begin again: this was not confirmed within 15 minutes, or was begun in another browser.";
        let secret = self.pending().await?.ok_or_else(|| ServiceError::invalid("code", &begin_again))?;
        let now = self.service.clock.now();
        let step = match TypedCode::parse(code) {
            Some(TypedCode::Totp(code)) => step_of(&secret, &code, now),
            Some(TypedCode::Recovery(_)) | None => None,
        };
        let wrong = "This is not the app's current code. Enter the six digits that it shows now; if they are, \
                     check the clock of the device.";
        let step = step.ok_or_else(|| ServiceError::invalid("code", &wrong))?;
        let codes = RecoveryCodes::new();
        let hashes = codes.hashes(self.signed_in.id());
        let (session, begun_after) = (self.signed_in.session(), now - PENDING_LIFE);
        let by = self.signed_in.by(now);
        if !self.stored().confirm(session, begun_after, step, &hashes, by).await? {
            return Err(ServiceError::invalid("code", &begin_again));
        }
        Ok(codes)
    }

    /// Makes new recovery codes in place of those that are left; `None` without a second factor. Needs a fresh sign-in.
    pub async fn renew_recovery_codes(self) -> Result<Option<RecoveryCodes>, ServiceError> {
        self.require_fresh()?;
        let codes = RecoveryCodes::new();
        let by = self.signed_in.by(self.service.clock.now());
        let hashes = codes.hashes(self.signed_in.id());
        Ok(self.stored().renew_recovery_codes(&hashes, by).await?.then_some(codes))
    }

    /// Removes it, if the password and a code are right. Idempotent.
    pub async fn remove(self, password: &Password, code: &str) -> Result<(), ProofError> {
        self.service.sessions().prove_again(self.signed_in, password, code).await?;
        let by = self.signed_in.by(self.service.clock.now());
        self.stored().remove(by).await.map_err(ServiceError::from)?;
        Ok(())
    }
}
