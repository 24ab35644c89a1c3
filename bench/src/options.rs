//! What `bench run` is asked for: where things are, what is measured, and how often.

use std::path::PathBuf;

/// Where things are.
#[derive(clap::Args, Debug)]
pub struct Places {
    /// The program to measure
    #[arg(long, value_parser = absolute)]
    pub latchkey: PathBuf,
    /// Where databases are kept between runs: a folder on a disk, not in memory
    #[arg(long, value_parser = absolute)]
    pub cache: PathBuf,
}

/// What is measured, and how often.
#[derive(clap::Args, Debug)]
pub struct Options {
    #[command(flatten)]
    pub places: Places,
    /// The virtual environment that has the peer's packages
    #[arg(long, value_parser = absolute)]
    pub peer: PathBuf,
    /// The folder of the peer's application
    #[arg(long, value_parser = absolute)]
    pub peer_app: PathBuf,
    /// The PostgreSQL server to make databases on, without a database: postgres://USER@HOST:PORT. Without it, SQLite alone
    #[arg(long, env = "LATCHKEY_TEST_POSTGRES")]
    pub postgres: Option<String>,
    /// The page whose figures are to be replaced; the charts are in a folder beside it
    #[arg(long, value_parser = absolute)]
    pub page: Option<PathBuf>,
    /// What the page says that its figures were printed by
    #[arg(long, default_value = "tools/bench")]
    pub command: String,
    /// Only these kinds, with commas between
    #[arg(long, value_enum, value_delimiter = ',')]
    pub only: Vec<Kind>,
    /// How often a verified request and a dance are measured, each target in turn
    #[arg(long, default_value_t = 3)]
    pub rounds: usize,
    /// Connections that are kept open, each with one request under way
    #[arg(long, default_value_t = 64)]
    pub connections: usize,
    /// Verified requests of one measurement
    #[arg(long, default_value_t = 100_000)]
    pub requests: usize,
    /// Verified requests of one measurement of the peer, which takes longer over each
    #[arg(long, default_value_t = 15_000)]
    pub peer_requests: usize,
    /// Dances of one measurement
    #[arg(long, default_value_t = 1000)]
    pub dances: usize,
    /// Browsers that are open
    #[arg(long, default_value_t = 1000)]
    pub streams: usize,
    /// Changes that these browsers see
    #[arg(long, default_value_t = 200)]
    pub changes: usize,
    /// Verified requests before memory is looked at once more
    #[arg(long, default_value_t = 10_000)]
    pub memory_requests: usize,
    /// How many consumers and tokens the largest database holds
    #[arg(long, default_value_t = 1_000_000)]
    pub many: u64,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// A verified request, beside a bare handler and a peer
    Verify,
    /// Signing a user in through a consumer: the whole OAuth dance
    Dance,
    /// What an administrator's page asks for
    List,
    /// How soon a thousand browsers see a change
    Feed,
    /// How soon a server that was started is ready
    Start,
    /// How much memory a server takes
    Memory,
}

impl Kind {
    pub const ALL: [Self; 6] = [Self::Verify, Self::Dance, Self::List, Self::Feed, Self::Start, Self::Memory];

    pub fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Dance => "dance",
            Self::List => "list",
            Self::Feed => "feed",
            Self::Start => "start",
            Self::Memory => "memory",
        }
    }
}

/// The programs that are started run in other folders.
fn absolute(path: &str) -> std::io::Result<PathBuf> {
    std::path::absolute(path)
}
