//! `latchkey`: one program that serves, and the commands beside it.
#![recursion_limit = "256"]

mod address;
mod api;
mod applications;
mod assets;
mod authorize;
mod command;
mod connections;
mod events;
mod headers;
mod metrics;
mod oauth1;
mod page_error;
mod pages;
mod router;
mod same_origin;
mod serve;
mod server_functions;
mod session;
mod settings;
mod sign_in;
mod signed;
mod state;
mod streams;
mod telemetry;
mod verify;

use std::process::ExitCode;

/// A verification allocates some forty times; this one does it in less than half the time of the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    command::main()
}
