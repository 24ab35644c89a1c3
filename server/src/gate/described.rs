//! `POST /verify/json`: a tool describes a request of its own in JSON. That it is a tool's is known before: see `by_path`.

use std::{net::IpAddr, sync::Arc, time::Instant};

use axum::{
    Json,
    extract::{Request, State},
    http::{Method, StatusCode},
    response::{IntoResponse as _, Response},
};
use oauth::NotAnHttpUrl;
use serde::Deserialize;
use serde_json::json;
use service::{Verified, VerifyError};

use crate::{
    gate::{
        part::has_no_fragment,
        rejected::{rejected, trace, unavailable},
    },
    state::AppState,
    wire::{address, body::read_body, json::from_json, media_type::is_token},
};

/// The limit for a described request, its form included.
pub(super) const MOST_DESCRIBED_BYTES: usize = 256 * 1024;

/// A request as a tool describes it.
#[derive(Deserialize)]
struct Described {
    method: String,
    url: String,
    #[serde(default)]
    authorization: Option<String>,
    #[serde(default)]
    form_body: Option<String>,
    /// The client's address, which a consumer's networks are held against; without it what `X-Forwarded-For` says.
    #[serde(default)]
    address: Option<IpAddr>,
}

/// 200 with who it is, or with why not.
pub(super) async fn verify_json(State(state): State<Arc<AppState>>, request: Request) -> Response {
    let begin = Instant::now();
    let (parts, body) = request.into_parts();
    let Ok(body) = read_body(body, MOST_DESCRIBED_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let described: Described = match from_json(&body) {
        Ok(described) => described,
        Err(error) => {
            let words = format!(
                "Send {{\"method\",\"url\",\"authorization\",\"form_body\",\"address\"}}; what came {error}.\n"
            );
            return (StatusCode::BAD_REQUEST, words).into_response();
        }
    };
    let from = described.address.or_else(|| address::described(&parts.headers, &state.trusted_proxies));
    let verdict = json_mode(&state, &described, from).await;
    state.metrics.verified(&verdict, begin.elapsed());
    match verdict {
        Ok(verified) => Json(json!({
            "active": true,
            "user": verified.user().map(|user| &user.username),
            "consumer_key": verified.consumer().key,
            "consumer_name": verified.consumer().name,
        }))
        .into_response(),
        Err(VerifyError::Refused(problem)) => {
            trace(&state, &problem, from);
            let mut answer =
                json!({ "active": false, "problem": problem.name(), "advice": problem.advice() });
            if let Some((name, value)) = problem.detail() {
                answer[name] = value.into();
            }
            Json(answer).into_response()
        }
        Err(VerifyError::Service(error)) => unavailable(&Method::POST, "/verify/json", &error),
    }
}

async fn json_mode(
    state: &AppState,
    described: &Described,
    from: Option<IpAddr>,
) -> Result<Verified, VerifyError> {
    if !is_token(&described.method) {
        return Err(rejected("Give the method as the client sent it, such as GET."));
    }
    if !has_no_fragment(described.url.as_bytes()) {
        return Err(rejected(
            "Leave out the URL's part from # on: no client sends it, and nothing of it is signed.",
        ));
    }
    let (base_string_uri, query) =
        oauth::base_string_uri(&described.url).map_err(|error| rejected(no_url(error)))?;
    let authorization: Vec<&[u8]> = described.authorization.iter().map(String::as_bytes).collect();
    let request = oauth::Request {
        method: &described.method,
        base_string_uri: &base_string_uri,
        query,
        authorization: &authorization,
        form: described.form_body.as_ref().map(String::as_bytes),
    };
    state.service.verify(&request, from).await
}

/// What to do about a URL that is none.
fn no_url(error: NotAnHttpUrl) -> &'static str {
    match error {
        NotAnHttpUrl::Scheme => {
            "Give an absolute URL as the client saw it; it begins with http:// or https:// (https:// for wss://)."
        }
        NotAnHttpUrl::Character => {
            "The URL has a space or a control character; give it as the client sent it."
        }
        NotAnHttpUrl::UserInfo => "Leave out the user name and password in front of the @ of the URL.",
        NotAnHttpUrl::Host => {
            "The URL has no host or several; give the one that the client asked for, a name in ASCII or an address."
        }
        NotAnHttpUrl::Port => {
            "The URL's port is no number up to 65535; give the one that the client asked for."
        }
    }
}
