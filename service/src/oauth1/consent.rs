//! The user's consent (RFC 5849 section 2.2): the question whether a consumer may act for them, and their answer.

use std::sync::Arc;

use domain::{Action, Consumer};
use oauth::Problem;
use store::{
    CachedConsumer, ConsentDecision, Decider, Outcome, State, StoreError, TemporaryCredentials,
    activity::NewActivity, random,
};
use url::Url;

use crate::{
    consumers::callback_urls::is_same,
    error::ServiceError,
    guard::{admin::SignedIn, token},
    oauth1::{
        callback::{self, LeadsNowhere, WITH_THE_DECISION},
        provider::Provider,
        verify::check_status,
    },
};

/// Why a user cannot decide about temporary credentials.
#[derive(Debug, thiserror::Error)]
pub enum AuthorizeError {
    /// The temporary credentials do not exist.
    #[error("This request is unknown. It may be very old, or the link is incomplete.")]
    Unknown,
    /// They have been decided or exchanged already.
    #[error("This request has been answered already.")]
    Answered,
    /// They have expired.
    #[error("This request has expired.")]
    Expired,
    /// They were revoked: an administrator signed every user out of the consumer.
    #[error("This request has been withdrawn: an administrator signed everybody out of {0}.")]
    Revoked(String),
    /// The consumer is Pending or Disapproved.
    #[error("{0} is not approved here, so it cannot sign anybody in.")]
    NotApproved(String),
    /// The consumer's end has passed.
    #[error("The time of {0} is over here, so it cannot sign anybody in.")]
    Ended(String),
    /// They lead to a callback that is not a registered one any more.
    #[error(
        "This request has been withdrawn: an administrator has registered another callback for {0} since, or taken this one away."
    )]
    OtherCallback(String),
    /// They were requested without a callback, which the consumer may not leave out any more.
    #[error(
        "This request has been withdrawn: an administrator has switched off Allow OAuth 1.0 for {0} since."
    )]
    NeedsCallback(String),
    /// They were requested without a callback, and the authorize URL names one that is not accepted.
    #[error(
        "{0} would send you to an address that is not accepted here: it has to be one address that begins with https:// or http://, without user name, password and fragment."
    )]
    BadCallback(String),
    /// Their callback has no host: an earlier version kept it.
    #[error("{0} would send you to an address whose host is neither a name nor an IP address.")]
    NoHost(String),
    /// The session has ended, or the account was disabled, before the answer was stored.
    #[error("You were signed out before your answer was stored, so nothing was decided.")]
    SignedOut,
    /// The consumer has changed while the decision was on its way.
    #[error("An administrator has changed {0} at this very moment, so nothing was decided.")]
    Changed(String),
    /// Loading or saving failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for AuthorizeError {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

/// The question to a user: may this consumer act for you?
pub struct Question {
    /// With the callback that the answer is sent to.
    credentials: TemporaryCredentials,
    consumer: Arc<CachedConsumer>,
    /// Whether they were requested without a callback, as OAuth 1.0 did.
    is_late: bool,
}

impl Question {
    /// The consumer that wants to act for the user.
    pub fn consumer(&self) -> &CachedConsumer {
        &self.consumer
    }

    /// Where the answer is sent; `None` for `oob`.
    pub fn callback(&self) -> Option<Url> {
        Url::parse(&self.credentials.callback).ok()
    }

    /// The callback or `oob`, if the request for these credentials did not name it, as in OAuth 1.0: what brings the answer
    /// has to name it once more.
    pub fn named_callback(&self) -> Option<&str> {
        Some(&*self.credentials.callback).filter(|_| self.is_late)
    }

    /// Whether it is answered without the user: the consumer skips consent, and the answer is sent to a callback that is
    /// registered for it.
    pub fn is_unasked(&self) -> bool {
        self.unasked_callback().is_some()
    }

    /// The registered callback to which the answer is sent without asking the user.
    fn unasked_callback(&self) -> Option<&str> {
        let mut registered = self.consumer.callbacks().filter(|_| self.consumer.skips_consent);
        registered.find(|registered| is_same(registered, &self.credentials.callback))
    }
}

/// What follows the user's decision. Not `Debug`, since it contains the verifier.
pub enum Answer {
    /// The browser is redirected to the consumer.
    Callback(Url),
    /// The user types the verifier into the consumer.
    Verifier {
        /// The consumer's name.
        consumer: String,
        /// The verifier.
        verifier: String,
    },
    /// The user has denied access, and there is no callback.
    Denied {
        /// The consumer's name.
        consumer: String,
    },
}

impl Provider<'_> {
    /// The question to put to the user about temporary credentials (section 2.2).
    pub async fn question(self, token: &str) -> Result<Question, AuthorizeError> {
        self.question_with(token, &[]).await
    }

    /// The same, with the callbacks that the authorize URL names: `oauth_callback` stood there in OAuth 1.0, and counts for
    /// credentials that were requested without one.
    pub async fn question_with(self, token: &str, named: &[String]) -> Result<Question, AuthorizeError> {
        let found = self.0.store.temporary_credentials().find(token).await?;
        let mut credentials =
            found.filter(|found| found.state != State::Void).ok_or(AuthorizeError::Unknown)?;
        let consumer = self.0.store.consumers().cached(credentials.consumer_key).await?;
        let consumer = consumer.ok_or(AuthorizeError::Unknown)?;
        let name = || consumer.name.to_string();
        check_status(consumer.status).map_err(|_| AuthorizeError::NotApproved(name()))?;
        if consumer.has_ended(self.0.clock.now()) {
            return Err(AuthorizeError::Ended(name()));
        }
        match credentials.state {
            State::Revoked => return Err(AuthorizeError::Revoked(name())),
            State::Used | State::Allowed | State::Denied | State::Void => {
                return Err(AuthorizeError::Answered);
            }
            State::Undecided if credentials.expires_at <= self.0.clock.now() => {
                return Err(AuthorizeError::Expired);
            }
            State::Undecided => {}
        }
        let is_late = credentials.callback == WITH_THE_DECISION;
        if is_late {
            if !consumer.allow_oauth_1_0 {
                return Err(AuthorizeError::NeedsCallback(name()));
            }
            let decided = callback::with_the_decision(consumer.callbacks(), named);
            credentials.callback = decided.ok_or_else(|| AuthorizeError::BadCallback(name()))?;
        }
        match callback::may_lead_to(&credentials.callback, consumer.callbacks()) {
            Ok(()) => {}
            // The user would be sent where no administrator wants them.
            Err(LeadsNowhere::NotRegistered) => return Err(AuthorizeError::OtherCallback(name())),
            Err(LeadsNowhere::NoHost) => return Err(AuthorizeError::NoHost(name())),
        }
        Ok(Question { credentials, consumer, is_late })
    }

    /// Lets the consumer act for the user, who was asked.
    pub async fn allow(self, signed_in: &SignedIn, question: Question) -> Result<Answer, AuthorizeError> {
        self.grant(signed_in, question, ConsentDecision::Allow).await
    }

    /// Lets a trusted consumer act for the user without asking them.
    pub async fn allow_unasked(
        self,
        signed_in: &SignedIn,
        question: Question,
    ) -> Result<Answer, AuthorizeError> {
        let Some(registered_callback) = question.unasked_callback().map(str::to_owned) else {
            return Err(AuthorizeError::Changed(question.consumer.name.to_string()));
        };
        let decision = |verifier_hash| ConsentDecision::AllowUnasked { verifier_hash, registered_callback };
        self.grant(signed_in, question, decision).await
    }

    async fn grant(
        self,
        signed_in: &SignedIn,
        question: Question,
        decision: impl FnOnce(Vec<u8>) -> ConsentDecision,
    ) -> Result<Answer, AuthorizeError> {
        let verifier = new_verifier();
        let decision = decision(token::hash(&verifier));
        self.answer(signed_in, &question, decision, Action::AccessAllowed).await?;
        Ok(match question.callback() {
            Some(callback) => Answer::Callback(with_parameters(
                callback,
                [("oauth_token", &question.credentials.token), ("oauth_verifier", &verifier)],
            )),
            None => Answer::Verifier { consumer: question.consumer.name.to_string(), verifier },
        })
    }

    /// Does not let the consumer act for the user.
    pub async fn deny(self, signed_in: &SignedIn, question: Question) -> Result<Answer, AuthorizeError> {
        self.answer(signed_in, &question, ConsentDecision::Deny, Action::AccessDenied).await?;
        let problem = Problem::PermissionDenied.name();
        Ok(match question.callback() {
            Some(callback) => Answer::Callback(with_parameters(
                callback,
                [("oauth_token", &question.credentials.token), ("oauth_problem", problem)],
            )),
            None => Answer::Denied { consumer: question.consumer.name.to_string() },
        })
    }

    async fn answer(
        self,
        signed_in: &SignedIn,
        question: &Question,
        decision: ConsentDecision,
        action: Action,
    ) -> Result<(), AuthorizeError> {
        let at = self.0.clock.now();
        let activity = NewActivity::access(signed_in.by(at), action, question.consumer.key);
        let credentials = &question.credentials;
        let decider = Decider { user_id: signed_in.id(), session: signed_in.session() };
        let may = |current: &Consumer| {
            (current.allow_oauth_1_0 || !question.is_late)
                && callback::may_lead_to(&credentials.callback, current.callbacks()).is_ok()
                && !current.has_ended(at)
        };
        let table = self.0.store.temporary_credentials();
        match table.decide(credentials, decider, decision, activity, may).await? {
            Outcome::Stored => Ok(()),
            Outcome::SignedOut => Err(AuthorizeError::SignedOut),
            Outcome::Over => {
                // Lost a race: report what the winner did.
                let named = question.named_callback().map(str::to_owned);
                let question = self.question_with(&credentials.token, named.as_slice()).await?;
                Err(AuthorizeError::Changed(question.consumer.name.to_string()))
            }
        }
    }
}

/// Appends parameters to the query of a URL.
fn with_parameters(mut url: Url, parameters: [(&str, &str); 2]) -> Url {
    url.query_pairs_mut().extend_pairs(parameters);
    url
}

/// A new verifier: short enough to type, and limited to five guesses.
fn new_verifier() -> String {
    // Without look-alikes. 32 of them divide 256, so that each is equally likely.
    const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    random::bytes::<10>().iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_follow_the_query_of_the_callback() {
        let redirect = |url: &str| {
            with_parameters(Url::parse(url).unwrap(), [("oauth_token", "a b"), ("oauth_verifier", "X")])
        };
        assert_eq!(
            redirect("https://app.example/cb").as_str(),
            "https://app.example/cb?oauth_token=a+b&oauth_verifier=X"
        );
        assert_eq!(
            redirect("https://app.example/cb?next=%2Fx%3D1").as_str(),
            "https://app.example/cb?next=%2Fx%3D1&oauth_token=a+b&oauth_verifier=X"
        );
    }

    #[test]
    fn a_verifier_contains_no_look_alikes() {
        let verifier = new_verifier();
        assert_eq!(verifier.len(), 10);
        assert!(!verifier.contains(['0', 'O', '1', 'I']), "{verifier}");
    }
}
