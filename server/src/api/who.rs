//! Who calls, and what of the call was signed.

use axum::Json;
use domain::{ConsumerKey, ConsumerName, User, Username};
use serde::Serialize;
use service::Verified;
use utoipa::ToSchema;

use crate::api::{
    call::{Call, Caller},
    error::ApiError,
    problem::{BadRequest, TooLarge, Unauthorized, Unavailable},
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

impl NameAndValue {
    /// Name and value as text; `None` if one of them is not UTF-8.
    fn as_text(name: &[u8], value: &[u8]) -> Option<Self> {
        let text = |octets| str::from_utf8(octets).ok().map(str::to_owned);
        Some(Self([text(name)?, text(value)?]))
    }

    /// Both percent-encoded, as the parameters that are signed are (RFC 5849 section 3.4.1.3.2).
    fn encoded(name: &[u8], value: &[u8]) -> Self {
        Self([name, value].map(|octets| oauth::encode_octets(octets).into_owned()))
    }
}

/// What a signature covers.
#[derive(Serialize, ToSchema)]
pub(super) struct Echo {
    /// The method.
    method: String,
    /// The base string URI.
    base_string_uri: String,
    /// Names and values, in the order of the base string; decoded, but for those that `percent_encoded` lists.
    parameters: Vec<NameAndValue>,
    /// The positions in `parameters`, from 0, of those whose name or value is not UTF-8. JSON cannot hold them as they are,
    /// so both name and value are percent-encoded there (RFC 5849 section 3.6). Absent where all are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    percent_encoded: Vec<usize>,
    /// The user for whom the consumer calls, if any.
    #[schema(required)]
    user: Option<Username>,
    /// The consumer that signed.
    consumer: CallingConsumer,
}

/// Tell what was signed
///
/// For authors of consumers: the method, base string URI and parameters (RFC 5849 section 3.4.1) as this server saw
/// them, also those that are not UTF-8. Any body up to 64 KiB.
#[utoipa::path(
    method(get, post, put, patch, delete),
    path = "/echo",
    operation_id = "echo",
    tag = "Who",
    security(("oauth1" = [])),
    responses(
        (status = 200, description = "What the signature covers.", body = Echo),
        BadRequest, Unauthorized, TooLarge, Unavailable,
    ),
)]
pub(super) async fn echo(call: Call) -> Result<Json<Echo>, ApiError> {
    let Caller::Consumer(verified) = &call.caller else {
        return Err(ApiError::NotSigned);
    };
    let authorization = call.received.authorization();
    // Verification has parsed it already, so this cannot fail.
    let parsed = call.received.to_verify(&authorization).map(|request| request.parse(&[]));
    let Ok(Ok(signed)) = parsed else {
        return Err(ApiError::NotSigned);
    };
    let mut percent_encoded = Vec::new();
    let parameters = signed.parameters().enumerate().map(|(position, (name, value))| {
        NameAndValue::as_text(name, value).unwrap_or_else(|| {
            percent_encoded.push(position);
            NameAndValue::encoded(name, value)
        })
    });
    let parameters = parameters.collect();
    let echo = Echo {
        method: call.received.parts.method.to_string(),
        parameters,
        percent_encoded,
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
        BadRequest, Unauthorized, TooLarge, Unavailable,
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
