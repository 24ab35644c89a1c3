//! The activity as CSV and as JSON: a query whole.

use std::{borrow::Cow, io};

use axum::{extract::State, response::Response};
use domain::{Activity, time::timestamp};
use serde_json::Value;
use service::{LineWords, Object};

use crate::{
    api::{
        activity::{Line, LineFilters, read_query},
        call::AdminCall,
        cells::{defused, written},
        error::ApiError,
        export::{Export, Format},
        problem::{BadRequest, Forbidden, TooLarge, Unauthorized, Unavailable},
    },
    state::AppState,
};

/// A column: its name, and its text for a line and its words.
type Column = (&'static str, fn(&Activity<Value>, &LineWords) -> String);

const COLUMNS: [Column; 11] = [
    ("id", |line, _| line.id.to_string()),
    ("at", |line, _| timestamp(line.at)),
    ("actor", |line, _| line.actor.to_string()),
    ("address", |line, _| line.address.clone().unwrap_or_default()),
    ("action", |line, _| word(line)),
    ("what", |_, words| words.deed.clone()),
    ("consumer_key", |line, _| line.consumer_key.map(|key| key.to_string()).unwrap_or_default()),
    ("consumer_name", |_, words| match &words.object {
        Some(Object::Consumer(_, name)) => name.clone().unwrap_or_default(),
        Some(Object::User(_)) | None => String::new(),
    }),
    ("user", |_, words| match &words.object {
        Some(Object::User(username)) => username.clone(),
        Some(Object::Consumer(..)) | None => String::new(),
    }),
    ("changes", |_, words| words.changes.join("; ")),
    ("reason", |line, _| line.reason.clone().unwrap_or_default()),
];

/// The action as the API writes it.
fn word(line: &Activity<Value>) -> String {
    match serde_json::to_value(&line.action) {
        Ok(Value::String(word)) => word,
        _ => line.action.words().to_owned(),
    }
}

/// Export the activity as CSV
///
/// All lines that fit, newest first, with the names of the columns in the first. A cell that a spreadsheet would run as a formula
/// begins with an apostrophe. An answer that ends early is cut off: it has no proper end.
#[utoipa::path(
    get,
    path = "/activity.csv",
    operation_id = "exportActivityAsCsv",
    tag = "Activity",
    params(LineFilters),
    responses(
        (status = 200, description = "The lines. Never a secret.", body = String, content_type = "text/csv"),
        BadRequest, Unauthorized, Forbidden, TooLarge, Unavailable,
    ),
)]
pub(super) async fn csv(State(state): State<AppState>, call: AdminCall) -> Result<Response, ApiError> {
    export(&state, &call, Format::Csv).await
}

/// Export the activity as JSON
///
/// All lines that fit, newest first, as one array. An answer that ends early is cut off: it has no proper end.
#[utoipa::path(
    get,
    path = "/activity.json",
    operation_id = "exportActivityAsJson",
    tag = "Activity",
    params(LineFilters),
    responses(
        (status = 200, description = "The lines. Never a secret.", body = Vec<Line>),
        BadRequest, Unauthorized, Forbidden, TooLarge, Unavailable,
    ),
)]
pub(super) async fn json(State(state): State<AppState>, call: AdminCall) -> Result<Response, ApiError> {
    export(&state, &call, Format::Json).await
}

async fn export(
    state: &AppState,
    AdminCall { admin, call }: &AdminCall,
    format: Format,
) -> Result<Response, ApiError> {
    let query = read_query(call)?;
    Export { name: "activity", head, lines }.send(format, state.service.activity(admin).export(query)).await
}

/// The line with the names of the columns.
fn head() -> io::Result<Vec<u8>> {
    written([COLUMNS.map(|(name, _)| Cow::Borrowed(name))])
}

/// A line for each line of the activity.
fn lines(lines: &[Activity<Value>]) -> io::Result<Vec<u8>> {
    written(lines.iter().map(|line| {
        let words = LineWords::of(line);
        COLUMNS.map(|(_, text)| defused(text(line, &words)))
    }))
}
