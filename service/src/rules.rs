//! What the settings decide: OAuth's methods, clock skew and lifetimes, who needs a second factor, and where this server is.

use std::time::Duration;

use domain::User;
use oauth::{Problem, Request, SignatureMethod};

use crate::guard::relying_party::RelyingParty;

/// Whose account must have a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequireSecondFactor {
    /// Nobody's.
    #[default]
    Off,
    /// That of users with *Configure Server*.
    Administrators,
    /// Everybody's.
    All,
}

impl RequireSecondFactor {
    /// Whether the user must have one and has none.
    pub(crate) fn is_missing(self, user: &User) -> bool {
        let is_required = match self {
            Self::Off => false,
            Self::Administrators => user.configure_server,
            Self::All => true,
        };
        is_required && !user.second_factor
    }
}

/// What this server accepts and issues.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Largest accepted difference between `oauth_timestamp` and the clock, in both directions.
    pub clock_skew: Duration,
    /// Lifetime of temporary credentials.
    pub temporary_credentials_ttl: Duration,
    /// Lifetime of token credentials; with `None` they last until they are revoked.
    pub token_ttl: Option<Duration>,
    /// The accepted methods, without PLAINTEXT.
    pub signature_methods: Vec<SignatureMethod>,
    /// How many temporary credentials of one consumer may be open at a time: neither expired nor exchanged.
    pub most_open_temporary_credentials: u64,
    /// Whether PLAINTEXT is accepted where the request itself is https: it sends the secrets themselves.
    pub allow_plaintext: bool,
    /// Whether programs may ask for a key themselves.
    pub key_requests: bool,
    /// Whose account must have a second factor: without one, a session opens nothing but its set-up.
    pub require_second_factor: RequireSecondFactor,
    /// This server as browsers know it, where they have passkeys for it.
    pub relying_party: Option<RelyingParty>,
    /// Host and port that browsers see, which make no password; empty where they are unknown.
    pub site: String,
}

impl Rules {
    /// Every method that does not send the secrets themselves.
    pub fn all_but_plaintext() -> Vec<SignatureMethod> {
        let all = SignatureMethod::ALL.into_iter();
        all.filter(|method| *method != SignatureMethod::Plaintext).collect()
    }

    /// Whether a request may be signed with this method.
    pub(crate) fn check_method(&self, method: SignatureMethod, request: &Request<'_>) -> Result<(), Problem> {
        let is_accepted = if method == SignatureMethod::Plaintext {
            self.takes_plaintext_from(request) && !request.is_signed_in_query()
        } else {
            self.signature_methods.contains(&method)
        };
        if is_accepted { Ok(()) } else { Err(self.method_rejected(request)) }
    }

    /// Adds to a problem with the method which ones are accepted.
    pub(crate) fn explain(&self, problem: Problem, request: &Request<'_>) -> Problem {
        match problem {
            Problem::SignatureMethodRejected { .. } => self.method_rejected(request),
            other => other,
        }
    }

    /// Rejects what needs a shared secret, for a consumer without one: names the RSA methods, or where none is accepted, those
    /// that are.
    pub(crate) fn rsa_alone(&self, request: &Request<'_>) -> Problem {
        let rsa = self.signature_methods.iter().filter(|method| method.is_rsa());
        let accepted: Vec<_> = rsa.map(|method| method.name()).collect();
        if accepted.is_empty() {
            self.method_rejected(request)
        } else {
            Problem::SignatureMethodRejected { accepted }
        }
    }

    fn method_rejected(&self, request: &Request<'_>) -> Problem {
        let mut accepted: Vec<_> = self.signature_methods.iter().map(|method| method.name()).collect();
        if self.takes_plaintext_from(request) {
            accepted.push("PLAINTEXT outside of the query");
        } else if self.allow_plaintext {
            accepted.push("PLAINTEXT outside of the query where the request's URL is https");
        }
        Problem::SignatureMethodRejected { accepted }
    }

    /// By the scheme of the request itself: a tool's own, and for ours that of the public URL.
    fn takes_plaintext_from(&self, request: &Request<'_>) -> bool {
        self.allow_plaintext && request.base_string_uri.starts_with(b"https://")
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            clock_skew: Duration::from_mins(5),
            temporary_credentials_ttl: Duration::from_mins(10),
            token_ttl: None,
            signature_methods: Self::all_but_plaintext(),
            most_open_temporary_credentials: 1_000,
            allow_plaintext: false,
            key_requests: true,
            require_second_factor: RequireSecondFactor::default(),
            relying_party: None,
            site: String::new(),
        }
    }
}
