//! The query parameters of operations.

use domain::query::MOST_ROWS;
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

use crate::api::error::ApiError;

/// The default page size.
pub(super) const USUAL_LIMIT: u64 = 50;

/// `limit` and `cursor`, which every list takes.
pub(super) enum Paging {}

impl IntoParams for Paging {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let limit = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(MOST_ROWS))
            .default(Some(USUAL_LIMIT.into()));
        let cursor = ObjectBuilder::new().schema_type(Type::String);
        [
            ("limit", "The page size.", limit),
            (
                "cursor",
                "The `next_cursor` of the previous page, unchanged; empty for the first page.",
                cursor,
            ),
        ]
        .map(|(name, description, schema)| {
            let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query);
            parameter.description(Some(description)).schema(Some(schema)).build()
        })
        .into()
    }
}

/// The page size, 1 to `MOST_ROWS`.
pub(super) fn limit(value: &str) -> Result<u64, ApiError> {
    let number = value.parse().ok().filter(|number| (1..=MOST_ROWS).contains(number));
    number.ok_or_else(|| ApiError::BadRequest(format!("limit={value}: give a number from 1 to {MOST_ROWS}.")))
}
