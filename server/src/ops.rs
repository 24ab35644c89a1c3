//! What operators ask on the internal listener: the metrics, and whether this process can do its work now.

mod exposition;

use std::sync::{Arc, atomic::Ordering};

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::Status;

use crate::{ops::exposition::Format, state::AppState};

/// `GET /metrics`
pub(crate) async fn metrics(State(state): State<Arc<AppState>>, headers: HeaderMap) -> Response {
    let metrics = &state.metrics;
    match state.service.gauges().await {
        Ok(gauges) => {
            for status in [Status::Pending, Status::Approved, Status::Disapproved] {
                metrics.consumers(word(status), gauges.consumers.of(status));
            }
            metrics.connections("open", gauges.open_connections);
            metrics.connections("idle", gauges.idle_connections);
        }
        // What this process counted by itself is worth telling all the same; `/readyz` says what is wrong.
        Err(error) => tracing::warn!(%error, "the database could not be asked for the metrics"),
    }
    for (task, count) in state.service.task_ends() {
        metrics.task_ends(task, count);
    }
    match metrics.text() {
        Ok(text) => {
            let format = Format::preferred(&headers);
            let fields = [(header::CONTENT_TYPE, format.content_type()), (header::VARY, "Accept")];
            (fields, format.of(text)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Pending => "pending",
        Status::Approved => "approved",
        Status::Disapproved => "disapproved",
    }
}

/// `GET /readyz`: whether a signed request would be answered now, and if not, a line for each part that is in the way.
pub(crate) async fn ready(State(state): State<Arc<AppState>>) -> Response {
    let not_ready = |reason: String| {
        (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], format!("{reason}\n")).into_response()
    };
    if state.draining.load(Ordering::Relaxed) {
        return not_ready("the server is about to stop".to_owned());
    }
    match state.service.ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(parts) => not_ready(parts.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}
