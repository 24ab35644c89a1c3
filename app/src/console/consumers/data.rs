//! What the server puts on the page.

use domain::{Consumer, FieldError};
use serde::{Deserialize, Serialize};

use super::api::Listing;
use crate::frame::{missed::Missed, who::Who};

/// The data that the page is rendered from; the browser reads it when it takes over. It must not contain a secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PageData {
    /// Who is signed in.
    pub who: Who,
    /// The path before every address on this server; often empty.
    pub prefix: String,
    /// The first rows.
    pub listing: Listing,
    /// When the page was rendered, in milliseconds since 1970, so that "3 min ago" is the same on both sides.
    pub now_ms: i64,
    /// The result of a register form that was sent without scripts.
    pub reply: Option<Reply>,
    /// What the user missed since the last sign-in.
    pub missed: Option<Missed>,
    /// The consumer whose approve dialog is opened at once.
    pub asked_for: Option<Box<Consumer>>,
    /// Why there is none, in words, where a link asks for one.
    pub not_found: Option<String>,
}

/// The result of a register form that was sent without scripts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Reply {
    /// It is registered.
    Registered {
        /// As it is now.
        consumer: Box<Consumer>,
        /// Whether another consumer has the same name, or one that looks like it.
        name_in_use: bool,
    },
    /// It is not; the name comes back, never a secret.
    Refused {
        /// The name as it was typed.
        name: String,
        /// Whether another consumer has this name, or one that looks like it.
        name_in_use: bool,
        /// What is wrong, by field.
        errors: Vec<FieldError>,
        /// What is wrong otherwise.
        problem: Option<String>,
    },
}

#[cfg(feature = "ssr")]
impl PageData {
    /// The HTTP status of the page: a form that was refused and a link that leads nowhere say so.
    pub(super) fn status(&self) -> http::StatusCode {
        match &self.reply {
            Some(Reply::Refused { problem: Some(_), .. }) => http::StatusCode::SERVICE_UNAVAILABLE,
            Some(Reply::Refused { .. }) => http::StatusCode::UNPROCESSABLE_ENTITY,
            None if self.not_found.is_some() => http::StatusCode::NOT_FOUND,
            Some(Reply::Registered { .. }) | None => http::StatusCode::OK,
        }
    }
}
