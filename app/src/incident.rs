//! A failure of the server while it answers the page: the page gets sentences and a number to quote, the log gets the cause.

use std::sync::{Arc, OnceLock};

use domain::FieldError;
use leptos::prelude::{provide_context, use_context};
use service::ServiceError;

use crate::error::AppError;

/// The number of a request, and the cause of its failure once it has failed. Server functions find it as a context.
#[derive(Clone, Debug)]
pub struct Incident {
    reference: String,
    cause: Arc<OnceLock<String>>,
}

impl Incident {
    /// The request with this number; nothing has failed yet.
    pub fn of_request(reference: String) -> Self {
        Self { reference, cause: Arc::default() }
    }

    /// Provides it to the server function that is about to run.
    pub fn provide(&self) {
        provide_context(self.clone());
    }

    /// The error as the page reads it; the cause is kept for the log.
    pub fn refusal(&self, error: ServiceError) -> AppError {
        match error {
            ServiceError::Invalid(errors) => AppError::Invalid(errors),
            ServiceError::KeyTaken(_) => AppError::Invalid(vec![FieldError::new("key", error.to_string())]),
            ServiceError::NotFound(_) => AppError::NotFound(error.to_string()),
            ServiceError::Removed(removed) => AppError::Removed(removed),
            ServiceError::Conflict(conflict) => AppError::Conflict(conflict),
            ServiceError::SignInAgain => AppError::SignInAgain,
            ServiceError::Store(_) => {
                self.cause.get_or_init(|| error.cause().to_string());
                AppError::Unavailable(format!("{error} Reference: {}", self.reference))
            }
        }
    }

    /// Why the request failed, for the log.
    pub fn cause(&self) -> Option<&str> {
        self.cause.get().map(String::as_str)
    }
}

impl From<ServiceError> for AppError {
    /// In a server function, whose request is a context.
    fn from(error: ServiceError) -> Self {
        use_context::<Incident>().expect("the caller of a server function provides it").refusal(error)
    }
}
