//! Operating the server: health, readiness, pruning, sweeping and the vault's keys.

pub mod health;
pub mod prune;
pub mod readiness;
mod ready;
mod sweep;
pub mod vault;
