//! The signal to stop, and how the listeners ended.

use std::io;

use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinHandle,
};

pub(super) async fn finished(server: JoinHandle<io::Result<()>>) -> io::Result<()> {
    server.await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

/// Installs the signal handlers; the future resolves at the first SIGTERM or SIGINT.
pub(super) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
