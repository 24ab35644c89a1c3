//! What the server puts on the page.

use domain::{Consumer, FieldError};
use serde::{Deserialize, Serialize};

use super::api::Listing;
use crate::frame::who::Who;

/// What the server puts on the page; the browser reads it when it takes over. No secret may be in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PageData {
    /// Who looks at it.
    pub who: Who,
    /// The path that stands before every address here; often empty.
    pub prefix: String,
    /// The first rows.
    pub listing: Listing,
    /// Milliseconds since 1970 when it was made, so that "3 min ago" is the same on both sides.
    pub now_ms: i64,
    /// What became of a form that was sent without scripts.
    pub reply: Option<Reply>,
    /// A consumer whose approve dialog opens at once.
    pub asked_for: Option<Box<Consumer>>,
}

/// What became of a register form that was sent without scripts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Reply {
    /// It is registered.
    Registered(Box<Consumer>),
    /// It is not; the name comes back, never a secret.
    Refused {
        /// The name as it was typed.
        name: String,
        /// What is wrong, by field.
        errors: Vec<FieldError>,
        /// What is wrong otherwise.
        problem: Option<String>,
    },
}

#[cfg(feature = "ssr")]
impl PageData {
    /// The HTTP status of the page: a form that was refused says so.
    pub(super) fn status(&self) -> http::StatusCode {
        match &self.reply {
            Some(Reply::Refused { problem: Some(_), .. }) => http::StatusCode::SERVICE_UNAVAILABLE,
            Some(Reply::Refused { .. }) => http::StatusCode::UNPROCESSABLE_ENTITY,
            Some(Reply::Registered(_)) | None => http::StatusCode::OK,
        }
    }
}
