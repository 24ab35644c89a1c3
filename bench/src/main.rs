//! What the server costs and how quick it is: beside a bare handler, beside a peer, with few and many stored, on SQLite
//! and on PostgreSQL. `tools/bench` runs it.

mod authlib;
mod bare;
mod bench;
mod browser;
mod chart;
mod connection;
mod dance;
mod database;
mod feed;
mod identity;
mod list;
mod load;
mod machine;
mod measure;
mod memory;
mod process;
mod report;
mod requests;
mod rows;
mod run;
mod seed;
mod start;
mod stats;
mod usage;
mod verify;

use std::{error::Error, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// As latchkey has it, for the bare handler's sake.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

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
    /// Make a SQLite database that holds so many consumers and tokens, unless it is there, and print its folder
    Seed {
        #[command(flatten)]
        places: Places,
        /// How many of each
        #[arg(long, default_value_t = 1_000_000)]
        count: u64,
    },
    /// Measure, print the figures, and write them down
    Run(Box<Options>),
}

/// Where things are.
#[derive(clap::Args, Debug)]
struct Places {
    /// The program to measure
    #[arg(long, value_parser = absolute)]
    latchkey: PathBuf,
    /// Where databases are kept between runs: a folder on a disk, not in memory
    #[arg(long, value_parser = absolute)]
    cache: PathBuf,
}

/// What is measured, and how often.
#[derive(clap::Args, Debug)]
struct Options {
    #[command(flatten)]
    places: Places,
    /// The virtual environment that has the peer's packages
    #[arg(long, value_parser = absolute)]
    peer: PathBuf,
    /// The folder of the peer's application
    #[arg(long, value_parser = absolute)]
    peer_app: PathBuf,
    /// The PostgreSQL server to make databases on, without a database: postgres://USER@HOST:PORT. Without it, SQLite alone
    #[arg(long, env = "LATCHKEY_TEST_POSTGRES")]
    postgres: Option<String>,
    /// The page whose figures are to be written anew; the charts are in a folder beside it
    #[arg(long, value_parser = absolute)]
    page: Option<PathBuf>,
    /// What the page says that its figures were printed by
    #[arg(long, default_value = "tools/bench")]
    command: String,
    /// Only these kinds, with commas between
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<run::Kind>,
    /// How often a verified request and a dance are measured, each target in turn
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Connections that are kept open, each with one request under way
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Verified requests of one measurement
    #[arg(long, default_value_t = 100_000)]
    requests: usize,
    /// Verified requests of one measurement of the peer, which takes longer over each
    #[arg(long, default_value_t = 15_000)]
    peer_requests: usize,
    /// Dances of one measurement
    #[arg(long, default_value_t = 1000)]
    dances: usize,
    /// Browsers that are open
    #[arg(long, default_value_t = 1000)]
    streams: usize,
    /// Changes that these browsers see
    #[arg(long, default_value_t = 200)]
    changes: usize,
    /// Verified requests before memory is looked at once more
    #[arg(long, default_value_t = 10_000)]
    memory_requests: usize,
    /// How many consumers and tokens the largest database holds
    #[arg(long, default_value_t = 1_000_000)]
    many: u64,
}

/// The programs that are started work in other folders.
fn absolute(path: &str) -> std::io::Result<PathBuf> {
    std::path::absolute(path)
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
        Command::Seed { places, count } => runtime(false)
            .block_on(seed::file(&places, count))
            .map(|database| println!("{}", database.folder.display())),
        Command::Run(options) => run::run(&options, &runtime(false)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("The benchmark failed: {error}");
            ExitCode::FAILURE
        }
    }
}
