//! The link with which a user sets their password.

use serde::Serialize;
use service::{Token, password_links::LINK_LIFE};
use time::OffsetDateTime;
use url::Url;
use utoipa::ToSchema;

use crate::state::AppState;

/// Where such a link leads.
pub(crate) const PATH: &str = "/set-password";

/// A link that sets a password, once. Give it to its user alone.
#[derive(Serialize, ToSchema)]
pub(crate) struct PasswordLink {
    /// Its address.
    pub(crate) url: String,
    /// The time from which on it is not valid any more, unless it ends before.
    #[serde(with = "domain::time::rfc3339")]
    expires_at: OffsetDateTime,
}

impl PasswordLink {
    /// The link with this token, made now, under a public URL; without one, what follows it.
    pub(crate) fn new(public_url: Option<&Url>, token: &Token, now: OffsetDateTime) -> Self {
        Self { url: address(public_url, token), expires_at: now + LINK_LIFE }
    }
}

/// The link with this token, as its user opens it.
pub(crate) fn url(state: &AppState, token: &Token) -> String {
    address(Some(&state.public_url), token)
}

fn address(public_url: Option<&Url>, token: &Token) -> String {
    let public_url = public_url.map_or("", |url| url.as_str().trim_end_matches('/'));
    format!("{public_url}{PATH}?token={}", token.expose())
}
