//! `ServiceError`: why a use case failed. It displays what the world may read; `cause` is for the log.

use std::fmt;

use domain::{Conflict, ConsumerKey, FieldError, Removed, RightsError};
use store::StoreError;

/// The errors that all use cases share.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The input is invalid; lists every invalid field.
    #[error("{}", sentences(.0))]
    Invalid(Vec<FieldError>),
    /// There has never been such a consumer or user.
    #[error("There is no {0}.")]
    NotFound(String),
    /// A consumer to be registered brings along a key that another one has or had.
    #[error(
        "The key {0} is taken: a consumer has it already, or had it before it was removed. Bring another key along, or none for a new one."
    )]
    KeyTaken(ConsumerKey),
    /// The consumer existed and was removed.
    #[error("This consumer was removed by {}.", .0.by)]
    Removed(Removed),
    /// The consumer changed after the caller had read it.
    #[error("Changed in the meantime by {}: {}.", .0.by, .0.changes.join(", "))]
    Conflict(Box<Conflict>),
    /// A sensitive act by a session whose user has not proved for a while who they are.
    #[error(
        "This needs a fresh sign-in: it is over 15 minutes since you last entered your password. Nothing was changed. Sign in again, then try once more."
    )]
    SignInAgain,
    /// The store failed.
    #[error("{}", .0.public())]
    Store(#[from] StoreError),
}

impl From<RightsError> for ServiceError {
    fn from(error: RightsError) -> Self {
        Self::invalid(error.field(), &error)
    }
}

fn sentences(errors: &[FieldError]) -> String {
    errors.iter().map(|error| format!("{}: {}", error.field, error.detail)).collect::<Vec<_>>().join(" ")
}

impl ServiceError {
    /// What the log and the command line say: the store's own words, with path, setting and driver's text.
    pub fn cause(&self) -> &dyn fmt::Display {
        match self {
            Self::Store(error) => error,
            other => other,
        }
    }

    pub(crate) fn invalid(field: &str, error: &impl ToString) -> Self {
        Self::Invalid(vec![FieldError::new(field, error.to_string())])
    }
}
