//! Operating the server: health and the vault's keys.

pub mod health;
pub mod vault;
