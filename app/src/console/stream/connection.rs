//! One connection to the server's event stream.

use futures::stream::{SelectAll, StreamExt as _, select_all};
use gloo_net::eventsource::futures::{EventSource, EventSourceSubscription};

/// What the server sends on any stream, whatever its page listens to.
const ALWAYS: [&str; 3] = ["ready", "resync", "beat"];

/// The browser's own event: it is about to connect again. The page does that itself, after asking why.
const BROKEN: &str = "error";

/// An event as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// The newest number so far: its own, or, for what is no activity, that of the event before it.
    pub(super) id: Option<i64>,
    pub(super) name: String,
    pub(super) data: String,
}

/// An open connection; it ends when this is dropped.
pub(super) struct Connection {
    // Before the source, which tells its subscribers when it is dropped.
    events: SelectAll<EventSourceSubscription>,
    _source: EventSource,
}

impl Connection {
    /// Connects, and listens to these events besides those of every stream. `None` if the browser does not take the address.
    pub(super) fn open(url: &str, events: &[&str]) -> Option<Self> {
        let mut source = EventSource::new(url).ok()?;
        let names = ALWAYS.iter().chain([&BROKEN]).chain(events);
        let events = select_all(names.filter_map(|name| source.subscribe(*name).ok()).collect::<Vec<_>>());
        Some(Self { events, _source: source })
    }

    /// The next event; `None` once the connection is broken.
    pub(super) async fn next(&mut self) -> Option<Told> {
        let (name, message) = self.events.next().await?.ok()?;
        if name == BROKEN {
            return None;
        }
        let data = message.data().as_string().unwrap_or_default();
        Some(Told { id: message.last_event_id().parse().ok(), name, data })
    }
}
