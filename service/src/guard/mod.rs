//! What protects the use cases: permission, passwords, tokens, turns and rate limits.

pub mod admin;
pub(crate) mod passwords;
pub(crate) mod per_address;
pub mod token;
pub(crate) mod turns;
pub mod verified;
