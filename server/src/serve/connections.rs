//! What connections may take: how long each may keep the server waiting, how much is kept for it, and how many there are.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use axum::Router;
use axum_server::{Handle, Server, tls_rustls::RustlsConfig};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// A new connection has sent the head of its first request within this time.
const FIRST_REQUEST: Duration = Duration::from_secs(10);
/// A connection that is kept has sent the head of its next request within this time. Longer than the minute after which
/// gateways drop one that rests, so that none of their requests meets a closed one.
const NEXT_REQUEST: Duration = Duration::from_secs(75);
/// What was sent and is not taken for so long ends the connection: nobody reads there any more.
#[cfg(target_os = "linux")]
const NOT_TAKEN: Duration = Duration::from_secs(20);
/// So much of it waits in the system. Without a limit that is some megabytes for whoever does not read.
#[cfg(target_os = "linux")]
const MOST_NOT_TAKEN: u32 = 64 * 1024;

/// Serves the public listener until the handle says that it is enough. Handlers can ask who connects.
pub(crate) async fn serve_public(
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    router: Router,
    handle: Handle<SocketAddr>,
) -> io::Result<()> {
    limit_what_is_not_taken(&listener)?;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    match tls {
        Some(tls) => {
            let server = axum_server::from_tcp_rustls(listener, tls)?;
            limit_waiting(server).handle(handle).serve(service).await
        }
        None => limit_waiting(axum_server::from_tcp(listener)?).handle(handle).serve(service).await,
    }
}

/// Serves the internal listener until the handle says that it is enough.
pub(crate) async fn serve_internal(
    listener: TcpListener,
    router: Router,
    handle: Handle<SocketAddr>,
) -> io::Result<()> {
    limit_what_is_not_taken(&listener)?;
    limit_waiting(axum_server::from_tcp(listener)?).handle(handle).serve(router.into_make_service()).await
}

fn limit_waiting<A>(server: Server<SocketAddr, A>) -> Server<SocketAddr, A> {
    let mut server = server.first_request_timeout(FIRST_REQUEST);
    let builder = server.http_builder();
    builder.http1().header_read_timeout(NEXT_REQUEST);
    // HTTP/2 keeps its connection for many requests; one that does not answer a ping is gone.
    builder.http2().keep_alive_interval(NEXT_REQUEST).keep_alive_timeout(FIRST_REQUEST);
    server
}

/// The connections that a listener accepts have what is set here.
#[cfg(target_os = "linux")]
fn limit_what_is_not_taken(listener: &TcpListener) -> io::Result<()> {
    let socket = socket2::SockRef::from(listener);
    socket.set_tcp_user_timeout(Some(NOT_TAKEN))?;
    socket.set_tcp_notsent_lowat(MOST_NOT_TAKEN)
}

/// Other systems have no word for it; their own limits hold there.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "on Linux it can fail")]
fn limit_what_is_not_taken(_: &TcpListener) -> io::Result<()> {
    Ok(())
}

/// Asks the system for as many open files as it lets this process have, since each connection is one; gives how many.
pub(crate) fn allow_many() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    match setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        Ok(()) => limit.maximum.unwrap_or(u64::MAX),
        Err(error) => {
            tracing::warn!(%error, "the limit of open files cannot be raised");
            limit.current.unwrap_or(u64::MAX)
        }
    }
}
