//! OAuth 1.0a (RFC 5849): verifying requests, and handing out credentials.

pub mod provider;
pub mod verify;
