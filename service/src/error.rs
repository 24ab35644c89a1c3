//! Why a use case did not happen.

use domain::{Conflict, FieldError, Removed};
use store::StoreError;

/// Everything a use case can answer other than yes.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// What somebody typed cannot be accepted: every wrong field.
    #[error("{}", sentences(.0))]
    Invalid(Vec<FieldError>),
    /// There never was such a consumer or user.
    #[error("There is no {0}.")]
    NotFound(String),
    /// There was such a consumer, and somebody removed it.
    #[error("{} removed this consumer.", .0.by)]
    Removed(Removed),
    /// Somebody was faster.
    #[error("{} changed {} in the meantime.", .0.by, .0.changes.join(", "))]
    Conflict(Box<Conflict>),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn sentences(errors: &[FieldError]) -> String {
    errors.iter().map(|error| format!("{}: {}", error.field, error.detail)).collect::<Vec<_>>().join(" ")
}

impl ServiceError {
    pub(crate) fn invalid(field: &str, error: &impl ToString) -> Self {
        Self::Invalid(vec![FieldError::new(field, error.to_string())])
    }
}
