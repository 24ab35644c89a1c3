//! A request as the client saw it, before anything is known of it.

use std::fmt;

/// A request as the client saw it. Does not print what may hold a PLAINTEXT signature.
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
    /// The method, in any case.
    pub method: &'a str,
    /// The URL as [`base_string_uri`](crate::base_string_uri) makes it (RFC 5849 §3.4.1.2).
    pub base_string_uri: &'a str,
    /// The query as it came, without the `?`.
    pub query: Option<&'a str>,
    /// The values of all Authorization header fields, as they came.
    pub authorization: &'a [&'a [u8]],
    /// The body as it came, only where its Content-Type is `application/x-www-form-urlencoded`.
    pub form: Option<&'a [u8]>,
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Request")
            .field("method", &self.method)
            .field("base_string_uri", &self.base_string_uri)
            .finish_non_exhaustive()
    }
}
