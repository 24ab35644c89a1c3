//! What connections may take: how long each may keep the server waiting, how much is kept for it, and how many there are.

use std::{
    convert::Infallible,
    io,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, HttpBody as _},
    extract::Request,
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use axum_server::{Handle, Server, tls_rustls::RustlsConfig};
use futures::{FutureExt as _, StreamExt as _};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    sync::oneshot,
    time::{sleep, timeout},
};

/// A new connection has sent the head of its first request within this time.
const FIRST_REQUEST: Duration = Duration::from_secs(10);
/// A connection that is kept has sent the head of its next request within this time. Longer than the minute after which
/// gateways drop one that rests, so that none of their requests meets a closed one.
const NEXT_REQUEST: Duration = Duration::from_secs(75);
/// A request's body is there within this time.
const BODY: Duration = Duration::from_secs(20);
/// A request that is there is answered within this time: what a database has not answered by then it will not answer.
/// Longer than a turn after wrong passwords (4 s), or than a change waits for somebody else's (5 s).
const ANSWER: Duration = Duration::from_secs(8);
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

/// Refuses requests whose body does not come, and those that cannot be answered in time: a layer before everything that
/// reads a body.
pub(crate) async fn refuse_what_takes_too_long(request: Request, next: Next) -> Result<Response, Infallible> {
    let (request, arrived) = tell_arrival(request);
    let too_long = async {
        if timeout(BODY, arrived).await.is_err() {
            let advice = "The request's body did not arrive in time. Send it again.\n";
            return (StatusCode::REQUEST_TIMEOUT, [(header::CONNECTION, "close")], advice).into_response();
        }
        sleep(ANSWER).await;
        let advice = "The answer takes too long: the database may be away. Try again in a moment.\n";
        (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], advice).into_response()
    };
    Ok(tokio::select! {
        response = next.run(request) => response,
        response = too_long => response,
    })
}

/// What is given ends when all of the body was read, or nobody wants the rest.
fn tell_arrival(request: Request) -> (Request, impl Future<Output = ()>) {
    let (unread, read) = oneshot::channel::<Infallible>();
    let request = if request.body().is_end_stream() {
        request
    } else {
        request.map(|body| Body::from_stream(body.into_data_stream().inspect(move |_| _ = &unread)))
    };
    // It comes to nothing else: nothing can be sent.
    (request, read.map(drop))
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
