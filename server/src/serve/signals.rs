//! Signals that do not stop the server, though a process that does not catch them ends.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Catches SIGHUP, and lets SIGUSR1 and SIGUSR2 do nothing.
pub(super) fn catch() -> io::Result<Signal> {
    // A handler stays for as long as the process lives, whether or not anybody listens.
    drop((signal(SignalKind::user_defined1())?, signal(SignalKind::user_defined2())?));
    signal(SignalKind::hangup())
}
