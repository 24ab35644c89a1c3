//! Whether a signed request is what it says: the one list of checks, in the one order that `check` and its callers show.
//!
//! Nothing about a status is told to whoever cannot sign, and only a request that is right in everything else uses up
//! its nonce.

use std::sync::Arc;

use domain::{ConsumerKey, Status, User, query::milliseconds};
use oauth::{Problem, Request, RsaPublicKey, Secrets, SignatureMethod, SignedRequest};
use sha2::{Digest as _, Sha256};
use store::{CachedConsumer, CachedToken, Nonce, State, StoreError, TemporaryCredentials};
use time::OffsetDateTime;

use crate::{error::ServiceError, guard::verified::Verified, service::Service};

/// A request that was refused, or that nobody can tell about now.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Refused, and why.
    #[error("{}", .0.name())]
    Refused(Problem),
    /// It could not be checked.
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

/// Where in the protocol a request comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// For temporary credentials (RFC 5849 section 2.1).
    Temporary,
    /// For token credentials (section 2.3).
    Exchange,
    /// At an API (section 3).
    Call,
}

impl Stage {
    fn required(self) -> &'static [&'static str] {
        match self {
            Self::Temporary => &["oauth_callback"],
            Self::Exchange => &["oauth_token", "oauth_verifier"],
            Self::Call => &[],
        }
    }
}

/// The credentials that a request names besides the consumer's.
pub(crate) enum Credentials {
    None,
    Temporary(Box<TemporaryCredentials>),
    Token(Arc<CachedToken>),
}

/// A request with a right signature of an Approved consumer.
pub(crate) struct Checked<'a> {
    pub(crate) signed: SignedRequest<'a>,
    pub(crate) consumer: Arc<CachedConsumer>,
    pub(crate) credentials: Credentials,
}

/// Signs in place of a consumer or token that does not exist, so that the time it takes tells nothing.
const NOBODYS_SECRET: &str = "nobody has this secret: it stands in for the one that is not there";

impl Service {
    /// Verifies a request to an API, and uses up its nonce.
    pub async fn verify(&self, request: &Request<'_>) -> Result<Verified, VerifyError> {
        let Checked { signed, consumer, credentials } = self.check(request, Stage::Call).await?;
        let token = match credentials {
            Credentials::Token(token) => Some(token),
            Credentials::None | Credentials::Temporary(_) => None,
        };
        let user = match &token {
            Some(token) => Some(self.user_behind(token).await?),
            None => None,
        };
        let newest_activity = self.use_nonce(&signed, &consumer).await?;
        self.store.catch_up(newest_activity).await?;
        self.still_stands(&consumer, token.as_deref()).await?;
        self.store.note_use(&consumer, token.as_ref(), milliseconds(self.clock.now()));
        Ok(Verified { consumer, user })
    }

    /// The checks up to the consumer's status, in the contract's order.
    pub(crate) async fn check<'a>(
        &self,
        request: &Request<'a>,
        stage: Stage,
    ) -> Result<Checked<'a>, VerifyError> {
        let signed = request.parse(stage.required())?;
        if signed.signature_method() == SignatureMethod::Plaintext && !self.rules.allow_plaintext {
            return Err(Problem::SignatureMethodRejected.into());
        }
        self.check_timestamp(&signed).await?;
        let consumer = match consumer_key(signed.consumer_key()) {
            Some(key) => self.store.cached_consumer(key).await?,
            None => None,
        };
        let credentials = match &consumer {
            Some(consumer) => self.credentials(consumer, signed.token(), stage).await?,
            None => None,
        };
        let pem = consumer.as_ref().and_then(|consumer| consumer.rsa_public_key.as_deref());
        let rsa_public_key = pem.filter(|_| is_rsa(signed.signature_method())).map(RsaPublicKey::from_pem);
        let rsa_public_key =
            rsa_public_key.transpose().map_err(|_| StoreError::Unreadable("an RSA public key"))?;
        let signature = signed.verify(&Secrets {
            consumer_secret: consumer.as_ref().map_or(NOBODYS_SECRET, |consumer| consumer.secret.expose()),
            token_secret: match &credentials {
                Some(Credentials::Token(token)) => token.secret.expose(),
                Some(Credentials::Temporary(temporary)) => temporary.secret.expose(),
                Some(Credentials::None) => "",
                None => NOBODYS_SECRET,
            },
            rsa_public_key: rsa_public_key.as_ref(),
        });
        let consumer = consumer.ok_or(Problem::ConsumerKeyUnknown)?;
        let credentials = credentials.ok_or(Problem::TokenRejected)?;
        signature?;
        check_status(consumer.status)?;
        Ok(Checked { signed, consumer, credentials })
    }

    /// On a database that was restored from a backup, refuses whatever may have been accepted after the backup was made:
    /// everything up to as far ahead of now as a request may be. Gives until when that is; to be called before anything
    /// is verified.
    pub async fn begin_after_restore(&self) -> Result<Option<OffsetDateTime>, ServiceError> {
        let until = self.clock.now() + self.rules.clock_skew;
        let is_restored = self.store.forget_nonces_where_restored(until.unix_timestamp()).await?;
        Ok(is_restored.then_some(until))
    }

    async fn check_timestamp(&self, signed: &SignedRequest<'_>) -> Result<(), VerifyError> {
        let skew = self.rules.clock_skew.as_secs();
        let now = self.unix_now();
        signed.check_timestamp(now, skew)?;
        // Nonces of then are forgotten, though the clock or the accepted distance says now that it is not long ago.
        let forgotten = self.store.nonces_forgotten_until().await?.unsigned_abs();
        if signed.timestamp().is_some_and(|timestamp| timestamp <= forgotten) {
            return Err(Problem::TimestampRefused { from: forgotten + 1, to: now + skew }.into());
        }
        Ok(())
    }

    /// What a request names besides the consumer; `None` where there is no such thing, or it is another consumer's.
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
                let found = Box::pin(self.store.find_temporary_credentials(token)).await?;
                let own = found.filter(|found| found.consumer_key == consumer.key);
                own.filter(|own| own.state != State::Void).map(Box::new).map(Credentials::Temporary)
            }
            Stage::Call => {
                let found = self.store.cached_token(consumer, token).await?;
                found.filter(|found| found.consumer_key == consumer.key).map(Credentials::Token)
            }
        })
    }

    /// The user that a token acts for, if the token and the account still hold.
    async fn user_behind(&self, token: &CachedToken) -> Result<Arc<User>, VerifyError> {
        if token.revoked {
            return Err(Problem::TokenRevoked.into());
        }
        if token.expires_at.is_some_and(|at| at <= milliseconds(self.clock.now())) {
            return Err(Problem::InvalidExpiredToken.into());
        }
        self.enabled_user(token.user_id).await
    }

    /// The user with this number, unless the account is disabled.
    pub(crate) async fn enabled_user(&self, id: i64) -> Result<Arc<User>, VerifyError> {
        let user = self.store.cached_user(id).await?.filter(|user| !user.disabled);
        user.ok_or_else(|| Problem::PermissionDenied.into())
    }

    /// Uses up the request's nonce. With PLAINTEXT there may be none (RFC 5849 section 3.1). Gives the number of the newest
    /// activity at that moment, on whichever node, as far as that had to be asked for.
    pub(crate) async fn use_nonce(
        &self,
        signed: &SignedRequest<'_>,
        consumer: &CachedConsumer,
    ) -> Result<i64, VerifyError> {
        let (Some(nonce), Some(timestamp)) = (signed.nonce(), signed.timestamp()) else {
            // Boxed: what is rare shall not make every verification's future large.
            return Ok(Box::pin(self.store.newest_activity()).await?);
        };
        let hash = Sha256::new()
            .chain_update(consumer.key.0.as_bytes())
            .chain_update(signed.token().unwrap_or_default())
            .chain_update([0])
            .chain_update(nonce)
            .finalize();
        let mut nonce = Nonce { timestamp: i64::try_from(timestamp).unwrap_or(i64::MAX), hash: [0; 16] };
        nonce.hash.copy_from_slice(&hash[..16]);
        let skew = i64::try_from(self.rules.clock_skew.as_secs()).unwrap_or(i64::MAX);
        let too_old = self.steady_clock.at_least(self.clock.now()).saturating_sub(skew).saturating_sub(1);
        let recorded = self.store.use_nonce(nonce, too_old).await?;
        if recorded.is_new { Ok(recorded.newest_activity) } else { Err(Problem::NonceUsed.into()) }
    }

    /// What changed while the nonce was written counts: whoever was told that a consumer is disapproved sees no later yes.
    async fn still_stands(
        &self,
        consumer: &Arc<CachedConsumer>,
        token: Option<&CachedToken>,
    ) -> Result<(), VerifyError> {
        let now = self.store.cached_consumer(consumer.key).await?.ok_or(Problem::ConsumerKeyUnknown)?;
        check_status(now.status)?;
        let Some(token) = token else {
            return Ok(());
        };
        if Arc::ptr_eq(&now, consumer) {
            self.enabled_user(token.user_id).await?;
        } else {
            let again = self.store.cached_token(&now, &token.token).await?;
            self.user_behind(&*again.ok_or(Problem::TokenRejected)?).await?;
        }
        Ok(())
    }

    /// Seconds since 1970.
    fn unix_now(&self) -> u64 {
        u64::try_from(self.clock.now().unix_timestamp()).unwrap_or(0)
    }
}

/// A consumer key as we write them; any other spelling names nobody.
fn consumer_key(text: &str) -> Option<ConsumerKey> {
    let canonical = text.len() == 36 && !text.bytes().any(|byte| byte.is_ascii_uppercase());
    if canonical { text.parse().ok() } else { None }
}

/// Whether a method needs the consumer's public key.
fn is_rsa(method: SignatureMethod) -> bool {
    matches!(method, SignatureMethod::RsaSha1 | SignatureMethod::RsaSha256 | SignatureMethod::RsaSha512)
}

/// The problem of a consumer that may not do anything.
pub(crate) fn check_status(status: Status) -> Result<(), Problem> {
    match status {
        Status::Approved => Ok(()),
        Status::Pending => Err(Problem::ConsumerKeyRefused),
        Status::Disapproved => Err(Problem::ConsumerKeyRejected),
    }
}
