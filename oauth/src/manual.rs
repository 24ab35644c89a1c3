//! The known attacks on OAuth 1.0a, what stops each one here, and the test that shows it.
//!
//! This crate decides about one request at a time; consumers, nonces, tokens and pages are the server's. The manual
//! covers both, because an attack does not stop at a crate, and the tests that it names are tests of the whole
//! workspace.
//!
//! Each section has the same parts:
//!
//! - what the attack is, with the section of [RFC 5849](https://www.rfc-editor.org/rfc/rfc5849) (OAuth 1.0), or of
//!   [RFC 9700](https://www.rfc-editor.org/rfc/rfc9700) (best current practice for OAuth 2.0) if it is the same attack
//!   there;
//! - **Defence**: what stops it;
//! - **Tests**: file and function, so that a claim can be read as code; `oauth/tests/manual.rs` fails on one that is
//!   not there;
//! - **Open**: what is not stopped here, and who has to.
//!
//! | chapter | attacks |
//! |---|---|
//! | [`requests`] | reading a request: pollution, double decoding, confused base strings, stripped signatures |
//! | [`signatures`] | forging a signature: downgrade, PLAINTEXT, SHA-1, RSA keys, timing, guessing |
//! | [`replay`] | sending a request again: nonces, timestamps, crashes, restored backups, full storage |
//! | [`authorization`] | the user's consent: session fixation, callbacks, verifiers, CSRF, clickjacking, phishing |
//! | [`operation`] | after the verdict: gateways, stale decisions, revocation, leaks, secrets at rest, overload |
//!
//! # Outside of any defence here
//!
//! - *Confidentiality* (RFC 5849 §4.2): only TLS hides a request. Everything but PLAINTEXT stays unforgeable without
//!   it.
//! - *Counterfeit servers* (RFC 5849 §4.3): OAuth 1.0 does not authenticate the server to the client. TLS does, if the
//!   client checks the certificate.
//! - *A stolen secret or token* (RFC 5849 §4.6, RFC 9700 §4.10) is as good as its owner until an administrator
//!   disapproves the consumer, replaces its secret or signs its users out, or the user revokes the token. Where the
//!   consumer has networks or an end, it is of use only from there and until then.
//! - *Scopes* (RFC 5849 §4.8): OAuth 1.0 has none. A token acts with all rights of its user.

pub mod authorization;
pub mod operation;
pub mod replay;
pub mod requests;
pub mod signatures;
