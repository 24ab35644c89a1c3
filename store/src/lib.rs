//! SQL and secrets at rest. Entities stay in here; what goes in and out are the domain's words.

pub mod activity;
pub mod attempts;
mod backup;
mod connect;
mod consumers;
mod entity;
pub mod error;
pub mod feed;
mod keyring;
mod location;
mod migration;
mod nonces;
mod postgres;
pub mod random;
pub mod rotation;
mod sessions;
mod set_up_links;
mod sqlite;
mod temporary_credentials;
mod tokens;
mod users;
mod uses;
pub mod vault;
mod vault_checks;
mod vault_file;
mod watch;

pub use connect::{Health, Store};
pub use error::StoreError;
pub use keyring::{KnownConsumer, KnownToken};
pub use location::{Location, NoLocation};
pub use nonces::{Nonce, Recorded};
pub use sessions::Session;
pub use temporary_credentials::{Decision, NewTemporaryCredentials, State, TemporaryCredentials};
pub use tokens::{Authorization, NewToken};
pub use users::Account;

/// Milliseconds since 1970 to a time; every stored time went through `domain::query::milliseconds`.
fn time_from(milliseconds: i64) -> Result<time::OffsetDateTime, StoreError> {
    time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
        .map_err(|_| StoreError::Unreadable("a time"))
}

/// Whether a text can be in a row: PostgreSQL keeps no NUL, so who asks for one asks for nothing that there is.
fn can_be_kept(text: &str) -> bool {
    !text.contains('\0')
}
