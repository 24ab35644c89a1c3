//! Operating the server: health, pruning, sweeping and the vault's keys.

pub mod health;
pub mod prune;
mod sweep;
pub mod vault;
