//! What operating the server takes.

pub mod health;
pub mod vault;
