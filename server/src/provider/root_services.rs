//! `GET /rootservices`: where friends (OSLC and Jazz servers) find the rest.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};

use crate::{provider::key_requests, state::AppState};

/// `GET /rootservices`, and the same under `/.well-known`
pub(crate) async fn root_services(State(state): State<AppState>) -> Response {
    let public = state.public_url.as_str().trim_end_matches('/');
    let service = |name: &str, path: &str| {
        format!("  <jfs:{name} rdf:resource=\"{}\"/>\n", escape(&format!("{public}{path}")))
    };
    let text = |name: &str, text: &str| format!("  <jfs:{name}>{}</jfs:{name}>\n", escape(text));
    // Where it is off, friends find no such address, and say so.
    let request_key = state.service.key_requests().are_on();
    let body = [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(),
        format!(
            "<rdf:Description rdf:about=\"{}\"\n    xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"\n    \
             xmlns:dcterms=\"http://purl.org/dc/terms/\"\n    xmlns:jfs=\"http://jazz.net/xmlns/prod/jazz/jfs/1.0/\">\n",
            escape(&format!("{public}/rootservices"))
        ),
        "  <dcterms:title>Latchkey</dcterms:title>\n".to_owned(),
        text("oauthRealmName", &state.realm),
        text("oauthDomain", public),
        if request_key { service("oauthRequestConsumerKeyUrl", key_requests::PATH) } else { String::new() },
        service("oauthApprovalModuleUrl", "/oauth/approveKey"),
        service("oauthRequestTokenUrl", "/oauth/requestToken"),
        service("oauthUserAuthorizationUrl", "/oauth/authorize"),
        service("oauthAccessTokenUrl", "/oauth/accessToken"),
        "</rdf:Description>\n".to_owned(),
    ];
    ([(header::CONTENT_TYPE, "application/rdf+xml")], body.concat()).into_response()
}

/// A text as XML takes it, between tags and in attributes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
