//! What gateways and tools ask on the internal listener: whether a request of theirs may pass.

pub(crate) mod by_path;
mod described;
pub(crate) mod forward_auth;
mod original;
mod part;
mod rejected;
