//! `/verify/…`: the request itself describes the one that is asked about, as Envoy's `ext_authz` sends it: the original path
//! and query behind `/verify`, the original method and host as its own. The scheme is in `X-Forwarded-Proto`.
//!
//! Only fields that a gateway sets decide what a request here means, never path, method or body, which clients choose: with
//! `/verify` in front of it, a client's `POST /json` comes to where tools describe their requests.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{
        HeaderValue, Method, StatusCode,
        header::{ALLOW, HOST},
    },
    response::{IntoResponse as _, Response},
};

use crate::{
    gate::{described, forward_auth},
    state::AppState,
    wire::{
        address::Connection,
        description::{AUTHORITY, BY_NGINX, METHOD, URI, is_by_a_gateway},
    },
};

/// What stands in front of the original path.
const PREFIX: &str = "/verify";

/// `/verify/…`, any method: the answers of `/verify`.
pub(crate) async fn verify(
    state: State<Arc<AppState>>,
    connection: Connection,
    mut request: Request,
) -> Response {
    describe(&mut request);
    forward_auth::verify(state, connection, request).await
}

/// `/verify/json`: a tool's description by POST, or a gateway's question about a request for `/json`. A gateway lets a
/// request pass after any 200, which tools get for a refusal too, so every sign of one makes it a gateway's.
pub(crate) async fn verify_or_describe(
    state: State<Arc<AppState>>,
    connection: Connection,
    request: Request,
) -> Response {
    if is_by_a_gateway(request.headers()) {
        verify(state, connection, request).await
    } else if *request.method() == Method::POST {
        described::verify_json(state, request).await
    } else {
        (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "POST")]).into_response()
    }
}

/// Writes the description into the headers of `/verify`, in place of what the client may have sent under their names.
fn describe(request: &mut Request) {
    let target = request.uri().path_and_query().map_or("", |target| target.as_str());
    let uri = target.strip_prefix(PREFIX).unwrap_or(target);
    let values = [
        (METHOD, HeaderValue::from_str(request.method().as_str()).ok()),
        (URI, HeaderValue::from_bytes(uri.as_bytes()).ok()),
        (AUTHORITY, request.headers().get(HOST).cloned()),
    ];
    let headers = request.headers_mut();
    for (name, value) in values {
        headers.remove(&name);
        // Without a value the description says too little, and is refused.
        headers.extend(value.map(|value| (name, value)));
    }
    for name in BY_NGINX {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::HeaderName};

    use super::*;
    use crate::wire::description::SCHEME;

    /// What a request says after it was read, by name.
    fn described(mut request: Request) -> Vec<Option<String>> {
        describe(&mut request);
        let value = |name: &HeaderName| {
            let mut values = request.headers().get_all(name).iter();
            let value = values.next().map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(values.next(), None, "{name}");
            value
        };
        [METHOD, SCHEME, AUTHORITY, URI].iter().chain(&BY_NGINX).map(value).collect()
    }

    fn says(values: [Option<&str>; 4]) -> Vec<Option<String>> {
        values.into_iter().chain([None, None]).map(|value| value.map(str::to_owned)).collect()
    }

    #[test]
    fn method_host_path_and_query_are_the_request_s_own_and_the_scheme_is_the_gateway_s() {
        for (path, uri) in [
            ("/verify/", "/"),
            ("/verify/items/a%2Fb?q=%C3%84+1;2&q=", "/items/a%2Fb?q=%C3%84+1;2&q="),
            ("/verify//items", "//items"),
            ("/verify/verify/json", "/verify/json"),
            ("/verify/?a", "/?a"),
        ] {
            let request =
                Request::builder().method(Method::DELETE).uri(path).header("host", "api.example:8443");
            let request = request.header(SCHEME, "https").body(Body::empty()).unwrap();
            let expected = says([Some("DELETE"), Some("https"), Some("api.example:8443"), Some(uri)]);
            assert_eq!(described(request), expected, "{path}");
        }
    }

    #[test]
    fn a_client_s_own_description_counts_for_nothing() {
        let names = [METHOD, AUTHORITY, URI].into_iter().chain(BY_NGINX);
        let request = Request::builder().uri("/verify/items").header("host", "api.example");
        let request = names.fold(request, |request, name| {
            request.header(&name, "https://evil.example/").header(&name, "/evil")
        });
        let expected = says([Some("GET"), None, Some("api.example"), Some("/items")]);
        assert_eq!(described(request.body(Body::empty()).unwrap()), expected);
        let nowhere = Request::builder().uri("/verify/items").body(Body::empty()).unwrap();
        assert_eq!(described(nowhere), says([Some("GET"), None, None, Some("/items")]));
    }
}
