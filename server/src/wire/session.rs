//! The session cookie and its user, and the device cookie, which shows that somebody has signed in from a browser before.

use std::{net::SocketAddr, time::Duration};

use axum::http::{HeaderMap, header};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use percent_encoding::percent_decode_str;
use service::{
    AccountHolder, ServiceError, SignedIn, Token,
    sign_in::{Begun, Browser, Presence, Renewed},
};

use crate::{
    state::AppState,
    wire::address::{ClientAddress, Connection},
};

/// How long a browser keeps its device cookie: browsers keep none for longer than 400 days.
const DEVICE_LIFE: Duration = Duration::from_hours(400 * 24);

/// Browsers accept a `__Host-` cookie only from the host itself, over https, for every path: no other host can plant one.
fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-latchkey" } else { "latchkey" }
}

fn device_cookie_name(https: bool) -> &'static str {
    if https { "__Host-latchkey-device" } else { "latchkey-device" }
}

/// The session cookie's value, if the request has one.
pub(crate) fn cookie(headers: &HeaderMap, https: bool) -> Option<String> {
    value(headers, cookie_name(https))
}

/// The value of a cookie; of several with this name, the last. Each pair is read by itself: other software on this host may
/// have set one that is not text, which must not hide ours.
pub(super) fn value(headers: &HeaderMap, name: &str) -> Option<String> {
    let fields = headers.get_all(header::COOKIE).into_iter();
    let pairs = fields.flat_map(|field| field.as_bytes().split(|byte| *byte == b';'));
    pairs.rev().find_map(|pair| value_of(pair, name))
}

/// The value of a `name=value` pair, if it has this name. Names are compared as they were sent: browsers keep others from
/// setting `__Host-latchkey`, but not `__%48ost-latchkey`.
fn value_of(pair: &[u8], name: &str) -> Option<String> {
    let (sent, value) = str::from_utf8(pair).ok()?.split_once('=')?;
    if sent.trim() != name {
        return None;
    }
    Some(percent_decode_str(value.trim()).decode_utf8().ok()?.into_owned())
}

/// The cookies of a browser that signs in.
pub(crate) struct Cookies {
    session: Option<String>,
    device: Option<String>,
}

impl Cookies {
    pub(crate) fn of(headers: &HeaderMap, state: &AppState) -> Self {
        let device = value(headers, device_cookie_name(state.is_https()));
        Self { session: cookie(headers, state.is_https()), device }
    }

    /// The browser that has them, and that sent the other headers.
    pub(crate) fn browser<'a>(
        &'a self,
        address: ClientAddress,
        connection: Connection,
        headers: &'a HeaderMap,
    ) -> Browser<'a> {
        // A proxy's connection carries many clients, and says nothing of any of them.
        let is_own = connection.0.ip().to_canonical() == address.0;
        Browser {
            address: address.0,
            connection: if is_own { connection.0 } else { SocketAddr::new(address.0, 0) },
            session: self.session.as_deref(),
            device: self.device.as_deref(),
            agent: headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()),
        }
    }
}

/// `Set-Cookie` for a session that begins, and for the device that it begins on.
pub(crate) fn begin(begun: &Begun, state: &AppState) -> (CookieJar, CookieJar) {
    set_both(state, &begun.token, &begun.device)
}

/// The same for a session that goes on after a new password.
pub(crate) fn go_on(renewed: &Renewed, state: &AppState) -> (CookieJar, CookieJar) {
    set_both(state, &renewed.token, &renewed.device)
}

fn set_both(state: &AppState, token: &Token, device: &str) -> (CookieJar, CookieJar) {
    let session = set_cookie(state, cookie_name(state.is_https()), token.expose(), service::sign_in::AT_MOST);
    let device = set_cookie(state, device_cookie_name(state.is_https()), device, DEVICE_LIFE);
    (session, device)
}

/// `Set-Cookie` for a session that has ended.
pub(crate) fn end(state: &AppState) -> CookieJar {
    set_cookie(state, cookie_name(state.is_https()), "", Duration::ZERO)
}

pub(super) fn set_cookie(state: &AppState, name: &'static str, value: &str, life: Duration) -> CookieJar {
    let cookie = Cookie::build((name, value.to_owned()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(state.is_https())
        .max_age(life.try_into().expect("a cookie's life is some days"));
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

/// The same, also a user who owes something before anything else.
pub(crate) async fn holder(
    headers: &HeaderMap,
    address: ClientAddress,
    state: &AppState,
) -> Result<Option<AccountHolder>, ServiceError> {
    match cookie(headers, state.is_https()) {
        Some(token) => state.service.sessions().account_holder(&token, address.0, Presence::Acting).await,
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(fields: &[&[u8]]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(header::COOKIE, HeaderValue::from_bytes(field).unwrap());
        }
        value(&headers, "__Host-latchkey")
    }

    #[test]
    fn a_cookie_is_found_whatever_other_cookies_the_browser_sends() {
        let sent: [&[&[u8]]; 7] = [
            &[b"__Host-latchkey=good"],
            &["name=Jos\u{e9}; __Host-latchkey=good".as_bytes()],
            &[b"name=Jos\xe9; __Host-latchkey=good; more=\xff\xfe"],
            &[b";; x; =y;__Host-latchkey = good ;"],
            &[b"name=Jos\xe9", b"a=b; __Host-latchkey=good", b"c=d"],
            &[b"__Host-latchkey=earlier; __Host-latchkey=good"],
            &[b"__Host-latchkey=earlier", b"__Host-latchkey=go%6Fd"],
        ];
        for fields in sent {
            assert_eq!(read(fields).as_deref(), Some("good"), "{fields:?}");
        }
    }

    #[test]
    fn no_other_cookie_is_taken_for_it() {
        let sent: [&[&[u8]]; 6] = [
            &[],
            &[b"latchkey=other"],
            &[b"__Host-latchkey"],
            &[b"__Host-latchkey=\xff"],
            &[b"__%48ost-latchkey=planted"],
            &[b"a=__Host-latchkey=b"],
        ];
        for fields in sent {
            assert_eq!(read(fields), None, "{fields:?}");
        }
    }
}
