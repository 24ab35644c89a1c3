//! OAuth 1.0a (RFC 5849): verifying requests and issuing credentials.

mod callback;
pub mod consent;
pub mod provider;
pub mod verify;
