//! The provider's side of the dance (RFC 5849 section 2): temporary credentials, the user's decision, token credentials.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{Action, Actor};
use oauth::{Problem, Request};
use store::{
    CachedConsumer, Decision, NewTemporaryCredentials, NewToken, State, TemporaryCredentials,
    activity::{By, NewActivity},
    random,
    vault::Secret,
};
use subtle::ConstantTimeEq as _;
use url::Url;

use crate::{
    consumers::fields::{self, CallbackError},
    error::ServiceError,
    guard::{admin::SignedIn, token},
    oauth1::verify::{Checked, Credentials, Stage, VerifyError, check_status},
    service::Service,
};

/// The callback of consumers that cannot be called back (RFC 5849 section 2.1).
pub const OUT_OF_BAND: &str = "oob";

/// New credentials, for the consumer that asked.
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

/// Why a user cannot be asked, or not any more.
#[derive(Debug, thiserror::Error)]
pub enum AuthorizeError {
    /// No such temporary credentials.
    #[error("This request is unknown. It may be very old, or the link is incomplete.")]
    Unknown,
    /// Decided or exchanged already.
    #[error("This request has been answered already.")]
    Answered,
    /// Too late.
    #[error("This request has expired.")]
    Expired,
    /// Everybody was signed out of the consumer meanwhile.
    #[error("This request has been withdrawn: an administrator signed everybody out of {0}.")]
    Revoked(String),
    /// The consumer is Pending or Disapproved.
    #[error("{0} is not approved here, so it cannot sign anybody in.")]
    NotApproved(String),
    /// It could not be looked up or saved.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<store::StoreError> for AuthorizeError {
    fn from(error: store::StoreError) -> Self {
        Self::Service(error.into())
    }
}

/// What a user is asked: whether this consumer may act for them.
pub struct Question {
    credentials: TemporaryCredentials,
    consumer: std::sync::Arc<CachedConsumer>,
}

impl Question {
    /// Who asks.
    pub fn consumer(&self) -> &CachedConsumer {
        &self.consumer
    }

    /// Where the answer goes; none for consumers that cannot be called back.
    pub fn callback(&self) -> Option<Url> {
        Url::parse(&self.credentials.callback).ok()
    }
}

/// Where a user goes after deciding. Does not print: the verifier is part of it.
pub enum Answer {
    /// Back to the consumer.
    Callback(Url),
    /// Nowhere: they type this into the consumer.
    Verifier {
        /// The consumer's name.
        consumer: String,
        /// What to type.
        verifier: String,
    },
    /// Nowhere, and there is nothing to type.
    Denied {
        /// The consumer's name.
        consumer: String,
    },
}

impl Service {
    /// Temporary credentials for an Approved consumer (RFC 5849 section 2.1).
    pub async fn temporary_credentials(&self, request: &Request<'_>) -> Result<Issued, VerifyError> {
        let Checked { signed, consumer, .. } = self.check(request, Stage::Temporary).await?;
        let callback = callback(signed.callback().unwrap_or_default(), &consumer)?;
        self.use_nonce(&signed, &consumer).await?;
        let now = self.clock.now();
        let issued = Issued::new();
        let new = NewTemporaryCredentials {
            token: issued.token.clone(),
            secret: issued.secret.clone(),
            consumer_key: consumer.key,
            callback,
            created_at: now,
            expires_at: now + self.rules.temporary_credentials_ttl,
        };
        if self.store.insert_temporary_credentials(new).await? {
            Ok(issued)
        } else {
            Err(self.changed_meanwhile(&consumer).await)
        }
    }

    /// Token credentials for temporary ones that a user allowed, once (section 2.3); with the user's name.
    pub async fn token_credentials(&self, request: &Request<'_>) -> Result<(Issued, String), VerifyError> {
        let Checked { signed, consumer, credentials } = self.check(request, Stage::Exchange).await?;
        let Credentials::Temporary(temporary) = credentials else {
            return Err(Problem::TokenRejected.into());
        };
        let user_id = self.decided_by(&temporary, signed.verifier().unwrap_or_default()).await?;
        let user = self.enabled_user(user_id).await?;
        self.use_nonce(&signed, &consumer).await?;
        let now = self.clock.now();
        let issued = Issued::new();
        let new = NewToken {
            token: issued.token.clone(),
            secret: issued.secret.clone(),
            consumer_key: consumer.key,
            user_id,
            created_at: now,
            expires_at: self.rules.token_ttl.map(|ttl| now + ttl),
        };
        let by = By { actor: Actor::User(user.username.clone()), address: None, at: now };
        let activity = NewActivity::access(by, Action::TokenIssued, consumer.key);
        if self.store.exchange_temporary_credentials(&temporary.token, new, activity).await? {
            return Ok((issued, user.username.to_string()));
        }
        // Somebody was faster: another exchange, or a decision about the consumer.
        let error = self.changed_meanwhile(&consumer).await;
        match self.store.find_temporary_credentials(&temporary.token).await? {
            Some(now) if now.state == State::Used => Err(Problem::TokenUsed.into()),
            Some(now) if now.state == State::Revoked => Err(Problem::TokenRevoked.into()),
            _ => Err(error),
        }
    }

    /// Who allowed it, where everything about the temporary credentials is right; counts wrong verifiers.
    async fn decided_by(&self, temporary: &TemporaryCredentials, verifier: &str) -> Result<i64, VerifyError> {
        let expired = temporary.expires_at <= self.clock.now();
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
            self.store.count_wrong_verifier(&temporary.token).await?;
            return Err(Problem::VerifierInvalid.into());
        }
        temporary.user_id.ok_or_else(|| Problem::TokenNotAuthorized.into())
    }

    /// Why a consumer that was Approved a moment ago got nothing: asked of the database, which knows more than memory.
    async fn changed_meanwhile(&self, consumer: &CachedConsumer) -> VerifyError {
        match self.store.find_consumer(consumer.key).await {
            Ok(None) => Problem::ConsumerKeyUnknown.into(),
            Ok(Some(now)) => check_status(now.status).err().unwrap_or(Problem::TokenRejected).into(),
            Err(error) => error.into(),
        }
    }

    /// What a user is asked for temporary credentials (section 2.2).
    pub async fn question(&self, token: &str) -> Result<Question, AuthorizeError> {
        let found = self.store.find_temporary_credentials(token).await?;
        let credentials = found.filter(|found| found.state != State::Void).ok_or(AuthorizeError::Unknown)?;
        let consumer = self.store.cached_consumer(credentials.consumer_key).await?;
        let consumer = consumer.ok_or(AuthorizeError::Unknown)?;
        let name = || consumer.name.to_string();
        check_status(consumer.status).map_err(|_| AuthorizeError::NotApproved(name()))?;
        match credentials.state {
            State::Revoked => return Err(AuthorizeError::Revoked(name())),
            State::Used | State::Allowed | State::Denied | State::Void => {
                return Err(AuthorizeError::Answered);
            }
            State::Undecided if credentials.expires_at <= self.clock.now() => {
                return Err(AuthorizeError::Expired);
            }
            State::Undecided => {}
        }
        Ok(Question { credentials, consumer })
    }

    /// The user lets the consumer act for them.
    pub async fn allow(&self, signed_in: &SignedIn, question: Question) -> Result<Answer, AuthorizeError> {
        let verifier = verifier();
        let decision = Decision::Allow(token::hash(&verifier));
        self.answer(signed_in, &question, decision, Action::AccessAllowed).await?;
        Ok(match question.callback() {
            Some(callback) => Answer::Callback(with(
                callback,
                [("oauth_token", &question.credentials.token), ("oauth_verifier", &verifier)],
            )),
            None => Answer::Verifier { consumer: question.consumer.name.to_string(), verifier },
        })
    }

    /// The user does not.
    pub async fn deny(&self, signed_in: &SignedIn, question: Question) -> Result<Answer, AuthorizeError> {
        self.answer(signed_in, &question, Decision::Deny, Action::AccessDenied).await?;
        let problem = Problem::PermissionDenied.name();
        Ok(match question.callback() {
            Some(callback) => Answer::Callback(with(
                callback,
                [("oauth_token", &question.credentials.token), ("oauth_problem", problem)],
            )),
            None => Answer::Denied { consumer: question.consumer.name.to_string() },
        })
    }

    async fn answer(
        &self,
        signed_in: &SignedIn,
        question: &Question,
        decision: Decision,
        action: Action,
    ) -> Result<(), AuthorizeError> {
        let activity = NewActivity::access(signed_in.by(self.clock.now()), action, question.consumer.key);
        let credentials = &question.credentials;
        if self.store.decide_temporary_credentials(credentials, signed_in.id(), decision, activity).await? {
            return Ok(());
        }
        // Somebody was faster: say what they did.
        self.question(&credentials.token).await?;
        Err(AuthorizeError::Answered)
    }
}

/// The callback that a consumer asks for, if it may: `oob` or an http(s) URL, and the registered one where there is one.
fn callback(asked: &str, consumer: &CachedConsumer) -> Result<String, Problem> {
    let rejected = |why| Problem::ParameterRejected { names: vec!["oauth_callback".to_owned()], why };
    let registered = consumer.callback_url.as_deref();
    if asked == OUT_OF_BAND {
        return match registered {
            None => Ok(OUT_OF_BAND.to_owned()),
            Some(_) => Err(rejected("This consumer has a registered callback, so oob is not accepted.")),
        };
    }
    let asked = match fields::callback_url(asked) {
        // Nothing is taken off it: it is signed as it stands.
        Ok(Some(url)) if url == asked => url,
        Err(CallbackError::TooLong) => return Err(rejected("Give a callback of at most 2,000 bytes.")),
        _ => {
            return Err(rejected(
                "Give oob or an absolute http or https URL without user name, password and fragment.",
            ));
        }
    };
    let same = |registered: &str| Url::parse(registered).ok() == Url::parse(&asked).ok();
    if registered.is_some_and(|registered| !same(registered)) {
        return Err(rejected("It is not the callback that is registered for this consumer."));
    }
    Ok(asked)
}

/// A URL with parameters behind whatever query it has.
fn with(mut url: Url, parameters: [(&str, &str); 2]) -> Url {
    url.query_pairs_mut().extend_pairs(parameters);
    url
}

/// Proof that the user came back to the consumer: short enough to type, and five guesses are all there are.
fn verifier() -> String {
    // Without letters that look like others; 32 of them, so that each is as likely as the next.
    const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    random::bytes::<10>().iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_callback_is_told_stands_behind_its_own_query() {
        let told =
            |url: &str| with(Url::parse(url).unwrap(), [("oauth_token", "a b"), ("oauth_verifier", "X")]);
        assert_eq!(
            told("https://app.example/cb").as_str(),
            "https://app.example/cb?oauth_token=a+b&oauth_verifier=X"
        );
        assert_eq!(
            told("https://app.example/cb?next=%2Fx%3D1").as_str(),
            "https://app.example/cb?next=%2Fx%3D1&oauth_token=a+b&oauth_verifier=X"
        );
    }

    #[test]
    fn a_verifier_can_be_read_aloud() {
        let verifier = verifier();
        assert_eq!(verifier.len(), 10);
        assert!(!verifier.contains(['0', 'O', '1', 'I']), "{verifier}");
    }
}
