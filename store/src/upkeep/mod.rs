//! Opening, watching and maintaining the store as a whole.

pub(crate) mod backup;
mod cause;
pub(crate) mod close;
pub(crate) mod follow;
pub(crate) mod health;
mod key_requests;
pub(crate) mod open;
pub mod prune;
mod readiness;
pub mod restore;
pub mod rotation;
pub(crate) mod tasks;
mod texts;
mod trigrams;
pub(crate) mod unreadable;
pub(crate) mod uses;
pub(crate) mod watch;
