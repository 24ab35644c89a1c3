//! SQL and secrets at rest. Entities are private: callers pass and receive domain types.

mod database;
mod devices;
mod entity;
pub mod error;
mod memory;
mod migration;
mod nonces;
mod private_file;
pub mod random;
mod store;
mod tables;
mod upkeep;
pub mod vault;

pub use database::{
    location::{Location, NoLocation, Protection, Remote},
    url::{PostgresUrl, error::UrlError},
};
pub use devices::Devices;
pub use error::StoreError;
pub use memory::keyring::{CachedConsumer, CachedToken};
pub use nonces::{Nonces, nonce::Nonce, queue::Recorded};
pub use store::{Opened, Store};
pub use tables::{
    activity, attempts,
    consent::{ConsentDecision, Decider, Outcome},
    consumers::Consumers,
    counts::Counted,
    key_requests,
    members::Holding,
    own_sessions::OwnSession,
    passkeys::{MOST_PASSKEYS, NewPasskey, Passkey, PasskeyAdded, PasskeyUse},
    password_links::PasswordLinks,
    second_factors::{CodeCheck, MOST_WRONG_CODES, PAUSE, SecondFactors},
    sessions::{Session, Sessions},
    set_up_links::SetUpLinks,
    sign_in_steps::{SignInStep, SignInSteps},
    state::State,
    temporary_credentials::{
        Inserted, NewTemporaryCredentials, TemporaryCredentials, TemporaryCredentialsTable,
    },
    token_users::SignedInUser,
    tokens::{Authorization, NewToken, Tokens},
    users::{Account, Users},
};
pub use upkeep::{
    health::{Health, Views},
    prune,
    restore::{self, Restored},
    rotation,
    tasks::Tasks,
    unreadable::UnreadableRow,
    uses::Uses,
};

/// The live feed of activity.
pub mod feed {
    pub use crate::{memory::feed::News, upkeep::follow::event};
}
