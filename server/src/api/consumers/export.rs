//! Exports: a view of the consumers, whole, sent while it is read.

use std::io;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderName, header},
    response::{IntoResponse as _, Response},
};
use domain::Consumer;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use service::{NotPermitted, consumers::ExportError};
use tracing::Span;

use crate::{
    api::{
        call::AdminCall,
        consumers::{
            spreadsheet,
            view::{Filters, read_view},
        },
        error::ApiError,
        problem::{BadRequest, Forbidden, TooLarge, Unauthorized, Unavailable},
    },
    state::AppState,
};

/// Export consumers as CSV
///
/// The whole view, one line for each consumer, with the names of the columns in the first. A cell that a spreadsheet would run as a
/// formula begins with an apostrophe. An answer that ends early is cut off: it has no proper end.
#[utoipa::path(
    get,
    path = "/consumers.csv",
    operation_id = "exportConsumersAsCsv",
    tag = "Consumers",
    params(Filters),
    responses(
        (status = 200, description = "The consumers. Never a secret.", body = String, content_type = "text/csv"),
        BadRequest, Unauthorized, Forbidden, TooLarge, Unavailable,
    ),
)]
pub(in crate::api) async fn csv(
    State(state): State<AppState>,
    call: AdminCall,
) -> Result<Response, ApiError> {
    export(&state, &call, Format::Csv).await
}

/// Export consumers as JSON
///
/// The whole view, as one array. An answer that ends early is cut off: it has no proper end.
#[utoipa::path(
    get,
    path = "/consumers.json",
    operation_id = "exportConsumersAsJson",
    tag = "Consumers",
    params(Filters),
    responses(
        (status = 200, description = "The consumers. Never a secret.", body = Vec<Consumer>),
        BadRequest, Unauthorized, Forbidden, TooLarge, Unavailable,
    ),
)]
pub(in crate::api) async fn json(
    State(state): State<AppState>,
    call: AdminCall,
) -> Result<Response, ApiError> {
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
            Self::Csv => {
                ("text/csv; charset=utf-8; header=present", "attachment; filename=\"consumers.csv\"")
            }
            Self::Json => ("application/json", "attachment; filename=\"consumers.json\""),
        };
        [(header::CONTENT_TYPE, media_type), (header::CONTENT_DISPOSITION, disposition)]
    }

    /// The begin of the export, with its first rows.
    fn begin(self, rows: &[Consumer]) -> io::Result<Vec<u8>> {
        match self {
            Self::Csv => Ok([spreadsheet::head()?, spreadsheet::lines(rows)?].concat()),
            Self::Json => elements("[", rows),
        }
    }

    /// Rows behind others.
    fn more(self, rows: &[Consumer]) -> io::Result<Vec<u8>> {
        match self {
            Self::Csv => spreadsheet::lines(rows),
            Self::Json => elements(",\n", rows),
        }
    }

    fn end(self) -> Vec<u8> {
        match self {
            Self::Csv => Vec::new(),
            Self::Json => b"]\n".to_vec(),
        }
    }
}

/// Elements of an array, behind what stands before the first; that alone if it opens the array.
fn elements(before: &str, rows: &[Consumer]) -> io::Result<Vec<u8>> {
    let mut bytes = if rows.is_empty() && before != "[" { Vec::new() } else { before.as_bytes().to_vec() };
    for (n, row) in rows.iter().enumerate() {
        if n > 0 {
            bytes.extend(b",\n");
        }
        serde_json::to_writer(&mut bytes, row)?;
    }
    Ok(bytes)
}

async fn export(
    state: &AppState,
    AdminCall { admin, call }: &AdminCall,
    format: Format,
) -> Result<Response, ApiError> {
    let view = read_view(call, &[], |_, _| Ok(()))?;
    let mut batches = Box::pin(state.service.consumers(admin).export(view.at(state.service.now())));
    // Before the status is sent: what cannot be read at all is an answer of its own.
    let first = batches.try_next().await.map_err(|error| match error {
        ExportError::NotPermitted => ApiError::NotPermitted(NotPermitted::User),
        ExportError::Service(error) => ApiError::Service(error),
    })?;
    let begin = format.begin(&first.unwrap_or_default());
    let span = Span::current();
    let rest = batches.map(move |rows| match rows {
        Ok(rows) => format.more(&rows),
        Err(error) => {
            span.in_scope(|| tracing::error!(error = error.cause(), "an export was cut off"));
            Err(io::Error::other(error))
        }
    });
    let all = stream::iter([begin]).chain(rest).chain(stream::iter([Ok(format.end())]));
    Ok((format.headers(), Body::from_stream(all)).into_response())
}
