//! Where signing in leads afterwards.

use axum::response::{IntoResponse as _, Redirect, Response};
use service::sign_in::Begun;

use crate::{
    state::AppState,
    wire::{missed, session},
};

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
        path => state.path(state.inside(path)),
    }
}

/// The answer to a form with which a session has begun.
pub(super) fn signed_in(state: &AppState, begun: &Begun, next: &str) -> Response {
    let cookies = (session::begin(begun, state), missed::remember(begun, state));
    (cookies, Redirect::to(&after_sign_in(state, next))).into_response()
}

/// Browsers apply the page's policy to every redirect after a submit, so on the way to a trusted consumer, whose users are
/// not asked, the policy must name the callback's origin.
pub(super) async fn callback_origin(state: &AppState, next: &str) -> Option<String> {
    let asked = state.inside(next).strip_prefix("/oauth/authorize?").unwrap_or_default();
    let mut parameters = url::form_urlencoded::parse(asked.as_bytes());
    let (_, token) = parameters.find(|(name, _)| name == "oauth_token")?;
    // A question that cannot be asked says so on its own page.
    let question = state.service.provider().question(&token).await.ok()?;
    let callback = question.callback().filter(|_| question.is_unasked())?;
    Some(callback.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::own_path;

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
