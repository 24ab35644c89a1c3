//! `latchkey`: one program that serves, and the commands beside it.
#![recursion_limit = "256"]

mod address;
mod assets;
mod command;
mod events;
mod headers;
mod page_error;
mod pages;
mod router;
mod same_origin;
mod serve;
mod server_functions;
mod session;
mod settings;
mod state;
mod telemetry;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::main()
}
