//! Limits on connections: how long each may be idle, how much is buffered for it, and how many there are.

use std::{io, sync::Arc, time::Duration};

use axum_server::{
    Handle, Server,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{
    layers::head::MOST_HEAD_BYTES,
    serve::{
        acceptor::Admitting,
        admission::{Admission, Limits},
        bound::{Bound, End},
        entrance::Entrance,
        stream::HEAD,
        unread::Manner,
    },
    settings::proxies::TrustedProxies,
};

/// The most connections of the public listener; twice as many as it has event streams.
const MOST_PUBLIC: usize = 20_000;
/// The most connections of the internal listener.
const MOST_INTERNAL: usize = 10_000;
/// The most connections from one address or IPv6 /64: more than an office behind one address has, and 64 MiB at the most
/// for heads that are not whole.
const MOST_OF_NETWORK: usize = 1_024;
/// The most requests at once on an HTTP/2 connection, which is all that a browser has: more than a session's 50 event streams.
const MOST_STREAMS: u32 = 64;
/// The most that is buffered of an answer over HTTP/2.
const MOST_BUFFERED: usize = 64 * 1024;
/// An HTTP/2 peer that has asked for nothing for this long has to answer a ping within `PONG`. It cannot while it sends a head,
/// which so ends in time.
const PING: Duration = Duration::from_secs(20);
/// Longer than a peer that takes no more than it has to needs for what lies before the ping: a frame of 16 KiB, what the system
/// keeps unsent, and what is on its way.
const PONG: Duration = Duration::from_secs(35);
/// Time limit for the head of the next request on a kept-alive connection. Longer than the minute after which gateways
/// close an idle one, so that none of their requests meets a closed connection.
const NEXT_REQUEST: Duration = Duration::from_secs(75);
/// Close a connection whose peer has not acknowledged data for this long (`TCP_USER_TIMEOUT`).
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(20);
/// Most unsent bytes that the kernel queues per connection (`TCP_NOTSENT_LOWAT`); the default is some megabytes.
#[cfg(target_os = "linux")]
const MOST_UNSENT_BYTES: u32 = 64 * 1024;

/// Serves the public listener until the handle shuts it down. Handlers can read the
/// peer's address.
pub(super) async fn serve_public(
    listener: Bound,
    tls: Option<RustlsConfig>,
    manner: Manner,
    admission: Arc<Admission>,
    entrance: Entrance,
    handle: Handle<End>,
) -> io::Result<()> {
    limit_unsent_data(&listener);
    let server = Server::from_listener(listener);
    let admitting = admission.clone();
    watched(&admission, async move {
        if let Some(tls) = tls {
            let server = server.acceptor(RustlsAcceptor::new(tls));
            limited(server, admitting, manner).handle(handle).serve(entrance).await
        } else {
            limited(server, admitting, manner).handle(handle).serve(entrance).await
        }
    })
    .await
}

/// Serves the internal listener until the handle shuts it down. Handlers can tell gateways apart.
pub(super) async fn serve_internal(
    listener: Bound,
    manner: Manner,
    admission: Arc<Admission>,
    entrance: Entrance,
    handle: Handle<End>,
) -> io::Result<()> {
    limit_unsent_data(&listener);
    let server = limited(Server::from_listener(listener), admission.clone(), manner);
    watched(&admission, server.handle(handle).serve(entrance)).await
}

/// Serves, and hangs up on peers that do not take what they are sent.
async fn watched(admission: &Admission, serving: impl Future<Output = io::Result<()>>) -> io::Result<()> {
    tokio::select! {
        ended = serving => ended,
        never = admission.hang_up_on_slow() => match never {},
    }
}

/// The public listener's limits. One open file in eight is left for the database, whatever both listeners have open.
pub(super) fn public_limits(open_files: u64, proxies: TrustedProxies) -> Limits {
    let in_all = at_most(MOST_PUBLIC, open_files / 8 * 5);
    Limits { in_all, of_network: Some(MOST_OF_NETWORK.min(in_all.div_ceil(4))), exempt: proxies }
}

/// The internal listener's limits, whatever the public one has open. A gateway is one address, with connections for all of
/// its clients.
pub(super) fn internal_limits(open_files: u64) -> Limits {
    Limits {
        in_all: at_most(MOST_INTERNAL, open_files / 4),
        of_network: None,
        exempt: TrustedProxies::default(),
    }
}

fn at_most(most: usize, share: u64) -> usize {
    usize::try_from(share).unwrap_or(most).clamp(1, most)
}

fn limited<A>(
    server: Server<End, A>,
    admission: Arc<Admission>,
    manner: Manner,
) -> Server<End, Admitting<A>> {
    let admitting = |acceptor| Admitting::new(acceptor, admission, manner);
    let mut server = server.map(admitting).first_request_timeout(HEAD);
    let builder = server.http_builder();
    builder.http1().header_read_timeout(NEXT_REQUEST).max_buf_size(MOST_HEAD_BYTES);
    let mut http2 = builder.http2();
    http2.keep_alive_interval(PING).keep_alive_timeout(PONG);
    http2.max_concurrent_streams(MOST_STREAMS).max_send_buf_size(MOST_BUFFERED);
    http2.max_header_list_size(u32::try_from(MOST_HEAD_BYTES).unwrap_or(u32::MAX));
    server
}

/// Accepted sockets inherit these options, which unix sockets lack. A kernel that lacks them, too, has limits of its own.
#[cfg(target_os = "linux")]
fn limit_unsent_data(listener: &Bound) {
    let Bound::Tcp(listener) = listener else { return };
    let socket = socket2::SockRef::from(listener);
    let limited = socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
    if let Err(error) = limited.and_then(|()| socket.set_tcp_notsent_lowat(MOST_UNSENT_BYTES)) {
        tracing::warn!(%error, "the system does not limit how much of an answer waits for a slow client");
    }
}

/// Other systems lack these options; their own limits apply.
#[cfg(not(target_os = "linux"))]
fn limit_unsent_data(_: &Bound) {}

/// Raises the limit of open files to its maximum, since each connection takes one; returns the limit.
pub(crate) fn raise_open_files() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    match setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        Ok(()) => limit.maximum.unwrap_or(u64::MAX),
        Err(error) => {
            tracing::warn!(%error, "the limit of open files cannot be raised");
            limit.current.unwrap_or(u64::MAX)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_listeners_together_leave_open_files_for_the_database() {
        for (open_files, public, of_network, internal) in
            [(u64::MAX, 20_000, 1_024, 10_000), (1_024, 640, 160, 256), (100, 60, 15, 25), (0, 1, 1, 1)]
        {
            let limits = public_limits(open_files, TrustedProxies::default());
            let found = (limits.in_all, limits.of_network, internal_limits(open_files).in_all);
            assert_eq!(found, (public, Some(of_network), internal), "{open_files}");
        }
    }
}
