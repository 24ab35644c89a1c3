//! What is done for the store as a whole: opening it, watching it, and keeping it in order.

pub(crate) mod backup;
pub(crate) mod follow;
pub(crate) mod health;
pub(crate) mod open;
pub mod rotation;
pub(crate) mod uses;
pub(crate) mod watch;
