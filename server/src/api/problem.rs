//! Problem details (RFC 9457): the body of every refusal, and the responses of the OpenAPI document that have it.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use domain::FieldError;
use oauth::Problem;
use serde::Serialize;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder},
};

use crate::wire::request_id::RequestId;

/// Problem details (RFC 9457); the OAuth members explain a refused signature.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemDetails {
    /// Always `about:blank`: `status` says which problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The phrase of the HTTP status.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened, and what to do.
    detail: String,
    /// The request's number, as in x-request-id: quote it to the operator of this server.
    request_id: String,
    /// The name of the refusal.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_problem: Option<String>,
    /// What to do about it.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_problem_advice: Option<String>,
    /// The names of missing parameters, separated by `&`.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_parameters_absent: Option<String>,
    /// The names of rejected parameters, separated by `&`.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_parameters_rejected: Option<String>,
    /// The accepted timestamps, as `from-to`.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_acceptable_timestamps: Option<String>,
    /// The accepted versions, as `from-to`.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_acceptable_versions: Option<String>,
    /// Every rejected field.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) errors: Option<Vec<FieldError>>,
}

impl ProblemDetails {
    pub(super) fn new(status: StatusCode, detail: String, id: &RequestId) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail,
            request_id: id.to_string(),
            ..Self::default()
        }
    }

    /// Adds the members of OAuth's problem reporting.
    pub(super) fn explain(&mut self, problem: &Problem) {
        let mut members: BTreeMap<&str, String> = problem.members().into_iter().collect();
        let mut take = |name| members.remove(name);
        self.oauth_problem = take("oauth_problem");
        self.oauth_problem_advice = take("oauth_problem_advice");
        self.oauth_parameters_absent = take("oauth_parameters_absent");
        self.oauth_parameters_rejected = take("oauth_parameters_rejected");
        self.oauth_acceptable_timestamps = take("oauth_acceptable_timestamps");
        self.oauth_acceptable_versions = take("oauth_acceptable_versions");
        debug_assert!(members.is_empty(), "members without a field here: {members:?}");
    }
}

macro_rules! responses {
    ($($name:ident $status:literal $description:literal)+) => {
        $(
            #[doc = $description]
            pub(super) enum $name {}

            impl IntoResponses for $name {
                fn responses() -> BTreeMap<String, RefOr<Response>> {
                    [($status.to_string(), Ref::from_response_name(stringify!($name)).into())].into()
                }
            }
        )+

        /// The components that operations refer to.
        pub(super) fn components() -> BTreeMap<String, RefOr<Response>> {
            [$((stringify!($name).to_owned(), response($description).into())),+].into()
        }
    };
}

responses! {
    BadRequest 400 "The query, the body or what is signed cannot be understood; for a signature, `oauth_problem` says why."
    Unauthorized 401 "No valid signature or session, or one whose user has to set a new password or a second factor first; for a signature, `oauth_problem` says why."
    Forbidden 403 "No user with the Configure Server permission, a consumer that may not administer, a browser's change from another site, or one that needs a fresh sign-in."
    NotFound 404 "There is no such consumer or user (any more)."
    KeyTaken 409 "The key is in use, or was: a removed one stays taken."
    Stays 409 "The last administrator who can sign in stays one, and a disabled user gets no link."
    PreconditionFailed 412 "Somebody changed the consumer in the meantime."
    TooLarge 413 "The body holds more than 64 KiB."
    NotJson 415 "The body is not application/json."
    Invalid 422 "Some fields cannot be accepted; `errors` lists all of them."
    PreconditionRequired 428 "If-Match is missing."
    Unavailable 503 "The server cannot tell now. Try again after Retry-After seconds."
}

fn response(description: &str) -> Response {
    let schema = Ref::from_schema_name(ProblemDetails::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(description).content("application/problem+json", content).build()
}
