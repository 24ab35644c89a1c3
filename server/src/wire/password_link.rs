//! The link with which a user sets their password.

use service::{Token, password_links::LINK_LIFE};
use time::OffsetDateTime;
use url::Url;

use crate::state::AppState;

/// Where such a link leads.
pub(crate) const PATH: &str = "/set-password";

/// The link with this token, as its user opens it.
pub(crate) fn url(state: &AppState, token: &Token) -> String {
    address(Some(&state.public_url), token)
}

/// The same under a public URL; without one, what follows it.
pub(crate) fn address(public_url: Option<&Url>, token: &Token) -> String {
    let public_url = public_url.map_or("", |url| url.as_str().trim_end_matches('/'));
    format!("{public_url}{PATH}?token={}", token.expose())
}

/// When a link that is made now ends.
pub(crate) fn expires_at(now: OffsetDateTime) -> OffsetDateTime {
    now + LINK_LIFE
}
