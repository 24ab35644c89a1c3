//! The log: on stderr, for people or for machines. Nothing ends because it cannot be written.

mod stderr;

use std::io;

use tracing_subscriber::{EnvFilter, fmt};

use crate::settings::{LogFormat, Settings};
pub(crate) use stderr::LostLines;
use stderr::ToStderr;

/// Begins to log what goes wrong, for a command that ends by itself.
pub(crate) fn init_for_commands() {
    let ansi = io::IsTerminal::is_terminal(&io::stderr());
    let to_stderr = ToStderr(LostLines::default());
    // What subscribers say of their own errors goes to stderr too, and panics where that cannot be written.
    let log = fmt().with_env_filter(filter("warn")).log_internal_errors(false);
    log.with_writer(to_stderr).with_ansi(ansi).init();
}

/// Begins to log as the settings say; returns what counts the lines that are lost.
pub(crate) fn init(settings: &Settings) -> LostLines {
    let lost = LostLines::default();
    let log = fmt().with_env_filter(filter(&settings.log)).log_internal_errors(false);
    let log = log.with_writer(ToStderr(lost.clone()));
    match settings.log_format {
        LogFormat::Text => log.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).init(),
        LogFormat::Json => log.json().init(),
    }
    lost
}

/// The filter, without the lines of the pool of connections unless it is named: it writes one for each attempt to connect,
/// several a second, and those that need a connection report what became of it.
fn filter(words: &str) -> EnvFilter {
    if words.contains("sqlx") {
        EnvFilter::new(words)
    } else {
        EnvFilter::new(format!("{words},sqlx_core::pool=off"))
    }
}
