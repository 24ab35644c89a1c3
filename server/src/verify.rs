//! `/verify` and `/verify/json` on the internal listener: gateways and tools ask whether a request of theirs may pass.

use std::{borrow::Cow, sync::Arc, time::Instant};

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures::StreamExt as _;
use oauth::Problem;
use serde::Deserialize;
use serde_json::json;
use service::{Verified, VerifyError};

use crate::{
    signed::{self, TooLarge},
    state::AppState,
};

/// No description of a request is anywhere near this.
const MOST_BODY_BYTES: usize = 256 * 1024;

const USER: HeaderName = HeaderName::from_static("x-latchkey-user");
const CONSUMER_KEY: HeaderName = HeaderName::from_static("x-latchkey-consumer-key");
const CONSUMER_NAME: HeaderName = HeaderName::from_static("x-latchkey-consumer-name");

const FORWARDED: [HeaderName; 4] = [
    HeaderName::from_static("x-forwarded-method"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-uri"),
];
const ORIGINAL: [HeaderName; 2] =
    [HeaderName::from_static("x-original-method"), HeaderName::from_static("x-original-url")];

/// The original request, as a gateway describes it.
#[derive(Debug, PartialEq, Eq)]
struct Original<'a> {
    method: &'a str,
    url: Cow<'a, str>,
}

/// Why the original request cannot be told.
#[derive(Debug, PartialEq, Eq)]
enum Misconfigured {
    TooLittle,
    Disagreement,
}

impl<'a> Original<'a> {
    /// Reads what Traefik and Caddy send (`X-Forwarded-…`) and what nginx is told to send (`X-Original-…`).
    fn read(headers: &'a HeaderMap) -> Result<Self, Misconfigured> {
        let forwarded = Self::forwarded(headers)?;
        let original = Self::by_nginx(headers)?;
        match (forwarded, original) {
            (Some(forwarded), Some(original)) if forwarded != original => Err(Misconfigured::Disagreement),
            (Some(described), _) | (None, Some(described)) => Ok(described),
            (None, None) => Err(Misconfigured::TooLittle),
        }
    }

    fn forwarded(headers: &'a HeaderMap) -> Result<Option<Self>, Misconfigured> {
        let [method, scheme, host, uri] = FORWARDED.each_ref().map(|name| one(headers, name));
        match (method?, scheme?, host?, uri?) {
            (Some(method), Some(scheme), Some(host), Some(uri)) => {
                Ok(Some(Self { method, url: format!("{scheme}://{host}{uri}").into() }))
            }
            // Proxies in front of nginx may add some of them: what names a request is its method and URI.
            (None, _, _, None) => Ok(None),
            _ => Err(Misconfigured::TooLittle),
        }
    }

    fn by_nginx(headers: &'a HeaderMap) -> Result<Option<Self>, Misconfigured> {
        let [method, url] = ORIGINAL.each_ref().map(|name| one(headers, name));
        match (method?, url?) {
            (Some(method), Some(url)) => Ok(Some(Self { method, url: url.into() })),
            (None, None) => Ok(None),
            _ => Err(Misconfigured::TooLittle),
        }
    }
}

/// The only value of a header; none where there is none, and several are no description.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Misconfigured> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Misconfigured::Disagreement);
    }
    value.to_str().map(Some).map_err(|_| Misconfigured::Disagreement)
}

/// A request that cannot be told from its description.
fn rejected(why: &'static str) -> VerifyError {
    Problem::ParameterRejected { names: Vec::new(), why }.into()
}

/// `/verify`, any method: 200 with who it is, or 401 with why not.
pub(crate) async fn verify(State(state): State<Arc<AppState>>, request: Request) -> Response {
    let begin = Instant::now();
    let (parts, body) = request.into_parts();
    let verdict = header_mode(&state, &parts.headers, body).await;
    state.metrics.verified(&verdict, begin.elapsed());
    match verdict {
        Ok(verified) => allow(&verified),
        Err(VerifyError::Refused(problem)) => {
            tracing::debug!(problem = problem.name(), "a gateway's request is refused");
            (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, problem.challenge(&state.realm))])
                .into_response()
        }
        Err(VerifyError::Service(error)) => signed::unavailable(&error),
    }
}

async fn header_mode(state: &AppState, headers: &HeaderMap, body: Body) -> Result<Verified, VerifyError> {
    let original = Original::read(headers).map_err(|misconfigured| {
        let (why, problem) = match misconfigured {
            Misconfigured::TooLittle => (
                "the headers do not tell the original request's method and URL",
                "The gateway in front of this server does not say what was asked for.",
            ),
            Misconfigured::Disagreement => (
                "X-Forwarded-… and X-Original-… describe different requests",
                "The gateway in front of this server describes two different requests.",
            ),
        };
        tracing::warn!("the gateway is misconfigured: {why}; the request is refused");
        rejected(problem)
    })?;
    let body = if signed::is_form(headers) {
        let form = signed::read_body(body, MOST_BODY_BYTES).await;
        form.map_err(|TooLarge| rejected("The form is too large to be signed."))?
    } else {
        // No part of what is signed, however large. Taken all the same: whoever is still sending would miss the answer.
        let mut rest = body.into_data_stream();
        while let Some(Ok(_)) = rest.next().await {}
        Bytes::new()
    };
    let (base_string_uri, query) = oauth::base_string_uri(&original.url).map_err(|_| {
        tracing::warn!("the gateway is misconfigured: what it calls the URL is none; the request is refused");
        rejected("The gateway in front of this server names no URL.")
    })?;
    let authorization = signed::authorization(headers);
    let request = oauth::Request {
        method: original.method,
        base_string_uri: &base_string_uri,
        query,
        authorization: &authorization,
        form: signed::form(headers, &body),
    };
    state.service.verify(&request).await
}

fn allow(verified: &Verified) -> Response {
    let header = |text: &str| HeaderValue::from_str(&oauth::encode(text)).expect("encoded text is ASCII");
    let consumer = verified.consumer();
    let mut response = StatusCode::OK.into_response();
    let headers = response.headers_mut();
    if let Some(user) = verified.user() {
        headers.insert(USER, header(user.username.as_str()));
    }
    headers.insert(CONSUMER_KEY, header(&consumer.key.to_string()));
    headers.insert(CONSUMER_NAME, header(consumer.name.as_str()));
    response
}

/// A request as a tool describes it.
#[derive(Deserialize)]
struct Described {
    method: String,
    url: String,
    #[serde(default)]
    authorization: Option<String>,
    #[serde(default)]
    form_body: Option<String>,
}

/// `POST /verify/json`: 200 with who it is, or with why not.
pub(crate) async fn verify_json(State(state): State<Arc<AppState>>, request: Request) -> Response {
    let begin = Instant::now();
    let Ok(body) = signed::read_body(request.into_body(), MOST_BODY_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let described: Described = match serde_json::from_slice(&body) {
        Ok(described) => described,
        Err(error) => {
            let words = format!(
                "Send {{\"method\",\"url\",\"authorization\",\"form_body\"}}; what came is wrong at line {}, column {}.\n",
                error.line(),
                error.column()
            );
            return (StatusCode::BAD_REQUEST, words).into_response();
        }
    };
    let verdict = json_mode(&state, &described).await;
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
            Json(json!({ "active": false, "problem": problem.name(), "advice": problem.advice() }))
                .into_response()
        }
        Err(VerifyError::Service(error)) => signed::unavailable(&error),
    }
}

async fn json_mode(state: &AppState, described: &Described) -> Result<Verified, VerifyError> {
    let (base_string_uri, query) = oauth::base_string_uri(&described.url)
        .map_err(|_| rejected("Give an absolute http or https URL as the client saw it."))?;
    let authorization: Vec<&[u8]> = described.authorization.iter().map(String::as_bytes).collect();
    let request = oauth::Request {
        method: &described.method,
        base_string_uri: &base_string_uri,
        query,
        authorization: &authorization,
        form: described.form_body.as_ref().map(String::as_bytes),
    };
    state.service.verify(&request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    fn problem(headers: &[(&'static str, &'static str)]) -> Option<Misconfigured> {
        Original::read(&map(headers)).err()
    }

    const TRAEFIK: [(&str, &str); 4] = [
        ("x-forwarded-method", "GET"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "tool.example"),
        ("x-forwarded-uri", "/a?b=c"),
    ];
    const NGINX: [(&str, &str); 2] =
        [("x-original-method", "GET"), ("x-original-url", "https://tool.example/a?b=c")];

    #[test]
    fn either_family_of_headers_describes_the_request_and_both_may_agree() {
        let expected = Original { method: "GET", url: "https://tool.example/a?b=c".into() };
        for headers in [&TRAEFIK[..], &NGINX, &[&TRAEFIK[..], &NGINX].concat()] {
            assert_eq!(Original::read(&map(headers)).as_ref(), Ok(&expected));
        }
    }

    #[test]
    fn a_proxy_in_front_of_nginx_may_tell_the_scheme_and_host() {
        assert_eq!(problem(&[&NGINX[..], &TRAEFIK[1..3]].concat()), None);
    }

    #[test]
    fn too_little_and_disagreement_are_no_description() {
        assert_eq!(problem(&[]), Some(Misconfigured::TooLittle));
        assert_eq!(problem(&TRAEFIK[..3]), Some(Misconfigured::TooLittle));
        assert_eq!(problem(&TRAEFIK[1..]), Some(Misconfigured::TooLittle));
        assert_eq!(problem(&NGINX[..1]), Some(Misconfigured::TooLittle));
        let other = [("x-original-method", "POST"), NGINX[1]];
        assert_eq!(problem(&[&TRAEFIK[..], &other].concat()), Some(Misconfigured::Disagreement));
        assert_eq!(problem(&[&NGINX[..], &NGINX[..1]].concat()), Some(Misconfigured::Disagreement));
    }
}
