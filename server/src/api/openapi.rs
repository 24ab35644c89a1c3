//! The OpenAPI document, collected from the operations and types.

use std::sync::LazyLock;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document, Server,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    api::{
        operations::operations,
        problem::{self, ProblemDetails},
    },
    state::AppState,
};

/// What no single operation says.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Latchkey API",
        description = "Consumers, users, what was done to them, and a mirror for whoever writes a consumer. Sign each request with OAuth 1.0a (RFC 5849) on behalf of a user, or call it from a browser that is signed in. Times are RFC 3339 in UTC with three fraction digits, so that they sort as text. Errors are problem details (RFC 9457).",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    security(("oauth1" = []), ("session" = [])),
    tags(
        (name = "Consumers", description = "Needs a user with the Configure Server permission."),
        (name = "Who", description = "Who calls, and what was signed."),
        (name = "Users", description = "Needs a user with the Configure Server permission."),
        (name = "Activity", description = "Needs a user with the Configure Server permission."),
    ),
    components(schemas(ProblemDetails)),
    modifiers(&Shared),
)]
struct About;

/// The components that operations refer to by name.
struct Shared;

impl Modify for Shared {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        components.responses.extend(problem::components());
        let signature = HttpBuilder::new()
            .scheme(HttpAuthScheme::OAuth)
            .description(Some("OAuth 1.0a (RFC 5849) with an approved consumer key."));
        components.add_security_scheme("oauth1", SecurityScheme::Http(signature.build()));
        let cookie = ApiKeyValue::with_description(
            "latchkey",
            "The session of a signed-in browser. Changes must come from Latchkey's own pages.",
        );
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| {
    OpenApiRouter::with_openapi(About::openapi()).nest("/api/v1", operations()).into_openapi()
});

/// The document, with this server's own address in it.
pub(crate) fn document(state: &AppState) -> Value {
    let mut document = DOCUMENT.clone();
    document.servers = Some(vec![Server::new(state.public_url.as_str().trim_end_matches('/'))]);
    serde_json::to_value(document).expect("the document has no keys but texts")
}

/// `GET /api/v1/openapi.json`
pub(super) async fn open_api(State(state): State<AppState>) -> Response {
    Json(document(&state)).into_response()
}
