//! What the server puts on the page, and the rows that it sends later.

use domain::{Consumer, FieldError, StatusCounts};
use serde::{Deserialize, Serialize};

use crate::frame::who::Who;

/// The data that the page is rendered from; the browser reads it when it takes over. It must not contain a secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PageData {
    /// Who is signed in.
    pub who: Who,
    /// The path before every address on this server; often empty.
    pub prefix: String,
    /// The view of the table, as the query of its address.
    pub view: String,
    /// Its first rows, or those behind a cursor.
    pub listing: ViewRows,
    /// How many rows of the view stand before them.
    pub before: u64,
    /// How many consumers have each status.
    pub counts: StatusCounts,
    /// Where a browser without scripts finds the next rows.
    pub next: Option<String>,
    /// When the page was rendered, in milliseconds since 1970, so that "3 min ago" is the same on both sides.
    pub now_ms: i64,
    /// The result of a register form that was sent without scripts.
    pub reply: Option<Reply>,
    /// The consumer whose approve dialog is opened at once.
    pub asked_for: Option<Box<Consumer>>,
    /// Why there is none, in words, where a link asks for one.
    pub not_found: Option<String>,
}

/// Rows of a view.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ViewRows {
    /// The rows.
    pub items: Vec<Consumer>,
    /// How many rows the view has, where that is known without counting them.
    pub total: Option<u64>,
    /// The number of the newest activity that the rows contain; later events are still to be applied.
    pub seen: i64,
}

#[cfg(feature = "ssr")]
impl From<service::consumers::Rows> for ViewRows {
    fn from(rows: service::consumers::Rows) -> Self {
        Self { items: rows.items, total: rows.total, seen: rows.seen }
    }
}

/// How many consumers there are, and rows of a view.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ViewCounts {
    /// With each status, in the view or not.
    pub counts: StatusCounts,
    /// How many rows the view has.
    pub total: u64,
    /// How many of them stand behind the cursor; none without one.
    pub behind: u64,
    /// The number of the newest activity that all of this contains.
    pub seen: i64,
    /// When it was counted, in milliseconds since 1970; 0 from a server of an earlier version.
    #[serde(default)]
    pub at_ms: i64,
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
