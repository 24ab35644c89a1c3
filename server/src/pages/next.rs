//! Where signing in leads afterwards.

use axum::{
    http::HeaderMap,
    response::{IntoResponse as _, Redirect, Response},
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use service::sign_in::Begun;
use url::Url;

use crate::{
    state::AppState,
    wire::{missed, session},
};

/// What `Location` cannot hold as it is (RFC 3986 §2), besides octets beyond ASCII, which are always encoded.
const NOT_IN_LOCATION: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

/// A path on this very server; anything else leads to the start.
pub(super) fn own_path(next: &str) -> &str {
    // `//host` and `/\host` are other hosts to a browser, which also drops tabs and line breaks before it looks.
    let own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control);
    if own { next } else { "" }
}

/// The address to redirect to afterwards.
pub(super) fn after_sign_in(state: &AppState, next: &str) -> String {
    match own_path(next) {
        "" => state.path("/"),
        path => utf8_percent_encode(&state.path(state.inside(path)), NOT_IN_LOCATION).to_string(),
    }
}

/// The answer to a form with which a session has begun.
pub(super) fn signed_in(state: &AppState, begun: &Begun, headers: &HeaderMap, next: &str) -> Response {
    let cookies = (session::begin(begun, state), missed::remember(begun, headers, state));
    (cookies, Redirect::to(&after_sign_in(state, next))).into_response()
}

/// The part of a callback that a policy can name: scheme, host and port, or, of an application's, the scheme alone with its
/// colon.
pub(super) fn origin(callback: &Url) -> String {
    match callback.scheme() {
        "http" | "https" => callback.origin().ascii_serialization(),
        scheme => format!("{scheme}:"),
    }
}

/// Browsers apply the page's policy to every redirect after a submit, so on the way to a trusted consumer, whose users are
/// not asked, the policy must name the callback's origin.
pub(super) async fn callback_origin(state: &AppState, next: &str) -> Option<String> {
    let asked = state.inside(next).strip_prefix("/oauth/authorize?").unwrap_or_default();
    let mut parameters = url::form_urlencoded::parse(asked.as_bytes());
    let (_, token) = parameters.find(|(name, _)| name == "oauth_token")?;
    // A question that cannot be asked says so on its own page.
    let named = named_callbacks(asked);
    let question = state.service.provider().question_with(&token, &named).await.ok()?;
    let callback = question.callback().filter(|_| question.is_unasked())?;
    Some(origin(&callback))
}

/// The callbacks that the query of an authorize URL names, as OAuth 1.0 has it.
pub(super) fn named_callbacks(query: &str) -> Vec<String> {
    named(query, "oauth_callback")
}

/// The temporary credentials that the query of an authorize URL names.
pub(super) fn named_tokens(query: &str) -> Vec<String> {
    named(query, "oauth_token")
}

/// Every value of a parameter but empty ones.
fn named(query: &str, parameter: &str) -> Vec<String> {
    let parameters = url::form_urlencoded::parse(query.as_bytes());
    let values = parameters.filter(|(name, value)| name == parameter && !value.is_empty());
    values.map(|(_, value)| value.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::{named_callbacks, named_tokens, origin, own_path};

    #[test]
    fn of_a_callback_the_policy_is_told_the_origin_and_of_an_applications_the_scheme() {
        for (callback, expected) in [
            ("https://App.example:443/cb?x=1", "https://app.example"),
            ("http://[::1]:8080/cb", "http://[::1]:8080"),
            ("MyApp://cb/path?x=1", "myapp:"),
            ("com.example.app:/cb", "com.example.app:"),
        ] {
            assert_eq!(origin(&url::Url::parse(callback).unwrap()), expected);
        }
    }

    #[test]
    fn every_callback_that_an_authorize_url_names_is_seen_and_an_empty_one_is_none() {
        let query = "oauth_callback=&oauth_token=a&oauth_callback=https%3A%2F%2Fa.example%2F%3Fx%3D1&OAUTH_CALLBACK=b&oauth_callback=b";
        assert_eq!(named_callbacks(query), ["https://a.example/?x=1", "b"]);
        assert_eq!(named_tokens(query), ["a"]);
        assert!(named_callbacks("").is_empty());
    }

    #[test]
    fn only_a_path_on_this_server_is_followed_after_signing_in() {
        assert_eq!(own_path("/settings?x=1"), "/settings?x=1");
        for elsewhere in [
            "",
            "settings",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
        ] {
            assert_eq!(own_path(elsewhere), "", "{elsewhere}");
        }
    }
}
