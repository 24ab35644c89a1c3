//! The metrics: counted while serving, rendered as OpenMetrics. What counts events says 0 before the first one, or a rate would
//! miss that.

use std::{
    fmt,
    hash::Hash,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use oauth::Problem;
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
use service::{
    Verified, VerifyError,
    sign_in::{Begun, CodeError, SignIn, SignInError, StepError},
};

use crate::state::{
    connections::{ConnectionMetrics, Listeners},
    denials::Reason,
};

/// The results of verifications that are no `oauth_problem`.
const ALLOWED: &str = "allowed";
const UNAVAILABLE: &str = "unavailable";

/// The results of attempts to sign in.
const SIGN_INS: [&str; 8] =
    ["signed_in", "code_needed", "wrong", "wrong_code", "wrong_passkey", "too_many", "too_late", UNAVAILABLE];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByResult {
    /// Of a verification: `allowed`, an `oauth_problem`, or `unavailable`.
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByReason {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByStatus {
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByState {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByTask {
    task: &'static str,
}

/// Everything that is counted. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    verifications: Family<ByResult, Counter>,
    durations: Histogram,
    sign_ins: Family<ByResult, Counter>,
    denials: Family<ByReason, Counter>,
    consumers: Family<ByStatus, Gauge>,
    subscribers: Gauge,
    connections: Family<ByState, Gauge>,
    listeners: Listeners,
    task_ends: Family<ByTask, Counter>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// With the lines of the log that are lost, which the log counts itself.
    pub(crate) fn new(lost_lines: Counter) -> Self {
        let mut registry = Registry::with_prefix("latchkey");
        let results = Problem::NAMES.into_iter().chain([ALLOWED, UNAVAILABLE]);
        let verifications = from_zero(results.map(|result| ByResult { result }));
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
        let sign_ins = from_zero(SIGN_INS.map(|result| ByResult { result }));
        registry.register("sign_ins", "Attempts to sign in, by result", sign_ins.clone());
        let denials = from_zero(Reason::ALL.map(|reason| ByReason { reason: reason.word() }));
        registry.register(
            "refused",
            "Requests of the public listener that were denied, by reason",
            denials.clone(),
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
        let listeners = Listeners::default();
        listeners.register(&mut registry);
        let task_ends = Family::default();
        registry.register(
            "task_restarts",
            "Tasks that ended by a mistake in Latchkey and were started again, by task",
            task_ends.clone(),
        );
        registry.register("lost_log_lines", "Lines of the log that could not be written", lost_lines);
        Self(Arc::new(Inner {
            registry,
            verifications,
            durations,
            sign_ins,
            denials,
            consumers,
            subscribers,
            connections,
            listeners,
            task_ends,
        }))
    }

    /// Counts a verification.
    pub(crate) fn verified(&self, verdict: &Result<Verified, VerifyError>, took: Duration) {
        let result = match verdict {
            Ok(_) => ALLOWED,
            Err(VerifyError::Refused(problem)) => problem.name(),
            Err(VerifyError::Service(_)) => UNAVAILABLE,
        };
        self.0.verifications.get_or_create(&ByResult { result }).inc();
        self.0.durations.observe(took.as_secs_f64());
    }

    /// Counts an attempt to sign in; where a code has to follow, `entered_code` counts how it ends.
    pub(crate) fn signed_in(&self, result: &Result<SignIn, SignInError>) {
        let result = match result {
            Ok(SignIn::Begun(_)) => "signed_in",
            Ok(SignIn::CodeNeeded(_)) => "code_needed",
            Err(SignInError::WrongPair(_)) => "wrong",
            Err(SignInError::TooMany(_)) => "too_many",
            Err(SignInError::Service(_)) => UNAVAILABLE,
        };
        self.0.sign_ins.get_or_create(&ByResult { result }).inc();
    }

    /// Counts the second step of a sign-in.
    pub(crate) fn entered_code(&self, result: &Result<Begun, StepError>) {
        let result = match result {
            Ok(_) => "signed_in",
            Err(StepError::StartOver) => "too_late",
            Err(StepError::Refused(_, CodeError::Wrong | CodeError::TooManyWrong(_))) => "wrong_code",
            Err(StepError::Refused(_, CodeError::WrongPasskey | CodeError::PasskeyTooLate)) => {
                "wrong_passkey"
            }
            Err(StepError::Refused(_, CodeError::TooMany(_))) => "too_many",
            Err(StepError::Refused(_, CodeError::Service(_)) | StepError::Service(_)) => UNAVAILABLE,
        };
        self.0.sign_ins.get_or_create(&ByResult { result }).inc();
    }

    /// Counts a request that was denied.
    pub(crate) fn denied(&self, reason: &'static str) {
        self.0.denials.get_or_create(&ByReason { reason }).inc();
    }

    /// Notes how many consumers have a status now.
    pub(crate) fn consumers(&self, status: &'static str, count: u64) {
        self.0.consumers.get_or_create(&ByStatus { status }).set(gauge(count));
    }

    /// Notes how many connections of the database pool are in a state now.
    pub(crate) fn connections(&self, state: &'static str, count: u64) {
        self.0.connections.get_or_create(&ByState { state }).set(gauge(count));
    }

    /// Notes how often a task has ended by now.
    pub(crate) fn task_ends(&self, task: &'static str, count: u64) {
        self.0.task_ends.get_or_create(&ByTask { task }).inner().store(count, Ordering::Relaxed);
    }

    /// What is counted of a listener's own connections.
    pub(crate) fn listener(&self, name: &'static str) -> ConnectionMetrics {
        self.0.listeners.of(name)
    }

    /// All of it in OpenMetrics.
    pub(crate) fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.0.registry)?;
        Ok(text)
    }

    /// Counts an event stream until the guard is dropped.
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

/// Counters that are there from the start.
fn from_zero<L: Clone + Eq + Hash>(labels: impl IntoIterator<Item = L>) -> Family<L, Counter> {
    let family = Family::<L, Counter>::default();
    for label in labels {
        drop(family.get_or_create(&label));
    }
    family
}

fn gauge(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
