//! The provider: temporary and token credentials, consent, keys on request, and where all of that is.

mod bounds;
mod brought_keys;
mod callbacks;
mod consent;
mod key_requests;
mod oauth_1_0;
mod root_services;
mod several_callbacks;
mod status;
mod tokens;
