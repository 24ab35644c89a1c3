//! Registering and editing a consumer.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::{Consumer, ConsumerKey, ConsumerName, ConsumerSecret, TypedSecret};
use serde::{Deserialize, Deserializer};
use service::consumers::{TypedConsumer, TypedDetails, TypedEdit};
use utoipa::ToSchema;

use crate::{
    api::{
        call::{AdminCall, KeyText},
        consumers::show::{key, seen, shown},
        error::ApiError,
        problem::{
            BadRequest, Forbidden, Invalid, KeyTaken, NotFound, NotJson, PreconditionFailed,
            PreconditionRequired, TooLarge, Unauthorized, Unavailable,
        },
    },
    state::AppState,
    wire::json::not_null,
};

/// A consumer to register, with a secret, an RSA public key or both.
// A missing name or secret counts as empty, so that it is reported together with every other wrong field.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewConsumer {
    #[serde(default)]
    #[schema(value_type = ConsumerName, required)]
    name: String,
    /// Required without an RSA public key.
    #[schema(value_type = Option<ConsumerSecret>, nullable = false)]
    secret: Option<TypedSecret>,
    /// The public key that verifies its RSA signatures, as in an edit.
    rsa_public_key: Option<String>,
    /// The key that the application has already, from another server; without one it gets a new UUID.
    #[schema(value_type = Option<ConsumerKey>)]
    key: Option<String>,
    /// Why it is registered, for readers of the activity.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// Register a consumer
///
/// It is pending until somebody approves it. The key is in the answer.
#[utoipa::path(
    post,
    path = "/consumers",
    operation_id = "registerConsumer",
    tag = "Consumers",
    request_body = NewConsumer,
    responses(
        (
            status = 201,
            description = "Registered.",
            body = Consumer,
            headers(
                ("ETag" = String, description = "The revision, in quotation marks."),
                ("Location" = String, description = "The address of the consumer."),
            ),
        ),
        BadRequest, Unauthorized, Forbidden, KeyTaken, TooLarge, NotJson, Invalid, Unavailable,
    ),
)]
pub(in crate::api) async fn register(
    State(state): State<AppState>,
    AdminCall { admin, call }: AdminCall,
) -> Result<Response, ApiError> {
    let NewConsumer { name, secret, rsa_public_key, key, reason } = call.json()?;
    let typed = TypedConsumer {
        name,
        secret: secret.unwrap_or_default(),
        rsa_public_key: rsa_public_key.unwrap_or_default(),
        key,
        reason: reason.unwrap_or_default(),
    };
    let consumer = state.service.consumers(&admin).register(&typed).await?;
    let location = state.path(&format!("/api/v1/consumers/{}", oauth::encode(consumer.key.as_str())));
    Ok(([(header::LOCATION, location)], shown(StatusCode::CREATED, &consumer)).into_response())
}

/// The changes to a consumer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "absent, null and a text are three things")]
pub(in crate::api) struct ConsumerPatch {
    #[schema(value_type = Option<ConsumerName>, nullable = false)]
    #[serde(default, deserialize_with = "not_null")]
    name: Option<String>,
    #[schema(value_type = Option<ConsumerSecret>, nullable = false)]
    #[serde(default, deserialize_with = "not_null")]
    secret: Option<TypedSecret>,
    /// Whether it skips the user's consent page. Needs a registered callback, and excludes `may_administer`.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "not_null")]
    trusted: Option<bool>,
    /// Whether it may administer Latchkey in the name of a user with *Configure Server*. Excludes `trusted`.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "not_null")]
    may_administer: Option<bool>,
    /// Whether it may leave out `oauth_callback` and `oauth_verifier`, as OAuth 1.0 did. An attacker who makes a user
    /// follow a link may then be signed in as that user.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "not_null")]
    allow_oauth_1_0: Option<bool>,
    /// The first callback it may use, in place of the first one before; `null` removes all, but not from a trusted
    /// consumer. With `callback_urls` it must be the first of them.
    #[schema(value_type = Option<String>)]
    #[serde(default, deserialize_with = "present")]
    callback_url: Option<Option<String>>,
    /// The callbacks it may use, in place of all before: up to 20 of up to 2,000 bytes, http, https or of an application's
    /// own scheme. An empty list removes all, but not from a trusted consumer.
    #[schema(value_type = Option<Vec<String>>)]
    #[serde(default, deserialize_with = "present")]
    callback_urls: Option<Option<Vec<String>>>,
    /// The public key that verifies its RSA signatures, of 2048 bits or more: SPKI, PKCS#1 or a certificate, as PEM with any
    /// line length or as base64 alone. It is kept as SPKI PEM. `null` removes it where there is a secret.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    rsa_public_key: Option<Option<String>>,
    /// Who answers for it: one line of up to 100 characters. Null or an empty text takes it away, as for those below.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 100)]
    owner: Option<Option<String>>,
    /// How to reach them: one line of up to 100 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 100)]
    contact: Option<Option<String>>,
    /// What to remember about it: up to 2,000 characters, line breaks and tabs among them.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 2000)]
    note: Option<Option<String>>,
    /// The username of the account for which it acts when it signs without a token. The account must exist, and be enabled.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    functional_user: Option<Option<String>>,
    /// The networks (in CIDR notation) and addresses from which it may be used, in place of all before: up to 50. An empty
    /// list lets it be used from anywhere.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<String>>)]
    networks: Option<Option<Vec<String>>>,
    /// The time from which on it is refused (RFC 3339, or a date, which means its beginning in UTC).
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    ends_at: Option<Option<String>>,
    /// Whether to revoke all of its tokens.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "not_null")]
    sign_everybody_out: Option<bool>,
    /// Why it is changed, for readers of the activity: one line of up to 500 characters.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// Tells `null` from absent.
#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// Edit a consumer
///
/// Absent fields stay unchanged; null removes the callback URLs, the RSA public key or one of the details.
#[utoipa::path(
    patch,
    path = "/consumers/{key}",
    operation_id = "editConsumer",
    tag = "Consumers",
    params(
        ("key" = ConsumerKey, Path, description = "The consumer key."),
        (
            "If-Match" = String,
            Header,
            description = "The ETag of the consumer as you saw it, or * for any.",
            pattern = r#"^(\*|(W/)?"[!#-~]*")$"#,
        ),
    ),
    request_body = ConsumerPatch,
    responses(
        (
            status = 200,
            description = "The consumer as it is now.",
            body = Consumer,
            headers(("ETag" = String, description = "The revision, in quotation marks.")),
        ),
        BadRequest, Unauthorized, Forbidden, NotFound, PreconditionFailed, TooLarge, NotJson, Invalid, PreconditionRequired, Unavailable,
    ),
)]
pub(in crate::api) async fn edit(
    State(state): State<AppState>,
    KeyText(text): KeyText,
    AdminCall { admin, call }: AdminCall,
) -> Result<Response, ApiError> {
    let key = key(&text)?;
    let consumers = state.service.consumers(&admin);
    let current = consumers.find(key).await?;
    let seen = seen(call.headers(), &current)?;
    if !call.headers().contains_key(header::IF_MATCH) {
        return Err(ApiError::PreconditionRequired);
    }
    let patch: ConsumerPatch = call.json()?;
    let edit = TypedEdit {
        name: patch.name,
        secret: patch.secret,
        secret_again: None,
        trusted: patch.trusted,
        may_administer: patch.may_administer,
        allow_oauth_1_0: patch.allow_oauth_1_0,
        callback_url: patch.callback_url.map(Option::unwrap_or_default),
        callback_urls: patch.callback_urls.map(Option::unwrap_or_default),
        rsa_public_key: patch.rsa_public_key.map(Option::unwrap_or_default),
        details: TypedDetails {
            owner: patch.owner.map(Option::unwrap_or_default),
            contact: patch.contact.map(Option::unwrap_or_default),
            note: patch.note.map(Option::unwrap_or_default),
            functional_user: patch.functional_user.map(Option::unwrap_or_default),
            networks: patch.networks.map(Option::unwrap_or_default),
            ends_at: patch.ends_at.map(Option::unwrap_or_default),
        },
        sign_everybody_out: patch.sign_everybody_out.unwrap_or_default(),
        reason: patch.reason.unwrap_or_default(),
    };
    Ok(shown(StatusCode::OK, &consumers.edit(key, edit, seen).await?))
}
