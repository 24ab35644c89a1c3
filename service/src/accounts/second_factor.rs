//! The second factor of a user's own account: setting it up, new recovery codes, removing it.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use time::OffsetDateTime;

use domain::Password;
use store::{Passkey, vault::Secret};

use crate::{
    accounts::{fresh::ProofError, proof::Factor},
    error::ServiceError,
    guard::{
        admin::{AccountHolder, SignedIn},
        one_time_codes::{RecoveryCodes, TypedCode, new_secret, step_of},
    },
    service::Service,
};

/// A secret that was shown has to be confirmed within this time.
const PENDING_LIFE: Duration = Duration::from_mins(15);

/// A passkey, as its user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnPasskey {
    /// Names it, in base64url.
    pub id: String,
    /// What its user calls it.
    pub name: String,
    /// When it was added.
    pub added_at: OffsetDateTime,
    /// When it last signed in.
    pub used_at: Option<OffsetDateTime>,
}

impl From<Passkey> for OwnPasskey {
    fn from(passkey: Passkey) -> Self {
        let Passkey { id, name, added_at, used_at, .. } = passkey;
        Self { id: URL_SAFE_NO_PAD.encode(id), name, added_at, used_at }
    }
}

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
        /// The passkeys, oldest first.
        passkeys: Vec<OwnPasskey>,
    },
}

/// The second factor of an account holder.
#[derive(Clone, Copy, Debug)]
pub struct SecondFactor<'a> {
    pub(super) service: &'a Service,
    pub(super) signed_in: &'a SignedIn,
}

impl Service {
    /// The second factor of an account holder.
    pub fn second_factor<'a>(&'a self, holder: &'a AccountHolder) -> SecondFactor<'a> {
        SecondFactor { service: self, signed_in: holder.signed_in() }
    }
}

impl SecondFactor<'_> {
    pub(super) fn stored(&self) -> store::SecondFactors<'_> {
        self.service.store.second_factor(self.signed_in.id())
    }

    pub(super) fn require_fresh(&self) -> Result<(), ServiceError> {
        if self.signed_in.is_fresh() { Ok(()) } else { Err(ServiceError::SignInAgain) }
    }

    /// What there is. A pending secret is only for the session that began it.
    pub async fn state(self) -> Result<FactorState, ServiceError> {
        if self.signed_in.user().second_factor {
            let recovery_codes = self.stored().count_recovery_codes().await?;
            let passkeys = self.stored().passkeys().await?.into_iter().map(OwnPasskey::from).collect();
            return Ok(FactorState::On { recovery_codes, passkeys });
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

    /// Removes it, with its passkeys, if the password and the proof are right. Idempotent.
    pub async fn remove(self, password: &Password, proof: Factor<'_>) -> Result<(), ProofError> {
        self.service.sessions().prove_again(self.signed_in, password, proof).await?;
        let by = self.signed_in.by(self.service.clock.now());
        self.stored().remove(by).await.map_err(ServiceError::from)?;
        Ok(())
    }
}
