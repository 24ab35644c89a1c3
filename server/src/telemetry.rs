//! The log: on stderr, for people or for machines.

use std::io;

use tracing_subscriber::{EnvFilter, fmt};

use crate::settings::{LogFormat, Settings};

/// Begins to log what goes wrong, for a command that ends by itself.
pub(crate) fn init_for_commands() {
    let ansi = io::IsTerminal::is_terminal(&io::stderr());
    fmt().with_env_filter(EnvFilter::new("warn")).with_writer(io::stderr).with_ansi(ansi).init();
}

/// Begins to log as the settings say.
pub(crate) fn init(settings: &Settings) {
    let log = fmt().with_env_filter(EnvFilter::new(&settings.log)).with_writer(io::stderr);
    match settings.log_format {
        LogFormat::Text => log.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).init(),
        LogFormat::Json => log.json().init(),
    }
}
