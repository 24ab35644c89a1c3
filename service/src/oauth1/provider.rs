//! The provider's side of redirection-based authorization (RFC 5849 section 2): issues temporary credentials, and
//! exchanges them for token credentials. The user's consent in between is in `consent.rs`.

use std::{net::IpAddr, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{Action, Actor, Consumer};
use oauth::{Problem, Request, SignedRequest};
use store::{
    CachedConsumer, Inserted, NewTemporaryCredentials, NewToken, Outcome, State, StoreError,
    TemporaryCredentials,
    activity::{By, NewActivity},
    random,
    vault::Secret,
};
use subtle::ConstantTimeEq as _;
use time::OffsetDateTime;

use crate::{
    consumers::{
        callback_urls::{self, is_same},
        fields::{self, CallbackError},
    },
    guard::token,
    oauth1::{
        callback::{self, OUT_OF_BAND, WITH_THE_DECISION},
        verify::{Checked, Credentials, Stage, VerifyError, check_status},
    },
    service::Service,
};

/// Why a consumer gets no temporary credentials.
#[derive(Debug, thiserror::Error)]
pub enum NotIssued {
    /// The request is refused, or could not be checked.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The consumer has too many that are open.
    #[error("{problem}")]
    TooMany {
        /// The refusal that the consumer gets.
        problem: Problem,
        /// Until the first of them expires.
        retry_after: Duration,
    },
}

impl From<Problem> for NotIssued {
    fn from(problem: Problem) -> Self {
        Self::Verify(problem.into())
    }
}

impl From<StoreError> for NotIssued {
    fn from(error: StoreError) -> Self {
        Self::Verify(error.into())
    }
}

/// New credentials, for the consumer that requested them.
#[derive(Debug)]
pub struct Issued {
    /// `oauth_token`
    pub token: String,
    /// `oauth_token_secret`
    pub secret: Secret,
}

impl Issued {
    fn new() -> Self {
        let token = URL_SAFE_NO_PAD.encode(random::bytes::<16>());
        Self { token, secret: Secret::new(URL_SAFE_NO_PAD.encode(random::bytes::<32>())) }
    }
}

/// The provider of redirection-based authorization.
#[derive(Clone, Copy, Debug)]
pub struct Provider<'a>(pub(super) &'a Service);

impl Service {
    /// The provider of redirection-based authorization.
    pub fn provider(&self) -> Provider<'_> {
        Provider(self)
    }
}

impl Provider<'_> {
    /// Issues temporary credentials to an Approved consumer (RFC 5849 section 2.1) that may be used from its address.
    pub async fn temporary_credentials(
        self,
        request: &Request<'_>,
        address: IpAddr,
    ) -> Result<Issued, NotIssued> {
        let Checked { signed, consumer, .. } = self.0.check(request, Stage::Temporary, Some(address)).await?;
        callback_of(&signed, &consumer)?;
        let consumer = self.0.use_nonce(&signed, &consumer, Some(address)).await?;
        let callback = callback_of(&signed, &consumer)?;
        let now = self.0.clock.now();
        let issued = Issued::new();
        let new = NewTemporaryCredentials {
            token: issued.token.clone(),
            secret: issued.secret.clone(),
            consumer_key: consumer.key,
            callback,
            created_at: now,
            expires_at: now + self.0.rules.temporary_credentials_ttl,
        };
        let most = self.0.rules.most_open_temporary_credentials;
        let may = |current: &Consumer| check_bounds(current, address, now).is_ok();
        match self.0.store.temporary_credentials().insert(new, most, may).await? {
            Inserted::Stored => Ok(issued),
            Inserted::NotPermitted => Err(self.refusal_after_change(&consumer, address).await.into()),
            Inserted::TooMany(until) => {
                let retry_after = Duration::try_from(until - now).unwrap_or_default();
                Err(NotIssued::TooMany { problem: Problem::ConsumerThrottled { most }, retry_after })
            }
        }
    }

    /// Exchanges temporary credentials that a user has allowed for token credentials, once (section 2.3). Returns the
    /// username, too. A second exchange revokes the token of the first.
    pub async fn token_credentials(
        self,
        request: &Request<'_>,
        address: IpAddr,
    ) -> Result<(Issued, String), VerifyError> {
        let Checked { signed, consumer, credentials } =
            self.0.check(request, Stage::Exchange, Some(address)).await?;
        let Credentials::Temporary(temporary) = credentials else {
            return Err(Problem::TokenRejected.into());
        };
        // Absent only where the consumer may leave it out, which the check has seen.
        let verifier = signed.verifier();
        if temporary.state == State::Used {
            return Err(match self.0.use_nonce(&signed, &consumer, Some(address)).await {
                Ok(_) => self.refuse_again(&temporary, verifier, address).await,
                // A copy of an earlier request, which takes no knowledge of the verifier to send.
                Err(VerifyError::Refused(Problem::NonceUsed)) => Problem::TokenUsed.into(),
                Err(error) => error,
            });
        }
        let user_id = self.check_verifier(&temporary, verifier).await?;
        let user = self.0.enabled_user(user_id).await?;
        if callback::may_lead_to(&temporary.callback, consumer.callbacks()).is_err() {
            return Err(Problem::TokenRevoked.into());
        }
        self.0.use_nonce(&signed, &consumer, Some(address)).await?;
        let now = self.0.clock.now();
        let issued = Issued::new();
        let new = NewToken {
            token: issued.token.clone(),
            secret: issued.secret.clone(),
            consumer_key: consumer.key,
            user_id,
            created_at: now,
            expires_at: self.0.rules.token_ttl.map(|ttl| now + ttl),
        };
        let by = By {
            actor: Actor::User(user.username.clone()),
            address: Some(address.to_string()),
            at: now,
            reason: None,
        };
        let activity = NewActivity::access(by, Action::TokenIssued, consumer.key);
        let may = |current: &Consumer| {
            (verifier.is_some() || current.allow_oauth_1_0)
                && callback::may_lead_to(&temporary.callback, current.callbacks()).is_ok()
                && check_bounds(current, address, now).is_ok()
        };
        let table = self.0.store.temporary_credentials();
        match table.exchange(&temporary.token, new, activity, may).await? {
            Outcome::Stored => return Ok((issued, user.username.to_string())),
            Outcome::SignedOut => {
                // The cache may not have heard yet that the account is disabled.
                let account = self.0.store.users().find(&user.username).await?;
                let is_enabled = account.is_some_and(|account| !account.user.disabled);
                let problem = if is_enabled { Problem::TokenRevoked } else { Problem::PermissionDenied };
                return Err(problem.into());
            }
            Outcome::Over => {}
        }
        // Lost a race with another exchange, or with a change of the consumer.
        let error = self.refusal_after_change(&consumer, address).await;
        match self.0.store.temporary_credentials().find(&temporary.token).await? {
            Some(current) if current.state == State::Used => {
                Err(self.refuse_again(&current, verifier, address).await)
            }
            Some(current) if current.state == State::Revoked => Err(Problem::TokenRevoked.into()),
            _ => Err(error),
        }
    }

    /// Refuses to exchange temporary credentials again. With the right verifier, or without one where it may be absent,
    /// either this request or the first one is a thief's, so the token of the first one is revoked (RFC 9700 section 4.5,
    /// for codes).
    async fn refuse_again(
        self,
        temporary: &TemporaryCredentials,
        verifier: Option<&str>,
        address: IpAddr,
    ) -> VerifyError {
        if is_verifier(temporary, verifier)
            && let Err(error) = self.revoke_issued(temporary, address).await
        {
            return error.into();
        }
        Problem::TokenUsed.into()
    }

    async fn revoke_issued(
        self,
        temporary: &TemporaryCredentials,
        address: IpAddr,
    ) -> Result<(), StoreError> {
        let user = match temporary.user_id {
            Some(id) => self.0.store.users().cached(id).await?,
            None => None,
        };
        let Some(user) = user else { return Ok(()) };
        let at = self.0.clock.now();
        let by = By {
            actor: Actor::User(user.username.clone()),
            address: Some(address.to_string()),
            at,
            reason: None,
        };
        let activity = NewActivity::access(by, Action::TokensRevoked, temporary.consumer_key);
        if self.0.store.temporary_credentials().revoke_issued(&temporary.token, at, activity).await? {
            let consumer = temporary.consumer_key;
            tracing::warn!(%consumer, %address, "temporary credentials were exchanged again: their token is revoked");
        }
        Ok(())
    }

    /// The id of the user who allowed the temporary credentials, if these and the verifier are valid. Counts wrong
    /// verifiers.
    async fn check_verifier(
        self,
        temporary: &TemporaryCredentials,
        verifier: Option<&str>,
    ) -> Result<i64, VerifyError> {
        let expired = temporary.expires_at <= self.0.clock.now();
        match temporary.state {
            State::Revoked => return Err(Problem::TokenRevoked.into()),
            State::Used => return Err(Problem::TokenUsed.into()),
            State::Void => return Err(Problem::TokenRejected.into()),
            State::Undecided | State::Allowed | State::Denied if expired => {
                return Err(Problem::TokenExpired.into());
            }
            State::Undecided => return Err(Problem::TokenNotAuthorized.into()),
            State::Denied => return Err(Problem::PermissionDenied.into()),
            State::Allowed => {}
        }
        if !is_verifier(temporary, verifier) {
            self.0.store.temporary_credentials().add_wrong_verifier(&temporary.token).await?;
            return Err(Problem::VerifierInvalid.into());
        }
        temporary.user_id.ok_or_else(|| Problem::TokenNotAuthorized.into())
    }

    /// Why a consumer that has just passed the checks is refused. Reads the database, which is newer than the cache.
    async fn refusal_after_change(self, consumer: &CachedConsumer, address: IpAddr) -> VerifyError {
        match self.0.store.consumers().find(consumer.key).await {
            Ok(None) => Problem::ConsumerKeyUnknown.into(),
            Ok(Some(current)) => {
                let now = self.0.clock.now();
                let checked =
                    check_status(current.status).and_then(|()| check_bounds(&current, address, now));
                checked.err().unwrap_or(Problem::TokenRejected).into()
            }
            Err(error) => error.into(),
        }
    }
}

/// Refuses a consumer whose end has passed, or that may not be used from an address, by its row in the transaction.
fn check_bounds(current: &Consumer, address: IpAddr, now: OffsetDateTime) -> Result<(), Problem> {
    if current.has_ended(now) {
        return Err(Problem::ConsumerEnded);
    }
    let from = Some(address);
    if current.may_be_used_from(from) { Ok(()) } else { Err(Problem::ConsumerElsewhere { from }) }
}

/// Whether a verifier is the one that the user's approval made, or absent where it may be; the comparison takes constant
/// time.
fn is_verifier(temporary: &TemporaryCredentials, verifier: Option<&str>) -> bool {
    let Some(verifier) = verifier else {
        return true;
    };
    let hash = temporary.verifier_hash.as_deref().unwrap_or_default();
    hash.ct_eq(&token::hash(verifier)).into()
}

/// Where the user is sent back to. Only where OAuth 1.0 is allowed the consumer may leave it to the user's browser.
fn callback_of(signed: &SignedRequest<'_>, consumer: &CachedConsumer) -> Result<String, Problem> {
    match signed.callback() {
        Some(requested) => check_callback(requested, consumer),
        None if consumer.allow_oauth_1_0 => Ok(WITH_THE_DECISION.to_owned()),
        None => Err(Problem::ParameterAbsent(vec!["oauth_callback"])),
    }
}

/// Where the user is sent back to: the requested callback, if it is `oob` or an http(s) URL, and one of the registered ones
/// if there are any, which may be those of applications. `oob` then means the first of them (RFC 5849 section 2.1: known by
/// other means).
fn check_callback(requested: &str, consumer: &CachedConsumer) -> Result<String, Problem> {
    let rejected = |why| Problem::ParameterRejected { names: vec!["oauth_callback".to_owned()], why };
    // Unchanged, not trimmed: the consumer has signed it as it is.
    let is_callback = callback_urls::callback(requested).is_ok_and(|read| read.as_deref() == Some(requested));
    let first = consumer.callbacks().next();
    let meant = if requested == OUT_OF_BAND {
        first
    } else {
        consumer.callbacks().find(|registered| is_callback && is_same(registered, requested))
    };
    if meant.or(first).is_some_and(|registered| !callback::is_usable(registered)) {
        return Err(rejected(
            "The callback that is registered for this consumer is no address with a host; ask an administrator to \
             register it again.",
        ));
    }
    if requested == OUT_OF_BAND {
        return Ok(meant.unwrap_or(OUT_OF_BAND).to_owned());
    }
    if meant.is_some() {
        return Ok(requested.to_owned());
    }
    match fields::callback_url(requested) {
        Ok(Some(url)) if is_callback && first.is_none() => Ok(url),
        Ok(_) if is_callback => Err(rejected("It is not a callback that is registered for this consumer.")),
        Err(CallbackError::Host) => Err(rejected(
            "The host of a callback is a name of letters, digits, dots, hyphens and underscores, or an IP \
             address.",
        )),
        Err(CallbackError::TooLong) => Err(rejected("Give a callback of at most 2,000 bytes.")),
        Err(CallbackError::Scheme) if callback::is_usable(requested) => Err(rejected(
            "A callback of another scheme than http and https is accepted only where it is registered for the \
             consumer; ask an administrator to register it.",
        )),
        _ => Err(rejected(
            "Give oob or an absolute http or https URL without user name, password and fragment, or one of those that \
             are registered for the consumer.",
        )),
    }
}
