//! The provider's side of redirection-based authorization (RFC 5849 section 2): issues temporary credentials, and
//! exchanges them for token credentials. The user's consent in between is in `consent.rs`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{Action, Actor};
use oauth::{Problem, Request};
use store::{
    CachedConsumer, NewTemporaryCredentials, NewToken, State, TemporaryCredentials,
    activity::{By, NewActivity},
    random,
    vault::Secret,
};
use subtle::ConstantTimeEq as _;

use crate::{
    consumers::fields::{self, CallbackError},
    guard::token,
    oauth1::verify::{Checked, Credentials, Stage, VerifyError, check_status},
    service::Service,
};

/// `oauth_callback` of consumers that have no callback, or whose callback is registered (RFC 5849 section 2.1).
pub const OUT_OF_BAND: &str = "oob";

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
    /// Issues temporary credentials to an Approved consumer (RFC 5849 section 2.1).
    pub async fn temporary_credentials(self, request: &Request<'_>) -> Result<Issued, VerifyError> {
        let Checked { signed, consumer, .. } = self.0.check(request, Stage::Temporary).await?;
        let callback = check_callback(signed.callback().unwrap_or_default(), &consumer)?;
        self.0.use_nonce(&signed, &consumer).await?;
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
        if self.0.store.temporary_credentials().insert(new).await? {
            Ok(issued)
        } else {
            Err(self.refusal_after_change(&consumer).await)
        }
    }

    /// Exchanges temporary credentials that a user has allowed for token credentials, once (section 2.3). Returns the
    /// username, too.
    pub async fn token_credentials(self, request: &Request<'_>) -> Result<(Issued, String), VerifyError> {
        let Checked { signed, consumer, credentials } = self.0.check(request, Stage::Exchange).await?;
        let Credentials::Temporary(temporary) = credentials else {
            return Err(Problem::TokenRejected.into());
        };
        let user_id = self.check_verifier(&temporary, signed.verifier().unwrap_or_default()).await?;
        let user = self.0.enabled_user(user_id).await?;
        self.0.use_nonce(&signed, &consumer).await?;
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
        let by = By { actor: Actor::User(user.username.clone()), address: None, at: now };
        let activity = NewActivity::access(by, Action::TokenIssued, consumer.key);
        if self.0.store.temporary_credentials().exchange(&temporary.token, new, activity).await? {
            return Ok((issued, user.username.to_string()));
        }
        // Lost a race with another exchange, or with a change of the consumer.
        let error = self.refusal_after_change(&consumer).await;
        match self.0.store.temporary_credentials().find(&temporary.token).await? {
            Some(current) if current.state == State::Used => Err(Problem::TokenUsed.into()),
            Some(current) if current.state == State::Revoked => Err(Problem::TokenRevoked.into()),
            _ => Err(error),
        }
    }

    /// The id of the user who allowed the temporary credentials, if these and the verifier are valid. Counts wrong
    /// verifiers.
    async fn check_verifier(
        self,
        temporary: &TemporaryCredentials,
        verifier: &str,
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
        let hash = temporary.verifier_hash.as_deref().unwrap_or_default();
        if !bool::from(hash.ct_eq(&token::hash(verifier))) {
            self.0.store.temporary_credentials().add_wrong_verifier(&temporary.token).await?;
            return Err(Problem::VerifierInvalid.into());
        }
        temporary.user_id.ok_or_else(|| Problem::TokenNotAuthorized.into())
    }

    /// Why a consumer that has just passed the checks is refused. Reads the database, which is newer than the cache.
    async fn refusal_after_change(self, consumer: &CachedConsumer) -> VerifyError {
        match self.0.store.consumers().find(consumer.key).await {
            Ok(None) => Problem::ConsumerKeyUnknown.into(),
            Ok(Some(current)) => check_status(current.status).err().unwrap_or(Problem::TokenRejected).into(),
            Err(error) => error.into(),
        }
    }
}

/// Where the user is sent back to: the requested callback, if it is `oob` or an http(s) URL, and equal to the registered
/// one if there is one. With a registered one, `oob` means that (RFC 5849 section 2.1: known by other means).
fn check_callback(requested: &str, consumer: &CachedConsumer) -> Result<String, Problem> {
    let rejected = |why| Problem::ParameterRejected { names: vec!["oauth_callback".to_owned()], why };
    let registered = consumer.callback_url.as_deref();
    if requested == OUT_OF_BAND {
        return Ok(registered.unwrap_or(OUT_OF_BAND).to_owned());
    }
    let requested = match fields::callback_url(requested) {
        // Unchanged, not trimmed: the consumer has signed it as it is.
        Ok(Some(url)) if url == requested => url,
        Err(CallbackError::TooLong) => return Err(rejected("Give a callback of at most 2,000 bytes.")),
        _ => {
            return Err(rejected(
                "Give oob or an absolute http or https URL without user name, password and fragment.",
            ));
        }
    };
    if registered.is_some_and(|registered| !fields::is_same_url(registered, &requested)) {
        return Err(rejected("It is not the callback that is registered for this consumer."));
    }
    Ok(requested)
}
