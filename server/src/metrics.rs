//! What operators watch: counted while serving, told as Prometheus text.

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};
use service::{Verified, VerifyError};

use crate::state::AppState;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByResult {
    /// `allowed`, an `oauth_problem`, or `unavailable`.
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByStatus {
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByState {
    state: &'static str,
}

/// Everything that is counted. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    verifications: Family<ByResult, Counter>,
    durations: Histogram,
    consumers: Family<ByStatus, Gauge>,
    subscribers: Gauge,
    connections: Family<ByState, Gauge>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("latchkey");
        let verifications = Family::default();
        registry.register(
            "verifications",
            "Signed requests that were checked, by result",
            verifications.clone(),
        );
        // From 16 µs to half a second.
        let durations = Histogram::new(exponential_buckets(16e-6, 2.0, 16));
        registry.register_with_unit(
            "verification_duration",
            "Time that checking a signed request took, its durable nonce included",
            Unit::Seconds,
            durations.clone(),
        );
        let consumers = Family::default();
        registry.register("consumers", "Registered consumers, by status", consumers.clone());
        let subscribers = Gauge::default();
        registry.register("event_subscribers", "Open event streams", subscribers.clone());
        let connections = Family::default();
        registry.register(
            "database_connections",
            "Connections of the database pool, by state",
            connections.clone(),
        );
        Self(Arc::new(Inner { registry, verifications, durations, consumers, subscribers, connections }))
    }

    /// Counts a verification.
    pub(crate) fn verified(&self, verdict: &Result<Verified, VerifyError>, took: Duration) {
        let result = match verdict {
            Ok(_) => "allowed",
            Err(VerifyError::Refused(problem)) => problem.name(),
            Err(VerifyError::Service(_)) => "unavailable",
        };
        self.0.verifications.get_or_create(&ByResult { result }).inc();
        self.0.durations.observe(took.as_secs_f64());
    }

    /// Counts an event stream for as long as what is given lives.
    pub(crate) fn subscribe(&self) -> Subscription {
        self.0.subscribers.inc();
        Subscription(self.clone())
    }
}

/// An open event stream.
pub(crate) struct Subscription(Metrics);

impl Drop for Subscription {
    fn drop(&mut self) {
        self.0.0.subscribers.dec();
    }
}

/// `GET /metrics`
pub(crate) async fn metrics(State(state): State<Arc<AppState>>) -> Response {
    let inner = &state.metrics.0;
    match state.service.gauges().await {
        Ok(gauges) => {
            let gauge = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
            for status in [domain::Status::Pending, domain::Status::Approved, domain::Status::Disapproved] {
                let found = gauges.consumers.iter().find(|(of, _)| *of == status);
                let count = found.map_or(0, |(_, count)| gauge(*count));
                inner.consumers.get_or_create(&ByStatus { status: word(status) }).set(count);
            }
            for (name, count) in [("open", gauges.open_connections), ("idle", gauges.idle_connections)] {
                inner.connections.get_or_create(&ByState { state: name }).set(gauge(count));
            }
        }
        // What this process counted by itself is worth telling all the same; `/readyz` says what is wrong.
        Err(error) => tracing::warn!(%error, "the database could not be asked for the metrics"),
    }
    let mut text = String::new();
    match encode(&mut text, &inner.registry) {
        Ok(()) => {
            let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, content_type)], text).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn word(status: domain::Status) -> &'static str {
    match status {
        domain::Status::Pending => "pending",
        domain::Status::Approved => "approved",
        domain::Status::Disapproved => "disapproved",
    }
}

/// `GET /readyz`: whether this process can do its work now, and if not, what is in the way.
pub(crate) async fn ready(State(state): State<Arc<AppState>>) -> Response {
    match state.service.ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], format!("{reason}\n"))
            .into_response(),
    }
}
