//! `GET /rootservices`: where friends (OSLC and Jazz servers) find the rest.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};

use crate::{provider::key_requests, settings::oslc::OslcCatalog, state::AppState};

/// `GET /rootservices`, and the same under `/.well-known`
pub(crate) async fn root_services(State(state): State<AppState>) -> Response {
    let public = state.public_url.as_str().trim_end_matches('/');
    let service = |name: &str, path: &str| {
        format!("  <jfs:{name} rdf:resource=\"{}\"/>\n", escape(&format!("{public}{path}")))
    };
    let text = |name: &str, text: &str| format!("  <jfs:{name}>{}</jfs:{name}>\n", escape(text));
    // Where it is off, friends find no such address, and say so.
    let request_key = state.service.key_requests().are_on();
    let catalog = |OslcCatalog { domain, url }: &OslcCatalog| {
        let (prefix, namespace, name) = domain.element();
        let url = escape(url.as_str());
        format!("  <{prefix}:{name} xmlns:{prefix}=\"{namespace}\" rdf:resource=\"{url}\"/>\n")
    };
    let body = [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(),
        format!(
            "<rdf:Description rdf:about=\"{}\"\n    xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"\n    \
             xmlns:dcterms=\"http://purl.org/dc/terms/\"\n    xmlns:jfs=\"http://jazz.net/xmlns/prod/jazz/jfs/1.0/\">\n",
            escape(&format!("{public}/rootservices"))
        ),
        "  <dcterms:title>Latchkey</dcterms:title>\n".to_owned(),
        text("oauthRealmName", &state.realm),
        domains(public, &state.oslc_catalogs).iter().map(|domain| text("oauthDomain", domain)).collect(),
        if request_key { service("oauthRequestConsumerKeyUrl", key_requests::PATH) } else { String::new() },
        service("oauthApprovalModuleUrl", "/oauth/approveKey"),
        service("oauthRequestTokenUrl", "/oauth/requestToken"),
        service("oauthUserAuthorizationUrl", "/oauth/authorize"),
        service("oauthAccessTokenUrl", "/oauth/accessToken"),
        state.oslc_catalogs.iter().map(catalog).collect(),
        "</rdf:Description>\n".to_owned(),
    ];
    ([(header::CONTENT_TYPE, "application/rdf+xml")], body.concat()).into_response()
}

/// Where friends may use their tokens: here, and at the servers of the catalogs.
fn domains(public: &str, catalogs: &[OslcCatalog]) -> Vec<String> {
    let mut domains = vec![public.to_owned()];
    for origin in catalogs.iter().map(|catalog| catalog.url.origin().ascii_serialization()) {
        if !domains.contains(&origin) {
            domains.push(origin);
        }
    }
    domains
}

/// A text as XML takes it, between tags and in attributes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
