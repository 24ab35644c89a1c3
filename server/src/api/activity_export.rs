//! The activity as CSV and as JSON: a query whole, sent while it is read.

use std::{borrow::Cow, io};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderName, header},
    response::{IntoResponse as _, Response},
};
use domain::{Activity, time::timestamp};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value;
use service::{LineWords, NotPermitted, Object, consumers::ExportError};
use tracing::Span;

use crate::{
    api::{
        activity::{Line, LineFilters, read_query},
        call::AdminCall,
        cells::{defused, written},
        error::ApiError,
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

#[derive(Clone, Copy, Debug)]
enum Format {
    Csv,
    Json,
}

impl Format {
    fn headers(self) -> [(HeaderName, &'static str); 2] {
        let (media_type, disposition) = match self {
            Self::Csv => ("text/csv; charset=utf-8; header=present", "attachment; filename=\"activity.csv\""),
            Self::Json => ("application/json", "attachment; filename=\"activity.json\""),
        };
        [(header::CONTENT_TYPE, media_type), (header::CONTENT_DISPOSITION, disposition)]
    }

    fn begin(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Csv => written([COLUMNS.map(|(name, _)| Cow::Borrowed(name))]),
            Self::Json => Ok(b"[".to_vec()),
        }
    }

    /// Lines, behind others if they are not the first.
    fn lines(self, lines: &[Activity<Value>], is_first: bool) -> io::Result<Vec<u8>> {
        if matches!(self, Self::Csv) {
            return written(lines.iter().map(|line| {
                let words = LineWords::of(line);
                COLUMNS.map(|(_, text)| defused(text(line, &words)))
            }));
        }
        let mut bytes = Vec::new();
        for (n, line) in lines.iter().enumerate() {
            if n > 0 || !is_first {
                bytes.extend(b",\n");
            }
            serde_json::to_writer(&mut bytes, line)?;
        }
        Ok(bytes)
    }

    fn end(self) -> Vec<u8> {
        match self {
            Self::Csv => Vec::new(),
            Self::Json => b"]\n".to_vec(),
        }
    }
}

async fn export(
    state: &AppState,
    AdminCall { admin, call }: &AdminCall,
    format: Format,
) -> Result<Response, ApiError> {
    let query = read_query(call, &[], |_, _| Ok(()))?;
    let mut batches = Box::pin(state.service.activity(admin).export(query));
    // Before the status is sent: what cannot be read at all is an answer of its own.
    let first = batches.try_next().await.map_err(|error| match error {
        ExportError::NotPermitted => ApiError::NotPermitted(NotPermitted::User),
        ExportError::Service(error) => ApiError::Service(error),
    })?;
    let first = format.lines(&first.unwrap_or_default(), true);
    let span = Span::current();
    let rest = batches.map(move |lines| match lines {
        Ok(lines) => format.lines(&lines, false),
        Err(error) => {
            span.in_scope(|| tracing::error!(error = error.cause(), "an export was cut off"));
            Err(io::Error::other(error))
        }
    });
    let all = stream::iter([format.begin(), first]).chain(rest).chain(stream::iter([Ok(format.end())]));
    Ok((format.headers(), Body::from_stream(all)).into_response())
}
