//! Who calls, and what of the call was signed.

use axum::Json;
use domain::{ConsumerKey, ConsumerName, User, Username};
use serde::Serialize;
use service::Verified;
use utoipa::ToSchema;

use crate::api::{
    call::{Call, Caller},
    error::ApiError,
    problem::{TooLarge, Unauthorized, Unavailable},
};

/// The consumer that signed.
#[derive(Serialize, ToSchema)]
pub(super) struct CallingConsumer {
    key: ConsumerKey,
    name: ConsumerName,
}

impl CallingConsumer {
    fn of(verified: &Verified) -> Self {
        let consumer = verified.consumer();
        Self { key: consumer.key, name: consumer.name.clone() }
    }
}

/// The user who calls, or for whom the consumer calls.
#[derive(Serialize, ToSchema)]
pub(super) struct CallingUser {
    username: Username,
    display_name: String,
    /// Whether the user has the Configure Server permission.
    configure_server: bool,
}

impl CallingUser {
    fn of(user: &User) -> Self {
        Self {
            username: user.username.clone(),
            display_name: user.display_name.clone(),
            configure_server: user.configure_server,
        }
    }
}

/// Who calls.
#[derive(Serialize, ToSchema)]
pub(super) struct Who {
    /// The user; null if a consumer signed for itself alone.
    #[schema(required)]
    user: Option<CallingUser>,
    /// The consumer; null for a browser's session.
    #[schema(required)]
    consumer: Option<CallingConsumer>,
}

/// The name of a parameter, then its value.
#[derive(Serialize, ToSchema)]
#[schema(min_items = 2, max_items = 2)]
pub(super) struct NameAndValue([String; 2]);

/// What a signature covers.
#[derive(Serialize, ToSchema)]
pub(super) struct Echo {
    /// The method.
    method: String,
    /// The base string URI.
    base_string_uri: String,
    /// Names and values, decoded, in the order of the base string.
    parameters: Vec<NameAndValue>,
    /// The user for whom the consumer calls, if any.
    #[schema(required)]
    user: Option<Username>,
    /// The consumer that signed.
    consumer: CallingConsumer,
}

/// Tell what was signed
///
/// For authors of consumers: the method, base string URI and parameters (RFC 5849 section 3.4.1) as this server saw
/// them. Any body up to 64 KiB.
#[utoipa::path(
    method(get, post, put, patch, delete),
    path = "/echo",
    operation_id = "echo",
    tag = "Who",
    security(("oauth1" = [])),
    responses(
        (status = 200, description = "What the signature covers.", body = Echo),
        Unauthorized, TooLarge, Unavailable,
    ),
)]
pub(super) async fn echo(call: Call) -> Result<Json<Echo>, ApiError> {
    let Caller::Consumer(verified) = &call.caller else {
        return Err(ApiError::NoCredentials);
    };
    let authorization = call.received.authorization();
    // Verification has parsed it already, so this cannot fail.
    let parsed = call.received.to_verify(&authorization).map(|request| request.parse(&[]));
    let Ok(Ok(signed)) = parsed else {
        return Err(ApiError::NoCredentials);
    };
    let parameters =
        signed.parameters().map(|(name, value)| NameAndValue([name.to_owned(), value.to_owned()]));
    let echo = Echo {
        method: call.received.parts.method.to_string(),
        parameters: parameters.collect(),
        base_string_uri: call.received.base_string_uri.clone(),
        user: verified.user().map(|user| user.username.clone()),
        consumer: CallingConsumer::of(verified),
    };
    Ok(Json(echo))
}

/// Tell who calls
#[utoipa::path(
    get,
    path = "/whoami",
    operation_id = "whoAmI",
    tag = "Who",
    responses(
        (status = 200, description = "The user, and the consumer if the request was signed.", body = Who),
        Unauthorized, TooLarge, Unavailable,
    ),
)]
pub(super) async fn who_am_i(call: Call) -> Json<Who> {
    let (user, consumer) = match &call.caller {
        Caller::Consumer(verified) => {
            (verified.user().map(CallingUser::of), Some(CallingConsumer::of(verified)))
        }
        Caller::Session(signed_in) => (Some(CallingUser::of(signed_in.user())), None),
    };
    Json(Who { user, consumer })
}
