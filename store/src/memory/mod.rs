//! The store's state in memory.

pub(crate) mod feed;
pub(crate) mod keyring;
pub(crate) mod pace;
pub(crate) mod repeats;
pub(crate) mod unreadable;
