//! What consumers ask for to sign users in: keys, temporary credentials, tokens, and where all of that is.

pub(crate) mod key_requests;
pub(crate) mod oauth1;
pub(crate) mod root_services;
