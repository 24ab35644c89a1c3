//! The signals to stop, and how the listeners ended.

use std::{
    io, process,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::JoinHandle,
};

/// How long requests that are under way may take to finish when the process stops.
pub(super) const GRACE: Duration = Duration::from_secs(10);

/// Exit codes of a process that a signal ended, as shells report it.
const TERMINATED: i32 = 128 + 15;
const INTERRUPTED: i32 = 128 + 2;

pub(super) async fn finished(server: JoinHandle<io::Result<()>>) -> io::Result<()> {
    server.await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

/// Lets `/readyz` say that the process is about to stop, while everything is answered as before: load balancers need this
/// time to see it and to send their requests elsewhere.
pub(super) async fn drain(is_draining: &AtomicBool, time: Duration) {
    is_draining.store(true, Ordering::Relaxed);
    if !time.is_zero() {
        tracing::info!(
            seconds = time.as_secs(),
            "draining: /readyz is 503, and everything is still answered"
        );
        tokio::time::sleep(time).await;
    }
}

/// Installs the signal handlers; the future resolves at the first SIGTERM or SIGINT. A second one ends the process at once,
/// whatever is under way: what was acknowledged is on the disk.
pub(super) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        next(&mut terminate, &mut interrupt).await;
        tokio::spawn(async move {
            let code = next(&mut terminate, &mut interrupt).await;
            tracing::warn!("stopping at once: a second signal came");
            process::exit(code);
        });
    })
}

/// The exit code that the next signal asks for.
async fn next(terminate: &mut Signal, interrupt: &mut Signal) -> i32 {
    tokio::select! {
        _ = terminate.recv() => TERMINATED,
        _ = interrupt.recv() => INTERRUPTED,
    }
}
