//! The session cookie, and who is behind it.

use axum::http::{HeaderMap, HeaderValue, header};
use service::{ServiceError, SignedIn, Token, sign_in::Presence};

use crate::{state::AppState, wire::address::ClientAddress};

/// Browsers take a `__Host-` cookie only from the very host, over https, for every path: nobody else can plant one.
fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-latchkey" } else { "latchkey" }
}

/// The session cookie's value, if the request has one.
pub(crate) fn cookie(headers: &HeaderMap, https: bool) -> Option<&str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    pairs.flat_map(|value| value.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == cookie_name(https)).then_some(value)
    })
}

/// `Set-Cookie` for a session that begins.
pub(crate) fn begin(token: &Token, state: &AppState) -> HeaderValue {
    let seconds = service::sign_in::AT_MOST.as_secs();
    set_cookie(state, &format!("{}; Max-Age={seconds}", token.expose()))
}

/// `Set-Cookie` for a session that has ended.
pub(crate) fn end(state: &AppState) -> HeaderValue {
    set_cookie(state, "; Max-Age=0")
}

fn set_cookie(state: &AppState, value: &str) -> HeaderValue {
    let https = state.is_https();
    let secure = if https { "; Secure" } else { "" };
    let cookie = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}", cookie_name(https));
    HeaderValue::from_str(&cookie).expect("a token is base64url")
}

/// Who is behind the session cookie, if its session holds.
pub(crate) async fn who(
    headers: &HeaderMap,
    address: ClientAddress,
    state: &AppState,
    presence: Presence,
) -> Result<Option<SignedIn>, ServiceError> {
    match cookie(headers, state.is_https()) {
        Some(token) => state.service.authenticate(token, address.0, presence).await,
        None => Ok(None),
    }
}
