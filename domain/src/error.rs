//! Validation errors of single fields.

use serde::{Deserialize, Serialize};

/// A rejected field and the reason. The API and the page share this shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field's name on the wire, such as `name` or `secret_again`.
    pub field: String,
    /// One sentence for the user: what is wrong and what is allowed. Never contains a secret.
    pub detail: String,
}

impl FieldError {
    /// An error of this field.
    pub fn new(field: &str, detail: impl Into<String>) -> Self {
        Self { field: field.to_owned(), detail: detail.into() }
    }
}

/// Collects the errors of several fields, so that all are reported at once.
#[derive(Debug, Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Returns the value of a valid field; records the error of an invalid one and returns `None`.
    pub fn take<T>(&mut self, field: &str, parsed: Result<T, impl ToString>) -> Option<T> {
        parsed.map_err(|error| self.0.push(FieldError::new(field, error.to_string()))).ok()
    }

    /// Records an error that names its field itself.
    pub fn push(&mut self, error: FieldError) {
        self.0.push(error);
    }

    /// The recorded errors, in the order of the checks.
    pub fn into_vec(self) -> Vec<FieldError> {
        self.0
    }
}
