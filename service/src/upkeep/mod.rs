//! Operating the server: health, pruning and the vault's keys.

pub mod health;
pub mod prune;
pub mod vault;
