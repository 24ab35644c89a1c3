//! Why a text is no URL of a PostgreSQL database. Nothing here repeats a value, which may be a password.

/// Why a text is no URL of a PostgreSQL database. It holds no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// `postgres://ada:pass/word@db.example/keys`
    #[error(
        "it has an @ behind the host, or a #: in a user, a password and a value, write each character that is neither a letter nor a digit as a percent sign and its octet, such as %2F for a slash, %3F for a question mark, %23 for a # and %40 for an @"
    )]
    Unencoded,
    /// `postgres://ada:100%@db.example/keys`
    #[error("a percent sign in it does not begin an octet of UTF-8 text: write %25 for the sign itself")]
    Percent,
    /// A port that is none, or `[` without `]`.
    #[error(
        "its host must be a name or an address with at most a port behind it, such as db.example:5432 or [::1]:5432, or several with commas between"
    )]
    Host,
    /// Not one port, and not one for each host.
    #[error("it must give one port, or as many ports as hosts")]
    Ports,
    /// `?sslmode`, or a password with `?` in it.
    #[error("each parameter behind the question mark must be NAME=VALUE, with & between")]
    NoValue,
    /// A parameter that would be passed over. What stands behind a password may be part of it, and is not named.
    #[error("{} is not supported; the parameters are {}", parameter(.0.as_deref()), KNOWN)]
    Parameter(Option<String>),
    /// A parameter that stands there twice.
    #[error("it gives the parameter {0} more than once")]
    Twice(&'static str),
    /// A mode that libpq does not have either.
    #[error("sslmode must be disable, allow, prefer, require, verify-ca or verify-full")]
    SslMode,
    /// Without a CA of one's own, every server in the world has a certificate that would do.
    #[error("sslmode=verify-ca needs sslrootcert=FILE, the certificate of the authority to trust")]
    NoRoot,
    /// Public authorities certify everybody: the host name must be verified as well.
    #[error("sslrootcert=system needs sslmode=verify-full")]
    WeakSystem,
    /// A server that takes no writes.
    #[error(
        "target_session_attrs must be read-write, primary or any: Latchkey writes, and of several servers looks for the one that takes it"
    )]
    SessionAttributes,
}

const KNOWN: &str = "host, port, user, password, dbname, sslmode, sslrootcert, sslcert, sslkey, application_name, options and \
                     target_session_attrs";

fn parameter(name: Option<&str>) -> String {
    name.map_or_else(|| "a parameter".to_owned(), |name| format!("the parameter {name}"))
}
