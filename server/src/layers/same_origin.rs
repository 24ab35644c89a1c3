//! Refuses what another site makes a browser send: state changes must say that they come from our own pages.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use crate::{
    api::error::ApiError,
    provider::key_requests,
    state::{AppState, denials::Reason},
    wire::{denial::Denial, session},
};

/// Lets through requests that change nothing, that come from our own pages, or that carry no session and do not say
/// that they come from elsewhere.
pub(crate) async fn refuse_cross_site(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let path = state.inside(request.uri().path());
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let has_session = session::cookie(request.headers(), state.is_https()).is_some();
    let allowed = safe
        || match origin(request.headers(), &state) {
            // Programs ask for keys, never our own pages, so another site's name is a sign of that site.
            Origin::Same => path != key_requests::PATH || named(request.headers(), &state) != Origin::Other,
            // Signed requests need no session, so another site's page gains nothing by them.
            Origin::Other => !has_session && is_for_programs(path),
            // Browsers always send the origin of a form or script; other programs have no session to abuse.
            Origin::Unknown => !has_session,
        };
    if allowed {
        next.run(request).await
    } else {
        if path.starts_with(API) {
            return ApiError::OtherSite.into_response();
        }
        if path == key_requests::PATH {
            return (Denial::of(Reason::OtherSite), key_requests::refuse_other_site()).into_response();
        }
        let advice = "This request was refused because it does not come from Latchkey's own pages. Open Latchkey itself and try there. If you did, LATCHKEY_PUBLIC_URL is not the address in your browser.\n";
        (StatusCode::FORBIDDEN, Denial::of(Reason::OtherSite), advice).into_response()
    }
}

/// Where the API is.
const API: &str = "/api/v1/";

/// Whether programs come here rather than browsers.
fn is_for_programs(path: &str) -> bool {
    path.starts_with(API) || ["/oauth/requestToken", "/oauth/accessToken"].contains(&path)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Same,
    Other,
    Unknown,
}

/// What `Sec-Fetch-Site` says or, without it, `Origin`. The former alone is right behind a proxy that rewrites `Host`, and where
/// privacy settings make the latter `null`; and no page can forge it.
fn origin(headers: &HeaderMap, state: &AppState) -> Origin {
    match text(headers, "sec-fetch-site") {
        Some("same-origin") => Origin::Same,
        // Typed or bookmarked by the user, which no site can bring about: so no site is named beside it.
        Some("none") => match named(headers, state) {
            Origin::Same | Origin::Unknown => Origin::Same,
            Origin::Other => Origin::Other,
        },
        Some(_) => Origin::Other,
        None => named(headers, state),
    }
}

/// What `Origin` says.
fn named(headers: &HeaderMap, state: &AppState) -> Origin {
    match text(headers, header::ORIGIN.as_str()) {
        None => Origin::Unknown,
        Some(origin) if origin == state.public_url.origin().ascii_serialization() => Origin::Same,
        // A page reached under another name for this host has that name in both, and no cookie of any other host.
        Some(origin) => {
            let host = text(headers, header::HOST.as_str());
            let same =
                host.is_some_and(|host| origin.strip_prefix("http://") == Some(host) && !state.is_https());
            if same { Origin::Same } else { Origin::Other }
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"))
}
