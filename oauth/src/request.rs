//! A request as the client sent it, not parsed yet.

use std::fmt;

/// A request as the client sent it. `Debug` leaves out the parts that can contain a PLAINTEXT signature.
///
/// ```
/// let (uri, query) = oauth::base_string_uri("https://api.example.com/photos?size=original")?;
/// let request = oauth::Request {
///     method: "GET",
///     base_string_uri: &uri,
///     query,
///     authorization: &[br#"OAuth oauth_consumer_key="dpf43f3p2l4k3l03""#],
///     form: None,
/// };
/// assert!(request.is_signed());
/// assert_eq!(request.parse(&[]).unwrap_err().name(), "parameter_absent");
/// # Ok::<(), oauth::NotAnHttpUrl>(())
/// ```
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The method, in upper or lower case.
    pub method: &'a str,
    /// The result of [`base_string_uri`](crate::base_string_uri) for its URL (RFC 5849 §3.4.1.2).
    pub base_string_uri: &'a [u8],
    /// The raw query, without the `?`.
    pub query: Option<&'a [u8]>,
    /// The raw values of all Authorization header fields.
    pub authorization: &'a [&'a [u8]],
    /// The raw body, only if its Content-Type is `application/x-www-form-urlencoded`.
    pub form: Option<&'a [u8]>,
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Request")
            .field("method", &self.method)
            .field("base_string_uri", &String::from_utf8_lossy(self.base_string_uri))
            .finish_non_exhaustive()
    }
}
