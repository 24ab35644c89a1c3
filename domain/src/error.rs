//! What is wrong with what somebody typed, told beside the field it was typed in.

use serde::{Deserialize, Serialize};

/// One field that cannot be accepted, and why; the shape that the API and the page share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's name on the wire, such as `name` or `secret_again`.
    pub field: String,
    /// One sentence for a person: what is wrong and what is allowed. Never the value of a secret.
    pub detail: String,
}

impl FieldError {
    /// Ties a sentence to the field it speaks of.
    pub fn new(field: &str, detail: impl Into<String>) -> Self {
        Self { field: field.to_owned(), detail: detail.into() }
    }
}

/// Collects the errors of several fields, so that a person is told of all of them at once.
#[derive(Debug, Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Keeps the value of a good field; notes the error of a bad one and gives `None`.
    pub fn take<T>(&mut self, field: &str, parsed: Result<T, impl ToString>) -> Option<T> {
        parsed.map_err(|error| self.0.push(FieldError::new(field, error.to_string()))).ok()
    }

    /// Every error noted, in the order of the checks.
    pub fn into_vec(self) -> Vec<FieldError> {
        self.0
    }
}
