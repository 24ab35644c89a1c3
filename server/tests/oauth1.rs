//! The provider: temporary and token credentials, consent, keys on request, and where all of that is.

mod callbacks;
mod consent;
mod key_requests;
mod root_services;
mod status;
mod tokens;
