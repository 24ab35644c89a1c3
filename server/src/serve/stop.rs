//! When the process is told to stop, and whether its listeners ended well.

use std::io;

use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinHandle,
};

pub(super) async fn finished(server: JoinHandle<io::Result<()>>) -> io::Result<()> {
    server.await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

/// From here on a signal to stop is noted; what is given waits for one.
pub(super) fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
