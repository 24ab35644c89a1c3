//! Why a server function refused, and the words for it.

use domain::{Conflict, FieldError, Removed};
#[cfg(feature = "ssr")]
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// The error of every server function, as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    /// No session, or one that has ended.
    #[error(
        "Your session has ended, so nothing was changed. Sign in again in another tab, then try once more."
    )]
    SignedOut,
    /// A user without *Configure Server*.
    #[error("Your account does not have the Configure Server permission any more, so nothing was changed.")]
    NotPermitted,
    /// A sensitive act, and the session's user has not proved for a while who they are.
    #[error(
        "This needs a fresh sign-in: it is over 15 minutes since you last entered your password. Nothing was changed."
    )]
    SignInAgain,
    /// Fields that cannot be accepted; the words are shown beside each.
    #[error("Some of this cannot be accepted: see beside the fields.")]
    Invalid(Vec<FieldError>),
    /// Another administrator changed the consumer first.
    #[error("Another administrator was faster.")]
    Conflict(Box<Conflict>),
    /// Another administrator removed the consumer.
    #[error("This consumer is gone: {} has removed it, so there is nothing left to change.", .0.by)]
    Removed(Removed),
    /// It never existed.
    #[error("{0}")]
    NotFound(String),
    /// It cannot be done at present: a full disk, a busy database.
    #[error("{0}")]
    Unavailable(String),
    /// A request that the page would not make.
    #[error(
        "The server did not understand the page. Reload the page; if that does not help, tell whoever runs this server: {0}"
    )]
    BadRequest(String),
    /// No answer.
    #[error(
        "The server does not answer, so this may not have been saved. Check the connection and try again."
    )]
    Unreachable,
    /// No answer in time.
    #[error(
        "The server has not answered for 10 seconds, so this may not have been saved, or only now. Look at the table before you try again."
    )]
    TimedOut,
}

impl AppError {
    /// Whether the same may succeed when it is tried once more as it is.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::Unreachable | Self::TimedOut => true,
            Self::SignedOut
            | Self::NotPermitted
            | Self::SignInAgain
            | Self::Invalid(_)
            | Self::Conflict(_)
            | Self::Removed(_)
            | Self::NotFound(_)
            | Self::BadRequest(_) => false,
        }
    }

    /// Its words where it stopped what was done to many of them, and some had their turn before.
    pub fn words_for_the_others(&self) -> String {
        let words = match self {
            Self::SignedOut => {
                "Your session has ended, so the others were not changed. Sign in again in another tab, then try once more."
            }
            Self::NotPermitted => {
                "Your account does not have the Configure Server permission any more, so the others were not changed."
            }
            Self::SignInAgain => {
                "This needs a fresh sign-in: it is over 15 minutes since you last entered your password. The others were not changed."
            }
            Self::Invalid(_)
            | Self::Conflict(_)
            | Self::Removed(_)
            | Self::NotFound(_)
            | Self::Unavailable(_)
            | Self::BadRequest(_)
            | Self::Unreachable
            | Self::TimedOut => return self.to_string(),
        };
        words.to_owned()
    }

    /// The errors of single fields; none unless it is `Invalid`.
    pub fn fields(&self) -> &[FieldError] {
        match self {
            Self::Invalid(errors) => errors,
            _ => &[],
        }
    }
}

#[cfg(feature = "ssr")]
impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let error = match error {
            ServerFnErrorErr::Request(_)
            | ServerFnErrorErr::Response(_)
            | ServerFnErrorErr::Deserialization(_) => Self::Unreachable,
            ServerFnErrorErr::Args(why) | ServerFnErrorErr::MissingArg(why) => {
                Self::BadRequest(format!("an argument of the call is missing or wrong ({why})"))
            }
            other => Self::BadRequest(other.to_string()),
        };
        // The framework would answer 500, whatever went wrong.
        answer_with(&error);
        error
    }
}

#[cfg(feature = "ssr")]
impl AppError {
    /// The HTTP status of a refusal.
    pub fn status(&self) -> http::StatusCode {
        use http::StatusCode;
        match self {
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::NotPermitted | Self::SignInAgain => StatusCode::FORBIDDEN,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Removed(_) | Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::BadRequest(_) | Self::Unreachable | Self::TimedOut => StatusCode::BAD_REQUEST,
        }
    }
}

#[cfg(feature = "ssr")]
pub(crate) fn answer_with(error: &AppError) {
    if let Some(response) = leptos::prelude::use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(error.status());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stopped_many_at_once_is_not_said_to_have_changed_nothing() {
        for error in [AppError::SignedOut, AppError::NotPermitted, AppError::SignInAgain] {
            let words = error.words_for_the_others();
            assert!(words.contains("he others were not changed"), "{words}");
            assert!(!words.contains("othing was changed"), "{words}");
        }
        assert_eq!(AppError::Unreachable.words_for_the_others(), AppError::Unreachable.to_string());
    }
}
