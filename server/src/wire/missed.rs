//! What the first page after a sign-in shows, whichever it is: the failed attempts at the account. A cookie carries it over
//! the redirects to the page that shows it and takes it away; it is shown to the one browser that has it and decides
//! nothing, so nothing seals it.

use std::time::Duration;

use app::Missed;
use axum::http::HeaderMap;
use axum_extra::extract::cookie::CookieJar;
use domain::query::milliseconds;
use service::sign_in::{AT_MOST, Begun};

use crate::{
    state::AppState,
    wire::session::{cookie, set_cookie, value},
};

fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-latchkey-missed" } else { "latchkey-missed" }
}

/// `Set-Cookie` for the failed attempts before a sign-in, for as long as its session; where there were none, those of an
/// earlier sign-in are taken away.
pub(crate) fn remember(begun: &Begun, headers: &HeaderMap, state: &AppState) -> Option<CookieJar> {
    if begun.failed == 0 {
        return forget(headers, state);
    }
    let since = begun.since.map(|since| milliseconds(since).to_string()).unwrap_or_default();
    let value = format!("{}.{since}", begun.failed);
    Some(set_cookie(state, cookie_name(state.is_https()), &value, AT_MOST))
}

/// The failed attempts that a browser with a session has not shown yet, and `Set-Cookie` that takes them away.
pub(crate) fn take(headers: &HeaderMap, state: &AppState) -> (Option<Missed>, Option<CookieJar>) {
    let https = state.is_https();
    match (cookie(headers, https), value(headers, cookie_name(https))) {
        (Some(_), Some(missed)) => (parse(&missed), forget(headers, state)),
        (None, _) | (_, None) => (None, None),
    }
}

/// `Set-Cookie` that takes them away, if the browser has any.
pub(crate) fn forget(headers: &HeaderMap, state: &AppState) -> Option<CookieJar> {
    let name = cookie_name(state.is_https());
    value(headers, name).map(|_| set_cookie(state, name, "", Duration::ZERO))
}

fn parse(value: &str) -> Option<Missed> {
    let (failed, since) = value.split_once('.')?;
    let since_ms = if since.is_empty() { None } else { Some(since.parse().ok()?) };
    Some(Missed { failed: failed.parse().ok().filter(|failed| *failed > 0)?, since_ms })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn only_what_was_set_is_shown() {
        let missed = parse("3.1700000000000").unwrap();
        assert_eq!((missed.failed, missed.since_ms), (3, Some(1_700_000_000_000)));
        assert_eq!(parse("1.").unwrap().since_ms, None);
        for odd in ["", "3", ".", "0.", "-1.5", "3.x", "3.1.2", "99999999999.1", "<b>.1"] {
            assert!(parse(odd).is_none(), "{odd}");
        }
    }
}
