//! Why something is done: every change takes a reason, in a body that may be absent where it says nothing else.

use domain::Reason;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api::{call::Call, error::ApiError},
    wire::media_type::MediaType,
};

/// Why it is done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Because {
    /// One line of up to 500 characters, for readers of the activity. A decision keeps it until the next one.
    #[schema(max_length = 500, pattern = r"^[^\u0000-\u001F\u007F-\u009F]*$")]
    reason: Option<String>,
}

/// The reason in a body that has nothing else in it, or is absent, or has the protocol's own parameters
/// (RFC 5849 section 3.5.2).
pub(super) fn reason(call: &Call) -> Result<Option<Reason>, ApiError> {
    let body = &call.received.body;
    let is_form = matches!(MediaType::of(call.headers()), Ok(Some(media_type)) if media_type.is_form());
    let is_of_the_protocol = || url::form_urlencoded::parse(body).all(|(name, _)| name.starts_with("oauth_"));
    if body.is_empty() || (is_form && is_of_the_protocol()) {
        return Ok(None);
    }
    let because: Option<Because> = call.json()?;
    parse(because.and_then(|because| because.reason).as_deref())
}

/// Parses the reason of a change that says more.
pub(super) fn parse(text: Option<&str>) -> Result<Option<Reason>, ApiError> {
    Ok(service::consumers::reason(text.unwrap_or_default())?)
}
