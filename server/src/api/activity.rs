//! What was done to consumers, users and tokens, by whom, from where.

use std::borrow::Cow;

use axum::{Json, extract::State};
use domain::{Activity, ConsumerKey, LineQuery};
use serde::Serialize;
use serde_json::Value;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, OneOfBuilder, RefOr, Schema, SchemaFormat, Type},
};

use crate::{
    api::{
        call::{AdminCall, Call},
        error::ApiError,
        paging::{PageAsked, Paging},
        parameters::{self, or_empty, with_empty},
        problem::{BadRequest, Forbidden, TooLarge, Unauthorized, Unavailable},
    },
    state::AppState,
};

/// A page of the activity.
#[derive(Serialize, ToSchema)]
pub(super) struct ActivityPage {
    /// The lines, newest first.
    #[schema(value_type = Vec<Line>)]
    items: Vec<Activity<Value>>,
    /// The cursor of the next page; null on the last one.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// Names the schema of a line `Activity`; a generic type names its own `Activity_Value`.
pub(super) enum Line {}

impl PartialSchema for Line {
    fn schema() -> RefOr<Schema> {
        Activity::<Value>::schema()
    }
}

impl ToSchema for Line {
    fn name() -> Cow<'static, str> {
        "Activity".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Activity::<Value>::schemas(schemas);
    }
}

/// List what was done
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/activity",
    operation_id = "listActivity",
    tag = "Activity",
    params(
        LineFilters,
        Paging,
    ),
    responses(
        (status = 200, description = "A page of activity.", body = ActivityPage),
        BadRequest, Unauthorized, Forbidden, TooLarge, Unavailable,
    ),
)]
pub(super) async fn list(
    State(state): State<AppState>,
    AdminCall { admin, call }: AdminCall,
) -> Result<Json<ActivityPage>, ApiError> {
    let mut query = LineQuery::default();
    let page = PageAsked::read(&call, &LineQuery::NAMES, |name, value| set(&mut query, name, value))?;
    let before = page.after(str::parse::<i64>)?;
    let (items, next_cursor) = state.service.activity(&admin).list(&query, before, page.limit).await?;
    Ok(Json(ActivityPage { items, next_cursor: next_cursor.map(|id| id.to_string()) }))
}

/// The filters, as the OpenAPI document has them. None has to be there.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it is only described: `LineQuery` reads what is sent")]
pub(super) struct LineFilters {
    /// Only what was done to this consumer, or with its access.
    #[param(required = false, schema_with = or_empty::<ConsumerKey>)]
    consumer: ConsumerKey,
    /// Only what this author did: a username, *the command line*, *the server* or *by request*.
    #[param(required = false)]
    who: String,
    /// Only what was done to the account of this user, by others or by its user.
    #[param(required = false, max_length = 64, pattern = "^[A-Za-z0-9._@-]*$")]
    about: String,
    /// Only actions of this kind, such as `consumer_approved`.
    #[param(required = false)]
    what: String,
    /// Only what was done from then on: a date, or a time as RFC 3339 has it.
    #[param(required = false, schema_with = date_or_time)]
    from: String,
    /// Only what was done until then: a date, with all of that day, or the time before which it was done.
    #[param(required = false, schema_with = date_or_time)]
    until: String,
}

fn date_or_time() -> Schema {
    let text = |format| ObjectBuilder::new().schema_type(Type::String).format(Some(format));
    let date = text(SchemaFormat::KnownFormat(KnownFormat::Date));
    let time = text(SchemaFormat::KnownFormat(KnownFormat::DateTime));
    with_empty(OneOfBuilder::new().item(date).item(time))
}

/// Reads the filters that the parameters of a call say.
pub(super) fn read_query(call: &Call) -> Result<LineQuery, ApiError> {
    let mut query = LineQuery::default();
    parameters::read(call, &LineQuery::NAMES, |name, value| set(&mut query, name, value))?;
    Ok(query)
}

/// Sets the filter of a parameter; returns whether there is such a parameter.
fn set(query: &mut LineQuery, name: &str, value: &str) -> Result<bool, ApiError> {
    query.set(name, value).map_err(|error| ApiError::BadRequest(error.to_string()))
}
