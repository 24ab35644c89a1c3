//! Limits on connections: how long each may be idle, how much the kernel buffers for it, and how many there are.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use axum::Router;
use axum_server::{Handle, Server, tls_rustls::RustlsConfig};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Time limit for the head of a new connection's first request.
const FIRST_REQUEST: Duration = Duration::from_secs(10);
/// Time limit for the head of the next request on a kept-alive connection. Longer than the minute after which gateways
/// close an idle one, so that none of their requests meets a closed connection.
const NEXT_REQUEST: Duration = Duration::from_secs(75);
/// Close a connection whose peer has not acknowledged data for this long (`TCP_USER_TIMEOUT`).
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(20);
/// Most unsent bytes that the kernel queues per connection (`TCP_NOTSENT_LOWAT`); the default is some megabytes.
#[cfg(target_os = "linux")]
const MOST_UNSENT_BYTES: u32 = 64 * 1024;

/// Serves the public listener until the handle shuts it down. Handlers can read the peer's address.
pub(crate) async fn serve_public(
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    router: Router,
    handle: Handle<SocketAddr>,
) -> io::Result<()> {
    limit_unsent_data(&listener)?;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    match tls {
        Some(tls) => {
            let server = axum_server::from_tcp_rustls(listener, tls)?;
            set_timeouts(server).handle(handle).serve(service).await
        }
        None => set_timeouts(axum_server::from_tcp(listener)?).handle(handle).serve(service).await,
    }
}

/// Serves the internal listener until the handle shuts it down.
pub(crate) async fn serve_internal(
    listener: TcpListener,
    router: Router,
    handle: Handle<SocketAddr>,
) -> io::Result<()> {
    limit_unsent_data(&listener)?;
    set_timeouts(axum_server::from_tcp(listener)?).handle(handle).serve(router.into_make_service()).await
}

fn set_timeouts<A>(server: Server<SocketAddr, A>) -> Server<SocketAddr, A> {
    let mut server = server.first_request_timeout(FIRST_REQUEST);
    let builder = server.http_builder();
    builder.http1().header_read_timeout(NEXT_REQUEST);
    // An HTTP/2 connection serves many requests; one whose peer does not answer a ping is closed.
    builder.http2().keep_alive_interval(NEXT_REQUEST).keep_alive_timeout(FIRST_REQUEST);
    server
}

/// Accepted sockets inherit these options.
#[cfg(target_os = "linux")]
fn limit_unsent_data(listener: &TcpListener) -> io::Result<()> {
    let socket = socket2::SockRef::from(listener);
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    socket.set_tcp_notsent_lowat(MOST_UNSENT_BYTES)
}

/// Other systems lack these options; their own limits apply.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "on Linux it can fail")]
fn limit_unsent_data(_: &TcpListener) -> io::Result<()> {
    Ok(())
}

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
