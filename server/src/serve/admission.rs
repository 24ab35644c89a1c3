//! How many connections a listener has open: in all, and for each network that they come from. A newcomer takes the place
//! of those that have waited longest for a request; only where every connection is at work it is refused. A connection whose
//! peer does not take what it is sent is closed.

use std::{
    collections::HashMap,
    convert::Infallible,
    future::poll_fn,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use domain::Network;
use futures::task::AtomicWaker;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    serve::taking::{Taking, Untaken},
    settings::proxies::TrustedProxies,
    state::connections::ConnectionMetrics,
};

/// Where there is no room, one part in this many of the waiting connections is closed, so that not every newcomer looks
/// through all of them.
const PART: usize = 16;

/// The most connections that a listener has open.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    pub(super) in_all: usize,
    /// From one IPv4 address or IPv6 /64; `None` where the callers are gateways.
    pub(super) of_network: Option<usize>,
    /// Addresses that many clients share.
    pub(super) exempt: TrustedProxies,
}

/// Which limit a refused connection met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("every connection that may be open is at work")]
    InAll,
    #[error("every connection that its network may have is at work")]
    OfNetwork,
}

/// A listener's open connections.
#[derive(Debug)]
pub(super) struct Admission {
    limits: Limits,
    metrics: ConnectionMetrics,
    /// Counts the beginnings of waits: an order without a clock.
    turn: Arc<AtomicU64>,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    admitted: u64,
    refused: u64,
    in_all: usize,
    of_network: HashMap<Network, HashMap<u64, Arc<Connection>>>,
}

impl Admission {
    pub(super) fn new(limits: Limits, metrics: ConnectionMetrics) -> Arc<Self> {
        Arc::new(Self { limits, metrics, turn: Arc::default(), open: Mutex::default() })
    }

    /// Counts one more connection until the guard is dropped.
    pub(super) fn admit(self: &Arc<Self>, peer: IpAddr) -> Result<Admitted, Refused> {
        let mut open = self.lock();
        let network = Network::of(peer);
        self.make_room(&mut open, peer, network)
            .inspect_err(|refused| self.note(&mut open, *refused, network))?;
        let connection = Arc::new(Connection::new(open.admitted, network, self.turn.clone()));
        open.admitted += 1;
        open.in_all += 1;
        open.of_network.entry(network).or_default().insert(connection.id, connection.clone());
        self.metrics.open(open.in_all);
        drop(open);
        Ok(Admitted { admission: self.clone(), connection })
    }

    /// Closes, for as long as it is polled, each connection whose peer does not take what waits for it.
    pub(super) async fn hang_up_on_slow(&self) -> Infallible {
        let mut seconds = interval(Duration::from_secs(1));
        // A time in which this process could not run is nobody's fault.
        seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            seconds.tick().await;
            self.charge_second();
        }
    }

    /// Charges every connection for one second, and closes those that have no credit left.
    fn charge_second(&self) {
        let open = self.lock();
        let connections = open.of_network.values().flat_map(HashMap::values);
        for connection in connections.filter(|connection| !connection.is_cut()) {
            if !connection.taking.charge_second() {
                connection.cut();
                self.metrics.hung_up();
            }
        }
    }

    fn make_room(&self, open: &mut Open, peer: IpAddr, network: Network) -> Result<(), Refused> {
        let limit = self.limits.of_network.filter(|_| !self.limits.exempt.contains(peer));
        let siblings = open.of_network.get(&network);
        if let (Some(limit), Some(siblings)) = (limit, siblings)
            && siblings.len() >= limit
        {
            let longest = longest_waiting(siblings.values());
            self.close(open, &longest).ok_or(Refused::OfNetwork)?;
        }
        if open.in_all >= self.limits.in_all {
            let longest = longest_waiting(open.of_network.values().flat_map(HashMap::values));
            self.close(open, &longest).ok_or(Refused::InAll)?;
        }
        Ok(())
    }

    /// `None` where there are none to close.
    fn close(&self, open: &mut Open, connections: &[Arc<Connection>]) -> Option<()> {
        for connection in connections {
            connection.cut();
            open.remove(connection);
        }
        self.metrics.reclaimed(connections.len());
        (!connections.is_empty()).then_some(())
    }

    /// Logs the first refusal, the second, the fourth and so on: a flood must not fill the log.
    fn note(&self, open: &mut Open, refused: Refused, network: Network) {
        open.refused += 1;
        match refused {
            Refused::InAll => self.metrics.refused("all"),
            Refused::OfNetwork => self.metrics.refused("network"),
        }
        if open.refused.is_power_of_two() {
            let (count, why) = (open.refused, refused.to_string());
            tracing::warn!(
                %network,
                count,
                why,
                "a connection is refused; a proxy that many clients come through belongs into LATCHKEY_TRUSTED_PROXIES"
            );
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Does nothing where it is not there any more.
    fn remove(&mut self, connection: &Connection) {
        let Some(siblings) = self.of_network.get_mut(&connection.network) else { return };
        if siblings.remove(&connection.id).is_some() {
            self.in_all -= 1;
        }
        if siblings.is_empty() {
            self.of_network.remove(&connection.network);
        }
    }
}

/// A part of the waiting connections: those that have waited longest.
fn longest_waiting<'a>(connections: impl Iterator<Item = &'a Arc<Connection>>) -> Vec<Arc<Connection>> {
    let mut waiting: Vec<_> = connections
        .filter(|connection| connection.is_idle())
        .map(|connection| (connection.since.load(Ordering::Relaxed), connection))
        .collect();
    let count = waiting.len().div_ceil(PART);
    if count > 0 {
        waiting.select_nth_unstable_by_key(count - 1, |(since, _)| *since);
    }
    waiting[..count].iter().map(|(_, connection)| Arc::clone(connection)).collect()
}

/// A connection that was admitted, until it is dropped.
#[derive(Debug)]
pub(super) struct Admitted {
    admission: Arc<Admission>,
    pub(super) connection: Arc<Connection>,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut open = self.admission.lock();
        open.remove(&self.connection);
        self.admission.metrics.open(open.in_all);
    }
}

/// What a connection does: it is at work on requests, or waits for one.
#[derive(Debug)]
pub(super) struct Connection {
    id: u64,
    network: Network,
    turn: Arc<AtomicU64>,
    begun: AtomicU64,
    under_way: AtomicUsize,
    /// The turn at which the wait began.
    since: AtomicU64,
    /// What its peer takes of what it is sent.
    pub(super) taking: Arc<Taking>,
    is_cut: AtomicBool,
    reader: AtomicWaker,
}

impl Connection {
    fn new(id: u64, network: Network, turn: Arc<AtomicU64>) -> Self {
        let since = AtomicU64::new(turn.fetch_add(1, Ordering::Relaxed));
        Self {
            id,
            network,
            turn,
            begun: AtomicU64::new(0),
            under_way: AtomicUsize::new(0),
            since,
            taking: Taking::new(),
            is_cut: AtomicBool::new(false),
            reader: AtomicWaker::new(),
        }
    }

    /// Counts a request until the guard is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> UnderWay {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        self.begun.fetch_add(1, Ordering::Relaxed);
        UnderWay(self.clone())
    }

    /// How many requests have begun on it.
    pub(super) fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }

    /// Whether no request is under way.
    pub(super) fn is_waiting(&self) -> bool {
        self.under_way.load(Ordering::Relaxed) == 0
    }

    /// Whether no request is under way, and its peer has taken all that it was sent.
    fn is_idle(&self) -> bool {
        self.is_waiting() && !self.taking.is_owing()
    }

    /// Whether the connection is to be closed.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut.load(Ordering::Acquire)
    }

    /// Ready once the connection is to be closed.
    pub(super) fn poll_cut(&self, cx: &Context<'_>) -> Poll<()> {
        self.reader.register(cx.waker());
        if self.is_cut() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Resolves once the connection is to be closed.
    pub(super) async fn until_cut(&self) {
        poll_fn(|cx| self.poll_cut(cx)).await;
    }

    fn cut(&self) {
        self.is_cut.store(true, Ordering::Release);
        self.reader.wake();
    }
}

/// A request that is under way, its answer's body included.
#[derive(Debug)]
pub(super) struct UnderWay(Arc<Connection>);

impl UnderWay {
    /// Counts a piece of the answer that waits to be taken until the guard is dropped.
    pub(super) fn hand_over(&self) -> Untaken {
        self.0.taking.hand_over()
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let connection = &self.0;
        connection.since.store(connection.turn.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        connection.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
