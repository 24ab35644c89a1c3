//! Signals that neither stop the server nor end a command, though a process that does not catch them ends.

use std::io;

use rustix::process::Signal as Number;
use tokio::signal::unix::{Signal, SignalKind, signal};

// A handler stays for as long as the process lives, whether or not anybody listens.

/// Catches SIGHUP, and lets SIGUSR1 and SIGUSR2 do nothing.
pub(crate) fn catch() -> io::Result<Signal> {
    drop((signal(SignalKind::user_defined1())?, signal(SignalKind::user_defined2())?));
    signal(SignalKind::hangup())
}

/// Lets SIGXFSZ do nothing, as the standard library does with SIGPIPE: a write beyond the limit of a file's size
/// (`ulimit -f`) fails with `EFBIG`, so that a line of the log is lost or a change refused.
pub(crate) fn survive_long_files() -> io::Result<()> {
    drop(signal(SignalKind::from_raw(Number::XFSZ.as_raw()))?);
    Ok(())
}
