//! The log: on stderr, for people or for machines.

use std::io;

use tracing_subscriber::{EnvFilter, fmt};

use crate::settings::{LogFormat, Settings};

/// Begins to log as the settings say.
pub(crate) fn init(settings: &Settings) {
    let log = fmt().with_env_filter(EnvFilter::new(&settings.log)).with_writer(io::stderr);
    match settings.log_format {
        LogFormat::Text => log.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).init(),
        LogFormat::Json => log.json().init(),
    }
}
