//! A PostgreSQL database as its URL names it: one server or several, and how each is connected to.

pub(crate) mod error;
mod reading;

use std::{fmt, str::FromStr as _};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};

/// A PostgreSQL database, on one of several servers.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    servers: Vec<Server>,
    /// What the driver reads of the URL's parameters, decoded.
    parameters: Vec<(&'static str, String)>,
    /// The same database without a pooler, where one is named.
    listening: Option<Box<Self>>,
}

#[derive(Clone, PartialEq, Eq)]
struct Server {
    /// A name, an address without brackets, or the folder of a socket; empty for the driver's default.
    host: String,
    port: Option<u16>,
}

impl PostgresUrl {
    /// Each server, in the order in which they are tried.
    pub(crate) fn servers(&self) -> Vec<PgConnectOptions> {
        self.servers.iter().map(|server| self.options(server)).collect()
    }

    /// The first server: what they share is the same for all of them.
    pub(crate) fn first(&self) -> PgConnectOptions {
        self.options(&self.servers[0])
    }

    pub(crate) fn has_several_servers(&self) -> bool {
        self.servers.len() > 1
    }

    /// The URL at which changes are listened for.
    pub(crate) fn listening(&self) -> &Self {
        self.listening.as_deref().unwrap_or(self)
    }

    /// Whether it leads through a pooler that gives each transaction any connection, so that sessions hold nothing.
    pub(crate) fn is_pooled(&self) -> bool {
        self.listening.is_some()
    }

    pub(crate) fn listening_at(self, listening: Self) -> Self {
        Self { listening: Some(Box::new(listening)), ..self }
    }

    /// The files that the parameters name.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let names = ["sslrootcert", "sslcert", "sslkey"];
        self.parameters
            .iter()
            .filter(move |(name, _)| names.contains(name))
            .map(|(name, file)| (*name, &**file))
    }

    /// How a server is connected to by its `sslmode`, and how where that fails.
    pub(crate) fn modes(&self, server: &PgConnectOptions) -> (PgSslMode, Option<PgSslMode>) {
        // As for libpq, TLS is not for sockets.
        if is_socket(server) {
            return (PgSslMode::Disable, None);
        }
        match server.get_ssl_mode() {
            PgSslMode::Allow => (PgSslMode::Disable, Some(PgSslMode::Require)),
            PgSslMode::Prefer => (PgSslMode::Prefer, Some(PgSslMode::Disable)),
            // As for libpq, a CA that was given is there to be asked.
            PgSslMode::Require if self.files().any(|(name, _)| name == "sslrootcert") => {
                (PgSslMode::VerifyCa, None)
            }
            mode
            @ (PgSslMode::Disable | PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull) => {
                (mode, None)
            }
        }
    }

    /// The driver's options for a server. It reads them from a URL, and then a password from `~/.pgpass`.
    fn options(&self, server: &Server) -> PgConnectOptions {
        let host = Some(("host", server.host.clone())).filter(|(_, host)| !host.is_empty());
        let port = server.port.map(|port| ("port", port.to_string()));
        let pairs = self.parameters.iter().cloned().chain(host).chain(port);
        let query: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(&value, NON_ALPHANUMERIC)))
            .collect();
        let options = PgConnectOptions::from_str(&format!("postgres:///?{}", query.join("&")))
            .expect("each parameter was checked when the URL was read");
        let name = options.get_application_name().unwrap_or("latchkey").to_owned();
        // The driver would ask for digits of floating-point numbers, of which there are none here; PgBouncer refuses that.
        options.application_name(&name).extra_float_digits(None)
    }
}

/// Whether a server is on this machine, behind a socket.
pub(crate) fn is_socket(server: &PgConnectOptions) -> bool {
    server.get_socket().is_some() || server.get_host().starts_with('/')
}

/// A server's host, as a URL has it.
pub(crate) fn shown_host(server: &PgConnectOptions) -> String {
    let host = server.get_host();
    match server.get_socket() {
        Some(folder) => folder.display().to_string(),
        None if host.contains(':') && !host.starts_with('[') => format!("[{host}]"),
        None => host.to_owned(),
    }
}

impl fmt::Display for PostgresUrl {
    /// Servers and database; neither user nor password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let servers = self.servers();
        let shown: Vec<_> =
            servers.iter().map(|server| format!("{}:{}", shown_host(server), server.get_port())).collect();
        let first = self.first();
        let database = first.get_database().unwrap_or(first.get_username());
        write!(f, "postgres://{}/{database}", shown.join(","))
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresUrl(…)")
    }
}

#[cfg(test)]
mod tests;
