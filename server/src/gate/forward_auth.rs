//! `/verify`: a gateway asks whether a request may pass, and describes it in headers.

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse as _, Response},
};
use futures::StreamExt as _;
use service::{Verified, VerifyError};
use tokio::time::timeout;

use crate::{
    gate::{
        described::MOST_DESCRIBED_BYTES,
        original::{Misconfigured, Original},
        rejected::{challenge, misconfigured, rejected, unavailable, unclear},
    },
    state::AppState,
    wire::{
        address::{Connection, described},
        body::{TooLarge, read_body},
        media_type::MediaType,
        signed,
    },
};

/// How long a form, or the next piece of another body, may take: a gateway that is gone sends no more, and its connection would
/// be held for ever.
const BODY_WITHIN: Duration = Duration::from_secs(20);

const USER: HeaderName = HeaderName::from_static("x-latchkey-user");
const CONSUMER_KEY: HeaderName = HeaderName::from_static("x-latchkey-consumer-key");
const CONSUMER_NAME: HeaderName = HeaderName::from_static("x-latchkey-consumer-name");

/// `/verify`, any method: 200 with who it is, or 401 with why not.
pub(crate) async fn verify(
    State(state): State<Arc<AppState>>,
    Connection(peer): Connection,
    request: Request,
) -> Response {
    let begin = Instant::now();
    let (parts, body) = request.into_parts();
    let verdict = header_mode(&state, peer.ip().to_canonical(), &parts.headers, body).await;
    state.metrics.verified(&verdict, begin.elapsed());
    match verdict {
        Ok(verified) => allow(&verified),
        Err(VerifyError::Refused(problem)) => {
            challenge(&state, &problem, described(&parts.headers, &state.trusted_proxies))
        }
        Err(VerifyError::Service(error)) => unavailable(&parts.method, "/verify", &error),
    }
}

async fn header_mode(
    state: &AppState,
    gateway: IpAddr,
    headers: &HeaderMap,
    body: Body,
) -> Result<Verified, VerifyError> {
    let told = |error: Misconfigured| misconfigured(state, gateway, &error);
    let original = Original::read(headers).map_err(told)?;
    let media_type = MediaType::of(headers);
    let is_form = matches!(media_type, Ok(Some(form)) if form.is_form());
    let body = signed_body(is_form, body).await?;
    let media_type = media_type.map_err(|error| unclear(state, gateway, error))?;
    let (base_string_uri, query) = original.base_string_uri().map_err(told)?;
    let authorization = signed::authorization(headers);
    let request = oauth::Request {
        method: original.method,
        base_string_uri: &base_string_uri,
        query,
        authorization: &authorization,
        form: signed::form(media_type, &body),
    };
    state.service.verify(&request, described(headers, &state.trusted_proxies)).await
}

/// A form, which is signed. Of another body nothing.
async fn signed_body(is_form: bool, body: Body) -> Result<Bytes, VerifyError> {
    if is_form {
        let form = timeout(BODY_WITHIN, read_body(body, MOST_DESCRIBED_BYTES)).await;
        let form = form.map_err(|_| rejected("The form did not arrive in time. Send the request again."))?;
        return form.map_err(|TooLarge| rejected("The form is too large to be signed."));
    }
    // Not needed, and read all the same: a client that is still sending would miss the answer.
    let mut rest = body.into_data_stream();
    while let Ok(Some(Ok(_))) = timeout(BODY_WITHIN, rest.next()).await {}
    Ok(Bytes::new())
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
