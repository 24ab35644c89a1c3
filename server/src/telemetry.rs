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

/// What writes lines that nobody asked for, unless the filter names it: the pool of connections one for each attempt to connect,
/// several a second, where those that need a connection report what became of it; and the library for passkeys one with the
/// octets of each answer that is not right, where a denied request is a line.
const QUIET: [(&str, &str); 2] =
    [("sqlx", "sqlx_core::pool=off"), ("webauthn", "webauthn_rs=off,webauthn_rs_core=off")];

fn filter(words: &str) -> EnvFilter {
    let quiet = QUIET.iter().filter(|(name, _)| !words.contains(name)).map(|(_, filter)| *filter);
    EnvFilter::new(std::iter::once(words).chain(quiet).collect::<Vec<_>>().join(","))
}
