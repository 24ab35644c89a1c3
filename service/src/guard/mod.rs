//! What protects the use cases: permission, passwords, tokens, turns and rate limits.

pub mod admin;
pub mod browser;
pub(crate) mod known;
pub mod one_time_codes;
pub mod owed;
pub(crate) mod pace;
pub(crate) mod passwords;
pub(crate) mod per_address;
pub(crate) mod queue;
pub mod relying_party;
pub mod token;
pub(crate) mod turns;
pub mod verified;
