//! Reasons to refuse a request: the codes of the OAuth Problem Reporting extension, and advice for developers.

use std::{borrow::Cow, fmt::Write as _, net::IpAddr};

use crate::encoding::encode;

/// The longest detail in a header field, in bytes: proxies have 4 KiB for all of them together.
const LONGEST_DETAIL: usize = 1024;

/// What clients of OAuth 1.0, before revision A, do not send.
const SINCE_1_0A: [&str; 2] = ["oauth_callback", "oauth_verifier"];

/// Why a request is refused. `Display` is the advice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.advice())]
pub enum Problem {
    /// These parameters are missing or empty.
    ParameterAbsent(Vec<&'static str>),
    /// Parameters are malformed, repeated, too long or too many.
    ParameterRejected {
        /// The decoded names, as far as they are known, with U+FFFD where one is not UTF-8. The client chooses them.
        names: Vec<String>,
        /// What is wrong and what to do, in one or two sentences.
        why: &'static str,
    },
    /// `oauth_version` is neither 1.0 nor 1.0a.
    VersionRejected,
    /// The method is unknown or not allowed, or the consumer has no RSA key or no secret for it.
    SignatureMethodRejected {
        /// The names of the methods that the server accepts; empty where it has not said so.
        accepted: Vec<&'static str>,
    },
    /// The timestamp differs too much from the server's time, or is of a time that the server has forgotten.
    TimestampRefused {
        /// The earliest accepted Unix time, in seconds.
        from: u64,
        /// The latest accepted Unix time, in seconds; now, which is before `from`, where the time of a right clock is not
        /// accepted yet.
        to: u64,
    },
    /// The timestamp counts milliseconds or smaller units, where OAuth counts seconds.
    TimestampTooFine {
        /// The unit that it counts.
        unit: &'static str,
        /// The earliest accepted Unix time, in seconds.
        from: u64,
        /// The latest accepted Unix time, in seconds; not before `from`.
        to: u64,
    },
    /// The nonce was used before.
    NonceUsed,
    /// The signature does not match.
    SignatureInvalid,
    /// The consumer does not exist, or was removed.
    ConsumerKeyUnknown,
    /// The consumer is not approved yet.
    ConsumerKeyRefused,
    /// The consumer is disapproved.
    ConsumerKeyRejected,
    /// The consumer's end has passed.
    ConsumerEnded,
    /// The consumer may not be used from where the request comes.
    ConsumerElsewhere {
        /// Where it comes from; `None` if that is not known.
        from: Option<IpAddr>,
    },
    /// The consumer has as many open temporary credentials as it may have.
    ConsumerThrottled {
        /// How many it may have.
        most: u64,
    },
    /// The token is unknown, was issued to another consumer, or is of the wrong kind.
    TokenRejected,
    /// The temporary credentials were already exchanged.
    TokenUsed,
    /// The token was revoked.
    TokenRevoked,
    /// The user has not decided yet.
    TokenNotAuthorized,
    /// The verifier is not the one issued with the user's approval.
    VerifierInvalid,
    /// The temporary credentials have expired.
    TokenExpired,
    /// The token credentials have expired.
    InvalidExpiredToken,
    /// The user refused, or the user's account is disabled.
    PermissionDenied,
}

impl Problem {
    /// Every value of `oauth_problem`, for programs that count them: a counter has to exist before the first event.
    ///
    /// ```
    /// assert!(oauth::Problem::NAMES.contains(&oauth::Problem::NonceUsed.name()));
    /// ```
    pub const NAMES: [&'static str; 18] = [
        "parameter_absent",
        "parameter_rejected",
        "version_rejected",
        "signature_method_rejected",
        "timestamp_refused",
        "nonce_used",
        "signature_invalid",
        "consumer_key_unknown",
        "consumer_key_refused",
        "consumer_key_rejected",
        "token_rejected",
        "token_used",
        "token_revoked",
        "token_not_authorized",
        "verifier_invalid",
        "token_expired",
        "invalid_expired_token",
        "permission_denied",
    ];

    /// The value of `oauth_problem`, one of [`NAMES`](Self::NAMES).
    pub fn name(&self) -> &'static str {
        match self {
            Self::ParameterAbsent(_) => "parameter_absent",
            Self::ParameterRejected { .. } => "parameter_rejected",
            Self::VersionRejected => "version_rejected",
            Self::SignatureMethodRejected { .. } => "signature_method_rejected",
            Self::TimestampRefused { .. } | Self::TimestampTooFine { .. } => "timestamp_refused",
            Self::NonceUsed => "nonce_used",
            Self::SignatureInvalid => "signature_invalid",
            Self::ConsumerKeyUnknown => "consumer_key_unknown",
            // "Temporarily unacceptable": it is acceptable from elsewhere, or later. The extension's own example is a consumer
            // that is throttled.
            Self::ConsumerKeyRefused | Self::ConsumerElsewhere { .. } | Self::ConsumerThrottled { .. } => {
                "consumer_key_refused"
            }
            // "Permanently unacceptable".
            Self::ConsumerKeyRejected | Self::ConsumerEnded => "consumer_key_rejected",
            Self::TokenRejected => "token_rejected",
            Self::TokenUsed => "token_used",
            Self::TokenRevoked => "token_revoked",
            Self::TokenNotAuthorized => "token_not_authorized",
            Self::VerifierInvalid => "verifier_invalid",
            Self::TokenExpired => "token_expired",
            Self::InvalidExpiredToken => "invalid_expired_token",
            Self::PermissionDenied => "permission_denied",
        }
    }

    /// The status of the response: 400 if the request cannot be understood, 429 if there are too many (RFC 6585 §4), otherwise
    /// 401 (RFC 5849 §3.2).
    pub fn status(&self) -> u16 {
        match self {
            Self::ParameterAbsent(_)
            | Self::ParameterRejected { .. }
            | Self::VersionRejected
            | Self::SignatureMethodRejected { .. } => 400,
            Self::ConsumerThrottled { .. } => 429,
            _ => 401,
        }
    }

    /// Advice for the developer of the client: what happened, why, and what to do.
    pub fn advice(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::ParameterAbsent(names) if names.iter().all(|name| SINCE_1_0A.contains(name)) => {
                return format!(
                    "The request lacks {}; send and sign it, or, if the client knows no more than OAuth 1.0, ask an \
                     administrator to switch on Allow OAuth 1.0 for the consumer.",
                    names.join(", ")
                )
                .into();
            }
            Self::ParameterAbsent(names) => {
                return format!("The request lacks {}; send and sign what is missing.", names.join(", "))
                    .into();
            }
            Self::ParameterRejected { names, why } if !names.is_empty() => {
                return format!("{}: {why}", encoded(names, ", ")).into();
            }
            Self::ParameterRejected { why, .. } => why,
            Self::VersionRejected => {
                "The oauth_version is not one that is spoken here; send 1.0 or leave it out."
            }
            Self::SignatureMethodRejected { accepted } if !accepted.is_empty() => {
                return format!(
                    "This oauth_signature_method is not accepted for this request; use {}. An RSA method needs a \
                     public key and any other a shared secret, which an administrator gives the consumer.",
                    accepted.join(", ")
                )
                .into();
            }
            Self::SignatureMethodRejected { .. } => {
                "This oauth_signature_method cannot be used here; use HMAC-SHA256 or another HMAC method, or have an \
                 administrator give the consumer an RSA public key."
            }
            Self::TimestampRefused { from, to } if from > to => {
                return format!(
                    "The server accepts no oauth_timestamp at present, since it was restored from a backup or its clock \
                     was set back; sign the request again in {} seconds.",
                    from - to
                )
                .into();
            }
            Self::TimestampRefused { from, to } => {
                return format!(
                    "The oauth_timestamp is too far from the server's time, which takes {from} to {to}; set the \
                     client's clock right."
                )
                .into();
            }
            Self::TimestampTooFine { unit, from, to } => return too_fine(unit, *from, *to),
            Self::NonceUsed => {
                "This oauth_nonce was used before, so the request may be a replay; make a new nonce and sign again \
                 for each request."
            }
            Self::SignatureInvalid => {
                "The signature does not match the request; compare your base string with the server's view of method, \
                 URL and parameters, and check both secrets."
            }
            Self::ConsumerKeyUnknown => {
                "No consumer has this oauth_consumer_key; check the key, or register the consumer."
            }
            Self::ConsumerKeyRefused => {
                "The consumer waits for approval; ask an administrator to approve it, then try again."
            }
            Self::ConsumerKeyRejected => {
                "The consumer is disapproved; ask an administrator to approve it again."
            }
            Self::ConsumerEnded => {
                "The time of the consumer is over; ask an administrator to give it a later end, or a new consumer."
            }
            Self::ConsumerElsewhere { from } => return elsewhere(*from),
            Self::ConsumerThrottled { most } => return throttled(*most).into(),
            Self::TokenRejected => {
                "This oauth_token is unknown, belongs to another consumer or is of the wrong sort for this address; \
                 begin again with new temporary credentials."
            }
            Self::TokenUsed => {
                "These temporary credentials were exchanged for a token before; use that token, or begin again."
            }
            Self::TokenRevoked => "This token was revoked; ask the user to authorize the consumer again.",
            Self::TokenNotAuthorized => {
                "The user has not decided on these temporary credentials yet; send the user to the authorization page \
                 first."
            }
            Self::VerifierInvalid => {
                "The oauth_verifier is not the one that the user's approval made; send the one from the callback or \
                 the page, unchanged."
            }
            Self::TokenExpired => {
                "These temporary credentials have expired; begin again, and send the user to the authorization page \
                 at once."
            }
            Self::InvalidExpiredToken => {
                "This token has expired; ask the user to authorize the consumer again."
            }
            Self::PermissionDenied => {
                "The user said no, or the user's account is disabled; ask the user or an administrator."
            }
        })
    }

    /// Names and values for the body of the response: `oauth_problem`, `oauth_problem_advice` and, where they apply,
    /// `oauth_parameters_absent`, `oauth_parameters_rejected` (names, encoded and joined by `&`),
    /// `oauth_acceptable_timestamps` (Unix seconds) and `oauth_acceptable_versions` (both `from-to`).
    ///
    /// The values are not encoded yet; for a form body [`form`](crate::form) encodes them.
    ///
    /// ```
    /// let problem = oauth::Problem::ParameterAbsent(vec!["oauth_token", "oauth_verifier"]);
    /// assert!(problem.members().contains(&("oauth_parameters_absent", "oauth_token&oauth_verifier".into())));
    /// ```
    pub fn members(&self) -> Vec<(&'static str, String)> {
        let mut members =
            vec![("oauth_problem", self.name().into()), ("oauth_problem_advice", self.advice().into_owned())];
        members.extend(self.detail());
        members
    }

    /// The member that tells what exactly is wrong, or what would be right, for problems that have one.
    ///
    /// ```
    /// let problem = oauth::Problem::TimestampRefused { from: 137_130_700, to: 137_131_300 };
    /// assert_eq!(problem.detail(), Some(("oauth_acceptable_timestamps", "137130700-137131300".into())));
    /// assert_eq!(oauth::Problem::NonceUsed.detail(), None);
    /// ```
    pub fn detail(&self) -> Option<(&'static str, String)> {
        match self {
            Self::ParameterAbsent(names) => Some(("oauth_parameters_absent", names.join("&"))),
            Self::ParameterRejected { names, .. } if !names.is_empty() => {
                Some(("oauth_parameters_rejected", encoded(names, "&")))
            }
            Self::TimestampRefused { from, to } | Self::TimestampTooFine { from, to, .. } if from <= to => {
                Some(("oauth_acceptable_timestamps", format!("{from}-{to}")))
            }
            Self::VersionRejected => Some(("oauth_acceptable_versions", "1.0-1.0".into())),
            _ => None,
        }
    }

    /// The value of `WWW-Authenticate` (§3.5.1), a valid header value for any realm: quotes and backslashes are escaped,
    /// and other characters than printable ASCII become `?`.
    ///
    /// ```
    /// assert_eq!(
    ///     oauth::Problem::NonceUsed.challenge("Photos"),
    ///     r#"OAuth realm="Photos", oauth_problem="nonce_used""#
    /// );
    /// ```
    pub fn challenge(&self, realm: &str) -> String {
        let mut out = String::from("OAuth realm=\"");
        for character in realm.chars() {
            match character {
                '"' | '\\' => out.extend(['\\', character]),
                ' '..='~' => out.push(character),
                _ => out.push('?'),
            }
        }
        // Writing to a String cannot fail.
        let _ = write!(out, "\", oauth_problem=\"{}\"", self.name());
        out
    }

    /// The [challenge](Self::challenge) with the [detail](Self::detail), for clients that get nothing else of the response.
    /// Without it if it has more than 1,024 bytes: the names of rejected parameters are as long as the client wishes, and
    /// gateways have little room for header fields.
    ///
    /// ```
    /// let problem = oauth::Problem::ParameterAbsent(vec!["oauth_nonce"]);
    /// assert_eq!(
    ///     problem.detailed_challenge("Photos"),
    ///     r#"OAuth realm="Photos", oauth_problem="parameter_absent", oauth_parameters_absent="oauth_nonce""#
    /// );
    /// ```
    pub fn detailed_challenge(&self, realm: &str) -> String {
        let mut out = self.challenge(realm);
        if let Some((name, value)) = self.detail().filter(|(_, value)| value.len() <= LONGEST_DETAIL) {
            // Writing to a String cannot fail. Details are ASCII without quotes and backslashes.
            let _ = write!(out, ", {name}=\"{value}\"");
        }
        out
    }
}

/// Advice for a timestamp in a smaller unit than seconds.
fn too_fine(unit: &str, from: u64, to: u64) -> Cow<'static, str> {
    format!(
        "The oauth_timestamp is in {unit}, and OAuth's are in whole seconds since 1970; the server takes {from} to {to}, so \
         have the client send seconds."
    )
    .into()
}

/// Advice for a consumer that may not be used from where its request comes.
fn elsewhere(from: Option<IpAddr>) -> Cow<'static, str> {
    match from {
        Some(address) => format!(
            "The consumer may not be used from {address}; call from one of its networks, or ask an administrator to add \
             this address."
        )
        .into(),
        None => "The consumer may be used from some networks only, and the server was not told from which address this \
                 request comes; ask the operator of the gateway to have it send X-Forwarded-For."
            .into(),
    }
}

/// Advice for a consumer that has as many open temporary credentials as it may have.
fn throttled(most: u64) -> String {
    format!(
        "This consumer has {most} temporary credentials that are neither exchanged nor expired, and may have no more; \
         exchange them, or wait until they expire, and ask for them only when a user is there to decide."
    )
}

/// Encodes names that the client chose, so that none can imitate another member or separator.
fn encoded(names: &[String], separator: &str) -> String {
    let names: Vec<_> = names.iter().map(|name| encode(name)).collect();
    names.join(separator)
}
