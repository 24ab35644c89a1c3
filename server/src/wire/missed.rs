//! What a page shows once after a sign-in: the failed attempts at the account. A cookie carries it over the redirect to the
//! page that shows it and takes it away; it is shown to the one browser that has it and decides nothing, so nothing seals it.

use std::time::Duration;

use app::Missed;
use axum::http::HeaderMap;
use axum_extra::extract::cookie::CookieJar;
use domain::query::milliseconds;
use service::sign_in::Begun;

use crate::{
    state::AppState,
    wire::session::{set_cookie, value},
};

/// Redirects take a moment, a consent page in between some minutes.
const LIFE: Duration = Duration::from_mins(10);

fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-latchkey-missed" } else { "latchkey-missed" }
}

/// `Set-Cookie` for the failed attempts before a sign-in; `None` if there were none.
pub(crate) fn remember(begun: &Begun, state: &AppState) -> Option<CookieJar> {
    let since = begun.since.map(|since| milliseconds(since).to_string()).unwrap_or_default();
    let value = format!("{}.{since}", begun.failed);
    (begun.failed > 0).then(|| set_cookie(state, cookie_name(state.is_https()), &value, LIFE))
}

/// The failed attempts that the browser has not shown yet, and `Set-Cookie` that takes them away.
pub(crate) fn take(headers: &HeaderMap, state: &AppState) -> (Option<Missed>, Option<CookieJar>) {
    let name = cookie_name(state.is_https());
    let Some(value) = value(headers, name) else { return (None, None) };
    (parse(&value), Some(set_cookie(state, name, "", Duration::ZERO)))
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
