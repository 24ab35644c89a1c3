//! The provider: temporary and token credentials, consent, keys on request, and where all of that is.

mod support;

#[path = "oauth1/callbacks.rs"]
mod callbacks;
#[path = "oauth1/consent.rs"]
mod consent;
#[path = "oauth1/key_requests.rs"]
mod key_requests;
#[path = "oauth1/root_services.rs"]
mod root_services;
#[path = "oauth1/status.rs"]
mod status;
#[path = "oauth1/tokens.rs"]
mod tokens;
