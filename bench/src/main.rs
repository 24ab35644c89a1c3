//! What the server costs and how quick it is: beside a bare handler, beside a peer, with few and many stored, on SQLite
//! and on PostgreSQL. `tools/bench` runs it.

mod bench;
mod count;
mod figures;
mod kinds;
mod load;
mod options;
mod result;
mod run;
mod servers;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    count::{callgrind, stage::Stage},
    options::{Options, Places},
    servers::{bare, seed},
};

/// The allocator of latchkey, so that the bare handler has the same.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser, Debug)]
#[command(name = "bench")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Serve a handler that does nothing but answer `ok`, as latchkey serves its internal listener
    Bare,
    /// Make a database of this many consumers and tokens, on SQLite unless it is there, and print its folder
    Seed {
        #[command(flatten)]
        places: Places,
        /// How many of each
        #[arg(long, default_value_t = 1_000_000)]
        count: u64,
        /// Make it on this PostgreSQL server, as the database `bench_COUNT`: postgres://USER@HOST:PORT. The cache then has to be
        /// a folder that lives as long as the server
        #[arg(long)]
        postgres: Option<String>,
    },
    /// Measure, print the figures, and write them down
    Run(Box<Options>),
    /// Count the instructions of each stage of a verification, and print a table
    Count(callgrind::Options),
    /// Repeat a stage of a verification: what valgrind runs
    Stage {
        stage: Stage,
        times: u32,
        /// The data folder
        folder: PathBuf,
    },
}

fn main() -> ExitCode {
    let runtime = |multi_thread| {
        let mut builder = if multi_thread {
            tokio::runtime::Builder::new_multi_thread()
        } else {
            tokio::runtime::Builder::new_current_thread()
        };
        builder.enable_all().build().expect("the operating system gives threads")
    };
    let done = match Cli::parse().command {
        Command::Bare => runtime(true).block_on(bare::serve()),
        Command::Seed { places, count, postgres } => runtime(false)
            .block_on(seed::any(&places, postgres.as_deref(), count))
            .map(|database| println!("{}", database.folder.display())),
        Command::Run(options) => run::run(&options, &runtime(false)),
        Command::Count(options) => runtime(false).block_on(callgrind::run(&options)),
        Command::Stage { stage, times, folder } => stage.repeat(times, &folder),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("The benchmark failed: {error}");
            ExitCode::FAILURE
        }
    }
}
