//! What is counted of each listener's connections.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByListener {
    listener: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByLimit {
    listener: &'static str,
    /// The limit that was met, one of `LIMITS`.
    limit: &'static str,
}

/// Every limit.
const LIMITS: [&str; 2] = ["all", "network"];

/// The metrics of all listeners. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listeners {
    open: Family<ByListener, Gauge>,
    refused: Family<ByLimit, Counter>,
    reclaimed: Family<ByListener, Counter>,
    hung_up: Family<ByListener, Counter>,
}

impl Listeners {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("connections", "Open connections, by listener", self.open.clone());
        registry.register(
            "connections_refused",
            "Connections closed at once because every one that may be open was at work, by listener and limit",
            self.refused.clone(),
        );
        registry.register(
            "connections_reclaimed",
            "Connections closed while they waited for a request, to make room for a new one, by listener",
            self.reclaimed.clone(),
        );
        registry.register(
            "connections_hung_up",
            "Connections closed because their peers did not take what they were sent, by listener",
            self.hung_up.clone(),
        );
    }

    /// One listener's, by its name. They are there from now on, all of them 0.
    pub(crate) fn of(&self, listener: &'static str) -> ConnectionMetrics {
        for limit in LIMITS {
            drop(self.refused.get_or_create(&ByLimit { listener, limit }));
        }
        let metrics = ConnectionMetrics { listener, listeners: self.clone() };
        metrics.open(0);
        metrics.reclaimed(0);
        drop(self.hung_up.get_or_create(&ByListener { listener }));
        metrics
    }
}

/// The metrics of one listener.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionMetrics {
    listener: &'static str,
    listeners: Listeners,
}

impl ConnectionMetrics {
    /// Notes how many connections are open now.
    pub(crate) fn open(&self, count: usize) {
        let open = self.listeners.open.get_or_create(&ByListener { listener: self.listener });
        open.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Counts a connection that met a limit.
    pub(crate) fn refused(&self, limit: &'static str) {
        self.listeners.refused.get_or_create(&ByLimit { listener: self.listener, limit }).inc();
    }

    /// Counts waiting connections that made room.
    pub(crate) fn reclaimed(&self, count: usize) {
        let reclaimed = self.listeners.reclaimed.get_or_create(&ByListener { listener: self.listener });
        reclaimed.inc_by(u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// Counts a connection whose peer did not take what it was sent.
    pub(crate) fn hung_up(&self) {
        self.listeners.hung_up.get_or_create(&ByListener { listener: self.listener }).inc();
    }
}
