//! The checks of a signed request, in the order of the contract, as `check` and its callers show them.
//!
//! Only a caller with a valid signature learns the consumer's status, and only a request that passes every other check
//! uses up its nonce.

use std::{net::IpAddr, sync::Arc};

use domain::{ConsumerKey, Status, User, query::milliseconds};
use oauth::{Problem, Request, RsaPublicKey, Secrets, SignedRequest};
use sha2::{Digest as _, Sha256};
use store::{CachedConsumer, CachedToken, Nonce, State, StoreError, TemporaryCredentials};
use time::OffsetDateTime;

use crate::{error::ServiceError, guard::verified::Verified, service::Service};

/// Used for an unknown consumer or token, so that the time of the signature check reveals nothing.
const STAND_IN_SECRET: &str = "the secret of no consumer and no token: it stands in for the missing one";

/// Why a request was not verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The request is refused.
    #[error("{}", .0.name())]
    Refused(Problem),
    /// The check itself failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<Problem> for VerifyError {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl From<StoreError> for VerifyError {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

/// The step of the protocol that a request belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Request for temporary credentials (RFC 5849 section 2.1).
    Temporary,
    /// Exchange for token credentials (section 2.3).
    Exchange,
    /// Call of an API (section 3).
    Call,
}

impl Stage {
    fn required_parameters(self) -> &'static [&'static str] {
        match self {
            Self::Temporary => &["oauth_callback"],
            Self::Exchange => &["oauth_token", "oauth_verifier"],
            Self::Call => &[],
        }
    }

    /// Those of them that consumers with **Allow OAuth 1.0**, which did not have the others, must send as well.
    fn required_in_oauth_1_0(self) -> &'static [&'static str] {
        match self {
            Self::Temporary | Self::Call => &[],
            Self::Exchange => &["oauth_token"],
        }
    }
}

/// What OAuth 1.0 did not have, and 1.0a requires.
const SINCE_1_0A: [&str; 2] = ["oauth_callback", "oauth_verifier"];

/// The credentials that a request names in addition to the consumer's.
pub(crate) enum Credentials {
    None,
    Temporary(Box<TemporaryCredentials>),
    Token(Arc<CachedToken>),
}

/// A request with a valid signature of an Approved consumer.
pub(crate) struct Checked<'a> {
    pub(crate) signed: SignedRequest<'a>,
    pub(crate) consumer: Arc<CachedConsumer>,
    pub(crate) credentials: Credentials,
}

impl Service {
    /// Verifies a request to an API, and uses up its nonce. `from` is the client's address; `None` if it is not known.
    pub async fn verify(&self, request: &Request<'_>, from: Option<IpAddr>) -> Result<Verified, VerifyError> {
        let Checked { signed, consumer, credentials } = self.check(request, Stage::Call, from).await?;
        let token = match credentials {
            Credentials::Token(token) => Some(token),
            Credentials::None | Credentials::Temporary(_) => None,
        };
        self.acting_user(&consumer, token.as_deref()).await?;
        let current = self.use_nonce(&signed, &consumer, from).await?;
        let user = self.acting_user_again(&consumer, &current, token.as_deref()).await?;
        let verified = Verified { consumer: current, user };
        self.store.uses().note(&consumer, token.as_ref(), milliseconds(self.clock.now()));
        Ok(verified)
    }

    /// The checks up to the consumer's status and bounds, in the order of the contract.
    pub(crate) async fn check<'a>(
        &self,
        request: &Request<'a>,
        stage: Stage,
        from: Option<IpAddr>,
    ) -> Result<Checked<'a>, VerifyError> {
        let explained = |problem| self.rules.explain(problem, request);
        let signed = match request.parse(stage.required_parameters()) {
            Err(Problem::ParameterAbsent(names)) if names.iter().all(|name| SINCE_1_0A.contains(name)) => {
                // Boxed: this rare path must not enlarge the future of every verification.
                Box::pin(self.parse_oauth_1_0(request, stage, names)).await?
            }
            parsed => parsed.map_err(explained)?,
        };
        self.rules.check_method(signed.signature_method(), request)?;
        self.check_timestamp(&signed).await?;
        let consumer = match signed.consumer_key().parse::<ConsumerKey>().ok() {
            Some(key) => self.store.consumers().cached(key).await?,
            None => None,
        };
        let credentials = match &consumer {
            Some(consumer) => self.credentials(consumer, signed.token(), stage).await?,
            None => None,
        };
        let pem = consumer.as_ref().and_then(|consumer| consumer.rsa_public_key.as_deref());
        let is_rsa = signed.signature_method().is_rsa();
        let rsa_public_key = pem.filter(|_| is_rsa).map(RsaPublicKey::from_pem);
        let rsa_public_key =
            rsa_public_key.transpose().map_err(|_| StoreError::Unreadable("an RSA public key"))?;
        let signature = signed.verify(&Secrets {
            consumer_secret: consumer.as_ref().map_or(STAND_IN_SECRET, |consumer| consumer.secret.expose()),
            token_secret: match &credentials {
                Some(Credentials::Token(token)) => token.secret.expose(),
                Some(Credentials::Temporary(temporary)) => temporary.secret.expose(),
                Some(Credentials::None) => "",
                None => STAND_IN_SECRET,
            },
            rsa_public_key: rsa_public_key.as_ref(),
        });
        let consumer = consumer.ok_or(Problem::ConsumerKeyUnknown)?;
        let credentials = credentials.ok_or(Problem::TokenRejected)?;
        if !consumer.has_secret && !is_rsa {
            return Err(self.rules.rsa_alone(request).into());
        }
        signature.map_err(explained)?;
        self.check_use(&consumer, from)?;
        Ok(Checked { signed, consumer, credentials })
    }

    /// Parses a request that lacks nothing but `names`, which only a consumer with **Allow OAuth 1.0** may leave out. For
    /// every other request that is what is wrong first.
    async fn parse_oauth_1_0<'a>(
        &self,
        request: &Request<'a>,
        stage: Stage,
        names: Vec<&'static str>,
    ) -> Result<SignedRequest<'a>, VerifyError> {
        let absent = Problem::ParameterAbsent(names);
        let Ok(signed) = request.parse(stage.required_in_oauth_1_0()) else {
            return Err(absent.into());
        };
        let Ok(key) = signed.consumer_key().parse::<ConsumerKey>() else {
            return Err(absent.into());
        };
        let consumer = self.store.consumers().cached(key).await?;
        if consumer.is_some_and(|consumer| consumer.allow_oauth_1_0) {
            Ok(signed)
        } else {
            Err(absent.into())
        }
    }

    /// If the database was restored from a backup, refuses every timestamp that may have been accepted since, up to the
    /// clock skew ahead of now: the nonces of those requests are lost. Returns the end of that range. Call it before
    /// the first request is verified.
    pub async fn begin_after_restore(&self) -> Result<Option<OffsetDateTime>, ServiceError> {
        let until = self.clock.now() + self.rules.clock_skew;
        let is_restored = self.store.nonces().forget_where_restored(until.unix_timestamp()).await?;
        Ok(is_restored.then_some(until))
    }

    async fn check_timestamp(&self, signed: &SignedRequest<'_>) -> Result<(), VerifyError> {
        let skew = self.rules.clock_skew.as_secs();
        let now = self.unix_now();
        let is_near = signed.check_timestamp(now, skew).is_ok();
        // Their nonces are already deleted, even if the clock or the skew has changed since.
        let deleted_until = self.store.nonces().forgotten_until().await?.unsigned_abs();
        if is_near && signed.timestamp().is_none_or(|timestamp| timestamp > deleted_until) {
            return Ok(());
        }
        // Where what a right clock shows is refused, the seconds ahead of it are not named: clients would set theirs wrong.
        let to = if deleted_until < now { now + skew } else { now };
        let from = now.saturating_sub(skew).max(deleted_until + 1);
        Err(signed.timestamp_problem(from, to).into())
    }

    /// Loads the credentials that a request names in addition to the consumer's; `None` if they do not exist or belong
    /// to another consumer.
    async fn credentials(
        &self,
        consumer: &CachedConsumer,
        token: Option<&str>,
        stage: Stage,
    ) -> Result<Option<Credentials>, StoreError> {
        let Some(token) = token else {
            return Ok(Some(Credentials::None));
        };
        Ok(match stage {
            Stage::Temporary => None,
            Stage::Exchange => {
                let found = Box::pin(self.store.temporary_credentials().find(token)).await?;
                let own = found.filter(|found| found.consumer_key == consumer.key);
                own.filter(|own| own.state != State::Void).map(Box::new).map(Credentials::Temporary)
            }
            Stage::Call => {
                let found = self.store.tokens().cached(consumer, token).await?;
                found.filter(|found| found.consumer_key == consumer.key).map(Credentials::Token)
            }
        })
    }

    /// Refuses a consumer that is not Approved, whose end has passed, or that may not be used from an address.
    fn check_use(&self, consumer: &CachedConsumer, from: Option<IpAddr>) -> Result<(), Problem> {
        check_status(consumer.status)?;
        if consumer.has_ended(self.clock.now()) {
            return Err(Problem::ConsumerEnded);
        }
        if consumer.may_be_used_from(from) { Ok(()) } else { Err(Problem::ConsumerElsewhere { from }) }
    }

    /// The user for whom a request acts: that of its token or, without a token, the functional user of its consumer, if there
    /// is one.
    async fn acting_user(
        &self,
        consumer: &CachedConsumer,
        token: Option<&CachedToken>,
    ) -> Result<Option<Arc<User>>, VerifyError> {
        match (token, consumer.functional_user_id) {
            (Some(token), _) => self.user_of(token).await.map(Some),
            (None, Some(id)) => self.enabled_user(id).await.map(Some),
            (None, None) => Ok(None),
        }
    }

    /// The user of a token, if the token is valid and the account enabled.
    async fn user_of(&self, token: &CachedToken) -> Result<Arc<User>, VerifyError> {
        if token.revoked {
            return Err(Problem::TokenRevoked.into());
        }
        if token.expires_at.is_some_and(|at| at <= milliseconds(self.clock.now())) {
            return Err(Problem::InvalidExpiredToken.into());
        }
        self.enabled_user(token.user_id).await
    }

    /// The user with this id, if the account is enabled.
    pub(crate) async fn enabled_user(&self, id: i64) -> Result<Arc<User>, VerifyError> {
        let user = self.store.users().cached(id).await?.filter(|user| !user.disabled);
        user.ok_or_else(|| Problem::PermissionDenied.into())
    }

    /// Uses up the request's nonce, and checks again what may have changed by the time that it is written: once a change is
    /// acknowledged, no request may pass on the state before it. Returns the consumer as it is now.
    pub(crate) async fn use_nonce(
        &self,
        signed: &SignedRequest<'_>,
        consumer: &Arc<CachedConsumer>,
        from: Option<IpAddr>,
    ) -> Result<Arc<CachedConsumer>, VerifyError> {
        let newest_activity = self.record_nonce(signed, consumer).await?;
        self.store.catch_up(newest_activity).await?;
        let current =
            self.store.consumers().cached(consumer.key).await?.ok_or(Problem::ConsumerKeyUnknown)?;
        let is_changed = !Arc::ptr_eq(&current, consumer);
        if is_changed && !current.signs_as(consumer, signed.signature_method().is_rsa()) {
            return Err(Problem::SignatureInvalid.into());
        }
        self.check_use(&current, from)?;
        Ok(current)
    }

    /// Writes down the request's nonce, which PLAINTEXT requests may omit (RFC 5849 section 3.1). Returns a number that the
    /// activity, on all nodes together, had reached at that moment.
    async fn record_nonce(
        &self,
        signed: &SignedRequest<'_>,
        consumer: &CachedConsumer,
    ) -> Result<i64, VerifyError> {
        let (Some(nonce), Some(timestamp)) = (signed.nonce(), signed.timestamp()) else {
            // Boxed: this rare path must not enlarge the future of every verification.
            return Ok(Box::pin(self.store.newest_activity()).await?);
        };
        let hash = hash_of(&consumer.key)
            .chain_update(signed.token().unwrap_or_default())
            .chain_update([0])
            .chain_update(nonce)
            .finalize();
        let mut nonce = Nonce { timestamp: i64::try_from(timestamp).unwrap_or(i64::MAX), hash: [0; 16] };
        nonce.hash.copy_from_slice(&hash[..16]);
        let recorded = self.store.nonces().record(nonce, self.too_old()).await;
        let recorded = recorded.inspect_err(|_| self.readiness.note_failure())?;
        if recorded.is_new { Ok(recorded.newest_activity) } else { Err(Problem::NonceUsed.into()) }
    }

    /// The second up to which nonces need not be kept, since the timestamps of their requests are refused.
    pub(crate) fn too_old(&self) -> i64 {
        let skew = i64::try_from(self.rules.clock_skew.as_secs()).unwrap_or(i64::MAX);
        self.steady_clock.lower_bound(self.clock.now()).saturating_sub(skew).saturating_sub(1)
    }

    /// The user for whom a request acts, by what holds once its nonce is written.
    async fn acting_user_again(
        &self,
        consumer: &Arc<CachedConsumer>,
        current: &Arc<CachedConsumer>,
        token: Option<&CachedToken>,
    ) -> Result<Option<Arc<User>>, VerifyError> {
        match token {
            Some(token) if !Arc::ptr_eq(current, consumer) => {
                let token = self.store.tokens().cached(current, &token.token).await?;
                self.user_of(&*token.ok_or(Problem::TokenRejected)?).await.map(Some)
            }
            Some(token) => self.enabled_user(token.user_id).await.map(Some),
            None => self.acting_user(current, None).await,
        }
    }

    /// Seconds since 1970.
    fn unix_now(&self) -> u64 {
        u64::try_from(self.clock.now().unix_timestamp()).unwrap_or(0)
    }
}

/// The beginning of a nonce's hash, which keeps the nonces of a consumer apart from all others'. That of a UUID is as in
/// earlier versions: nodes of both know each other's nonces. Another key ends with a zero, which none holds.
fn hash_of(key: &ConsumerKey) -> Sha256 {
    match key.uuid() {
        Some(uuid) => Sha256::new().chain_update(uuid.as_bytes()),
        None => Sha256::new().chain_update(key.as_str()).chain_update([0]),
    }
}

/// Refuses a consumer that is not Approved.
pub(crate) fn check_status(status: Status) -> Result<(), Problem> {
    match status {
        Status::Approved => Ok(()),
        Status::Pending => Err(Problem::ConsumerKeyRefused),
        Status::Disapproved => Err(Problem::ConsumerKeyRejected),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(key: &str) -> Vec<u8> {
        hash_of(&key.parse().unwrap()).finalize().to_vec()
    }

    #[test]
    fn nonces_of_a_uuid_are_those_of_earlier_versions_and_no_two_keys_share_any() {
        let uuid = "7f2c1e64-0b1d-4a57-9f0e-5f7a3f0c9b21";
        let bytes =
            [0x7f, 0x2c, 0x1e, 0x64, 0x0b, 0x1d, 0x4a, 0x57, 0x9f, 0x0e, 0x5f, 0x7a, 0x3f, 0x0c, 0x9b, 0x21];
        assert_eq!(hash(uuid), Sha256::digest(bytes).to_vec());
        let other = [uuid.to_uppercase(), uuid.replace('-', ""), "my!app".to_owned(), "my!ap".to_owned()];
        assert!(other.iter().all(|key| hash(key) != hash(uuid)));
        let next = |key: &str, rest: &str| hash_of(&key.parse().unwrap()).chain_update(rest).finalize();
        assert_ne!(next("my", "!app"), next("my!", "app"), "where the key ends counts");
    }
}
