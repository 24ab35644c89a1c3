//! Exports: rows as CSV or as JSON, sent while they are read.

use std::io;

use axum::{
    body::Body,
    http::{HeaderName, header},
    response::{IntoResponse as _, Response},
};
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use service::{NotPermitted, consumers::ExportError};
use tracing::Span;

use crate::api::error::ApiError;

#[derive(Clone, Copy, Debug)]
pub(super) enum Format {
    Csv,
    Json,
}

/// What is exported, and how it is written as CSV.
pub(super) struct Export<T: 'static> {
    /// The name of the file, without what follows its dot.
    pub(super) name: &'static str,
    /// The line with the names of the columns.
    pub(super) head: fn() -> io::Result<Vec<u8>>,
    /// A line for each row.
    pub(super) lines: fn(&[T]) -> io::Result<Vec<u8>>,
}

impl<T: Serialize + Send + 'static> Export<T> {
    /// The answer with all rows, which come some at a time.
    pub(super) async fn send(
        self,
        format: Format,
        batches: impl Stream<Item = Result<Vec<T>, ExportError>> + Send + 'static,
    ) -> Result<Response, ApiError> {
        let mut batches = Box::pin(batches);
        // Before the status is sent: what cannot be read at all is an answer of its own.
        let first = batches.try_next().await.map_err(|error| match error {
            ExportError::NotPermitted => ApiError::NotPermitted(NotPermitted::User, None),
            ExportError::Service(error) => ApiError::Service(error),
        })?;
        let headers = self.headers(format);
        let begin = self.begin(format, &first.unwrap_or_default());
        let span = Span::current();
        let rest = batches.map(move |rows| match rows {
            Ok(rows) => self.more(format, &rows),
            Err(error) => {
                span.in_scope(|| tracing::error!(error = error.cause(), "an export was cut off"));
                Err(io::Error::other(error))
            }
        });
        let all = stream::iter([begin]).chain(rest).chain(stream::iter([Ok(end(format))]));
        Ok((headers, Body::from_stream(all)).into_response())
    }

    fn headers(&self, format: Format) -> [(HeaderName, String); 2] {
        let (media_type, ending) = match format {
            Format::Csv => ("text/csv; charset=utf-8; header=present", "csv"),
            Format::Json => ("application/json", "json"),
        };
        let disposition = format!("attachment; filename=\"{}.{ending}\"", self.name);
        [(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)]
    }

    /// The begin of the export, with its first rows.
    fn begin(&self, format: Format, rows: &[T]) -> io::Result<Vec<u8>> {
        match format {
            Format::Csv => Ok([(self.head)()?, (self.lines)(rows)?].concat()),
            Format::Json => elements("[", rows),
        }
    }

    /// Rows behind others.
    fn more(&self, format: Format, rows: &[T]) -> io::Result<Vec<u8>> {
        match format {
            Format::Csv => (self.lines)(rows),
            Format::Json => elements(",\n", rows),
        }
    }
}

fn end(format: Format) -> Vec<u8> {
    match format {
        Format::Csv => Vec::new(),
        Format::Json => b"]\n".to_vec(),
    }
}

/// Elements of an array, behind what stands before the first; that alone if it opens the array.
fn elements<T: Serialize>(before: &str, rows: &[T]) -> io::Result<Vec<u8>> {
    let mut bytes = if rows.is_empty() && before != "[" { Vec::new() } else { before.as_bytes().to_vec() };
    for (n, row) in rows.iter().enumerate() {
        if n > 0 {
            bytes.extend(b",\n");
        }
        serde_json::to_writer(&mut bytes, row)?;
    }
    Ok(bytes)
}
