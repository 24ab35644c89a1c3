//! What the parameters of a call may say.

use domain::query::MOST_ROWS;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::api::error::ApiError;

/// The default page size.
pub(super) const USUAL_LIMIT: u64 = 50;

/// Page size, 1 to `MOST_ROWS`.
pub(super) fn limit(value: &str) -> Result<u64, ApiError> {
    let number = value.parse().ok().filter(|number| (1..=MOST_ROWS).contains(number));
    number.ok_or_else(|| ApiError::BadRequest(format!("limit={value}: give a number from 1 to {MOST_ROWS}.")))
}

/// A word of an enum of the contract.
pub(super) fn word<T: DeserializeOwned>(name: &str, value: &str, allowed: &str) -> Result<T, ApiError> {
    serde_json::from_value(Value::String(value.to_owned()))
        .map_err(|_| ApiError::BadRequest(format!("{name}={value}: give {allowed}.")))
}
