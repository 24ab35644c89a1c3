//! An opened listener, on TCP or on a unix socket, as one type that a server takes connections from.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicU16, Ordering},
};

use axum::extract::connect_info::Connected;
use axum_server::{AddrListener, Address};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio_util::either::Either;

use crate::serve::unix_socket::SocketFile;

/// A connection's stream.
pub(super) type Stream = Either<TcpStream, UnixStream>;

/// An opened listener.
#[derive(Debug)]
pub(super) enum Bound {
    Tcp(TcpListener),
    Unix {
        listener: UnixListener,
        file: SocketFile,
        /// Counts connections, which have no port that tells them apart.
        accepted: AtomicU16,
    },
}

impl Bound {
    pub(super) fn unix((listener, file): (UnixListener, SocketFile)) -> Self {
        Self::Unix { listener, file, accepted: AtomicU16::new(0) }
    }

    /// The file of a unix socket.
    pub(super) fn file(&self) -> Option<SocketFile> {
        match self {
            Self::Tcp(_) => None,
            Self::Unix { file, .. } => Some(file.clone()),
        }
    }

    /// The address and port that it is bound to; `None` for a unix socket.
    pub(super) fn address(&self) -> io::Result<Option<SocketAddr>> {
        match self {
            Self::Tcp(listener) => listener.local_addr().map(Some),
            Self::Unix { .. } => Ok(None),
        }
    }
}

/// The far end of a connection, or a listener's own end. A unix socket's peers are processes of this machine, so they
/// count as 127.0.0.1, and are believed no more than others there are: see `LATCHKEY_TRUSTED_PROXIES`.
#[derive(Clone, Copy, Debug)]
pub(super) struct End(SocketAddr);

impl End {
    pub(super) fn of_this_machine(number: u16) -> Self {
        Self(SocketAddr::from((Ipv4Addr::LOCALHOST, number)))
    }
}

impl Address for End {
    type Stream = Stream;
    type Listener = Bound;
}

impl AddrListener<Stream, End> for Bound {
    async fn bind_to(End(address): End) -> io::Result<Self> {
        TcpListener::bind(address).await.map(Self::Tcp)
    }

    async fn accept_stream(&self) -> io::Result<(Stream, End)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                Ok((Either::Left(stream), End(address)))
            }
            Self::Unix { listener, accepted, .. } => {
                let (stream, _) = listener.accept().await?;
                Ok((Either::Right(stream), End::of_this_machine(accepted.fetch_add(1, Ordering::Relaxed))))
            }
        }
    }

    fn get_local_addr(&self) -> io::Result<End> {
        Ok(self.address()?.map_or(End::of_this_machine(0), End))
    }
}

impl Connected<End> for SocketAddr {
    fn connect_info(End(address): End) -> Self {
        address
    }
}

/// The address that a connection comes from.
pub(super) fn peer(stream: &Stream) -> io::Result<SocketAddr> {
    match stream {
        Either::Left(stream) => stream.peer_addr(),
        Either::Right(_) => Ok(End::of_this_machine(0).0),
    }
}
