//! The session cookie, and its user.

use std::time::Duration;

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use service::{ServiceError, SignedIn, Token, sign_in::Presence};

use crate::{state::AppState, wire::address::ClientAddress};

/// Browsers accept a `__Host-` cookie only from the host itself, over https, for every path: no other host can plant one.
fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-latchkey" } else { "latchkey" }
}

/// The session cookie's value, if the request has one.
pub(crate) fn cookie(headers: &HeaderMap, https: bool) -> Option<String> {
    CookieJar::from_headers(headers).get(cookie_name(https)).map(|cookie| cookie.value().to_owned())
}

/// `Set-Cookie` for a session that begins.
pub(crate) fn begin(token: &Token, state: &AppState) -> CookieJar {
    set_cookie(state, token.expose(), service::sign_in::AT_MOST)
}

/// `Set-Cookie` for a session that has ended.
pub(crate) fn end(state: &AppState) -> CookieJar {
    set_cookie(state, "", Duration::ZERO)
}

fn set_cookie(state: &AppState, value: &str, life: Duration) -> CookieJar {
    let cookie = Cookie::build((cookie_name(state.is_https()), value.to_owned()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(state.is_https())
        .max_age(life.try_into().expect("a session's life is some hours"));
    CookieJar::new().add(cookie)
}

/// The user of the session cookie, if its session is valid.
pub(crate) async fn who(
    headers: &HeaderMap,
    address: ClientAddress,
    state: &AppState,
    presence: Presence,
) -> Result<Option<SignedIn>, ServiceError> {
    match cookie(headers, state.is_https()) {
        Some(token) => state.service.sessions().authenticate(&token, address.0, presence).await,
        None => Ok(None),
    }
}
