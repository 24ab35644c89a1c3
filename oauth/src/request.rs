//! A request as the client saw it, before anything is known of it.

use std::fmt;

use crate::{Problem, SignedRequest, header, parameters};

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

impl<'a> Request<'a> {
    /// Whether the request says that it is signed, rightly or wrongly: it has an OAuth Authorization header field, or
    /// one of the protocol's parameters in its query or form.
    pub fn is_signed(&self) -> bool {
        self.authorization.iter().any(|field| header::credentials(field).is_some())
            || self.query.is_some_and(|query| parameters::has_protocol_parameter(query.as_bytes()))
            || self.form.is_some_and(parameters::has_protocol_parameter)
    }

    /// Reads the request's parameters and checks all that can be checked without knowing the consumer: parameters
    /// (malformed, repeated, absent), version, method, and that the timestamp is a number, in this order.
    ///
    /// `required` names the parameters that this endpoint needs beyond those of every signed request, `oauth_callback`
    /// for example; they are reported together with the other absent ones.
    ///
    /// # Errors
    /// [`Problem::ParameterRejected`], [`Problem::ParameterAbsent`], [`Problem::VersionRejected`] or
    /// [`Problem::SignatureMethodRejected`].
    pub fn parse(&self, required: &[&'static str]) -> Result<SignedRequest<'a>, Problem> {
        SignedRequest::new(self, required)
    }
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
