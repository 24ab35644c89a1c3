//! What gateways and tools ask on the internal listener: whether a request of theirs may pass.

pub(crate) mod by_path;
pub(crate) mod described;
pub(crate) mod forward_auth;
mod names;
mod original;
mod part;
mod rejected;
