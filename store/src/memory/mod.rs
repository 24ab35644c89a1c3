//! What the store keeps in memory.

pub(crate) mod feed;
pub(crate) mod keyring;
