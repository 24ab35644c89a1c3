//! OAuth 1.0a (RFC 5849) for servers, as pure functions: parse a signed request, check its timestamp and signature,
//! and describe what is wrong with it to the client and to its developer. No I/O, no clock, no storage: time and secrets
//! are arguments.
//!
//! ```
//! use oauth::{Problem, Request, Secrets};
//!
//! let (uri, query) = oauth::base_string_uri("http://photos.example.net/photos?file=vacation.jpg&size=original")?;
//! let request = Request {
//!     method: "GET",
//!     base_string_uri: &uri,
//!     query,
//!     authorization: &[br#"OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03",
//!         oauth_token="nnch734d00sl2jdk", oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131202",
//!         oauth_nonce="chapoH", oauth_signature="MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D""#],
//!     form: None,
//! };
//! let request = request.parse(&[])?;
//! request.check_timestamp(137_131_000, 300)?;
//!
//! assert_eq!((request.consumer_key(), request.token()), ("dpf43f3p2l4k3l03", Some("nnch734d00sl2jdk")));
//! let mut secrets =
//!     Secrets { consumer_secret: "kd94hf93k423kf44", token_secret: "pfkkdhi9sl3r4s00", rsa_public_key: None };
//! assert_eq!(request.verify(&secrets), Ok(()));
//!
//! secrets.token_secret = "another token's";
//! let problem = request.verify(&secrets).unwrap_err();
//! assert_eq!(problem.status(), 401);
//! assert_eq!(problem.challenge("Photos"), r#"OAuth realm="Photos", oauth_problem="signature_invalid""#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The caller decides what the request alone cannot show: the consumer and its rights, whether the nonce was used before
//! (§3.3), which methods are allowed (PLAINTEXT only with TLS, §3.4.4, and never in a query), and the URL of the request, which is safer from a
//! setting than from header fields.
//!
//! The [`manual`] lists the known attacks on OAuth 1.0a, what stops each, and which test shows it.

mod base_string;
mod base_string_uri;
mod encoding;
mod header;
pub mod manual;
mod parameters;
mod pem;
mod problem;
mod request;
mod rsa_key;
mod signature;
mod signed_request;

pub use base_string_uri::{NotAnHttpUrl, base_string_uri};
pub use encoding::{encode, encode_octets, form};
pub use problem::Problem;
pub use request::Request;
pub use rsa_key::{RsaKeyError, RsaPublicKey};
pub use signature::{Secrets, SignatureMethod, sign};
pub use signed_request::SignedRequest;
