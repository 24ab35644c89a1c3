//! What the tests share: a folder with the program's data, the running program, a browser without a screen, an event stream.

pub mod browser;
pub mod cable;
mod child;
pub mod cluster;
pub mod consent;
pub mod crowd;
pub mod foreign;
pub mod gateway;
pub mod guide;
mod home;
#[path = "../../../service/tests/support/passkey_device.rs"]
pub mod passkey_device;
#[path = "../../../store/tests/support/place.rs"]
pub mod place;
pub mod pooler;
pub mod preload;
#[path = "../../../store/tests/support/prepared.rs"]
mod prepared;
pub mod process;
pub mod redact;
pub mod relay;
pub mod second_factor;
mod server;
pub mod signer;
pub mod stream;
pub mod terminal;
pub mod tls;

use std::time::Duration;

use self::child::{Process, feed, signal};
pub use self::{
    browser::Browser,
    child::{Said, finish, lines, whole},
    home::{Home, fold},
    server::Server,
    stream::Stream,
};

/// The password of every account that the tests make.
pub const PASSWORD: &str = "correct horse battery";
/// The secret of every consumer that the tests make.
pub const SECRET: &str = "a consumer secret";
/// Long enough for the slowest machine; only a failing test waits this long.
pub const PATIENCE: Duration = Duration::from_secs(30);
