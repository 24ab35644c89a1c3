//! The pages of lists: which one a call asks for.

use domain::query::{MOST_ROWS, NotACursor};
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Schema, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

use crate::api::{call::Call, error::ApiError, parameters};

/// The default page size.
const USUAL_LIMIT: u64 = 50;

/// `limit` and `cursor`, which every list takes.
pub(super) enum Paging {}

impl IntoParams for Paging {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let limit = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(MOST_ROWS))
            .default(Some(USUAL_LIMIT.into()));
        let cursor: Schema = ObjectBuilder::new().schema_type(Type::String).into();
        [
            ("limit", "The page size.", parameters::with_empty(limit)),
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

/// The page that a call asks for.
pub(super) struct PageAsked {
    cursor: Option<String>,
    /// How many rows it has at most.
    pub(super) limit: u64,
}

impl PageAsked {
    /// Reads the parameters of a call: these, and those of the list's own, `names`, which `set` reads as in `parameters::read`.
    pub(super) fn read(
        call: &Call,
        names: &[&str],
        mut set: impl FnMut(&str, &str) -> Result<bool, ApiError>,
    ) -> Result<Self, ApiError> {
        let mut page = Self { cursor: None, limit: USUAL_LIMIT };
        parameters::read(call, &[names, &["limit", "cursor"][..]].concat(), |name, value| {
            match name {
                "limit" => page.limit = limit(value)?,
                "cursor" => page.cursor = Some(value.to_owned()),
                _ => return set(name, value),
            }
            Ok(true)
        })?;
        Ok(page)
    }

    /// What its cursor says, read as the list writes it; `None` for the first page.
    pub(super) fn after<T, E>(&self, read: impl FnOnce(&str) -> Result<T, E>) -> Result<Option<T>, ApiError> {
        let after = self.cursor.as_deref().map(read).transpose();
        after.map_err(|_| ApiError::BadRequest(NotACursor.to_string()))
    }
}

/// The page size, 1 to `MOST_ROWS`.
fn limit(value: &str) -> Result<u64, ApiError> {
    let number = value.parse().ok().filter(|number| (1..=MOST_ROWS).contains(number));
    number.ok_or_else(|| ApiError::BadRequest(format!("limit={value}: give a number from 1 to {MOST_ROWS}.")))
}
