//! Where the data is: in a SQLite file, or in a PostgreSQL database that several machines can share.

use std::{
    fmt,
    net::IpAddr,
    path::{Path, PathBuf},
    str::FromStr,
};

use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::database::url::{PostgresUrl, error::UrlError, is_socket, shown_host};

/// Where the data is. A password in it is never printed.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A file on this machine.
    Sqlite(PathBuf),
    /// `postgres://user:password@host:port/database?…`
    Postgres(PostgresUrl),
}

/// A PostgreSQL server on another host, and what protects the connection to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// Its name or address.
    pub host: String,
    /// By `sslmode`.
    pub protection: Protection,
}

/// What protects a connection to a PostgreSQL server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Nothing (`disable`).
    Clear,
    /// Nothing, where the server offers no TLS or somebody on the way says so (`allow`, `prefer`, the default).
    Optional,
    /// Encryption, but the server may be anybody (`require`).
    Unverified,
    /// The server's certificate is checked (`verify-ca`, `verify-full`).
    Verified,
}

/// Why a text is no location.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoLocation {
    /// It is neither `sqlite://FILE` nor `postgres://…`.
    #[error("a database is sqlite://FILE, without a question mark, or postgres://USER@HOST/DATABASE")]
    Form,
    /// It is a URL of PostgreSQL that cannot be used.
    #[error(transparent)]
    Postgres(#[from] UrlError),
}

impl FromStr for Location {
    type Err = NoLocation;

    fn from_str(text: &str) -> Result<Self, NoLocation> {
        let postgres = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
        if let Some(url) = postgres {
            return Ok(Self::Postgres(url.parse()?));
        }
        let file = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:"));
        let plain = file.filter(|file| !file.is_empty() && !file.contains('?') && *file != ":memory:");
        plain.map(|file| Self::Sqlite(PathBuf::from(file))).ok_or(NoLocation::Form)
    }
}

impl Location {
    /// The file, if it is SQLite.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(file) => Some(file),
            Self::Postgres(_) => None,
        }
    }

    /// The same PostgreSQL database, with another URL at which changes are listened for: without the pooler that the first
    /// one leads through. Nothing changes where either is SQLite.
    #[must_use]
    pub fn listening_at(self, listening: Self) -> Self {
        match (self, listening) {
            (Self::Postgres(url), Self::Postgres(listening)) => Self::Postgres(url.listening_at(listening)),
            (location, _) => location,
        }
    }

    /// The first server on another host, if it is PostgreSQL.
    pub fn remote(&self) -> Option<Remote> {
        let Self::Postgres(url) = self else { return None };
        let is_here = |host: &str| {
            let address = host.parse::<IpAddr>();
            address.map_or(host == "localhost", |address| address.to_canonical().is_loopback())
        };
        let servers = url.servers();
        let server = servers.iter().find(|server| !is_socket(server) && !is_here(server.get_host()))?;
        let protection = match url.modes(server) {
            (PgSslMode::VerifyCa | PgSslMode::VerifyFull, _) => Protection::Verified,
            (PgSslMode::Require, _) => Protection::Unverified,
            (PgSslMode::Disable, None) => Protection::Clear,
            (PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer, _) => Protection::Optional,
        };
        Some(Remote { host: shown_host(server), protection })
    }

    /// The `pg_dump` command that copies the database to `file`, if it is PostgreSQL. `pg_dump` asks for the password
    /// itself.
    pub fn pg_dump(&self, file: &Path) -> Option<String> {
        let own = ["--format=custom".to_owned(), format!("--file={}", file.display())];
        self.client("pg_dump", own)
    }

    /// The `pg_restore` command that puts back what that one has copied.
    pub fn pg_restore(&self, file: &Path) -> Option<String> {
        let whole = ["--clean", "--if-exists", "--no-owner", "--single-transaction"].map(str::to_owned);
        self.client("pg_restore", whole.into_iter().chain([file.display().to_string()]))
    }

    /// The `psql` command that runs these statements in one transaction.
    pub fn psql(&self, statements: &str) -> Option<String> {
        self.client("psql", ["--single-transaction".to_owned(), format!("--command={statements}")])
    }

    /// A command of PostgreSQL's own, with where to connect to and words of its own; `None` for SQLite.
    fn client(&self, program: &str, own: impl IntoIterator<Item = String>) -> Option<String> {
        let Self::Postgres(url) = self else { return None };
        // Past a pooler. As libpq has them, several servers stand with commas between.
        let servers = url.listening().servers();
        let first = url.listening().first();
        let hosts: Vec<_> = servers.iter().map(plain_host).collect();
        let ports: Vec<_> = servers.iter().map(|server| server.get_port().to_string()).collect();
        let database = first.get_database().unwrap_or(first.get_username());
        let connection = [
            program.to_owned(),
            format!("--host={}", hosts.join(",")),
            format!("--port={}", ports.join(",")),
            format!("--username={}", first.get_username()),
            format!("--dbname={database}"),
        ];
        // Of several, the one that has everything and takes changes.
        let primary = (servers.len() > 1).then(|| "PGTARGETSESSIONATTRS=read-write".to_owned());
        let words = primary.into_iter().chain(connection).chain(own);
        let words: Vec<_> = words.map(|word| quoted(&word)).collect();
        Some(words.join(" "))
    }
}

fn plain_host(server: &PgConnectOptions) -> String {
    server.get_socket().map_or_else(|| server.get_host().to_owned(), |path| path.display().to_string())
}

/// Quotes a word for the shell.
fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=./:,".contains(&byte);
    if word.bytes().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "{}", file.display()),
            Self::Postgres(url) => write!(f, "{url}"),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_or_a_url_of_postgresql_is_a_location_and_nothing_else_is() {
        for (text, shown) in [
            ("sqlite://data/a.db", "data/a.db"),
            ("sqlite:/var/a.db", "/var/a.db"),
            ("postgres://ada@db.example/keys", "postgres://db.example:5432/keys"),
            (
                "postgresql://ada:secret@db.example:6432/keys?sslmode=require",
                "postgres://db.example:6432/keys",
            ),
        ] {
            assert_eq!(text.parse::<Location>().unwrap().to_string(), shown);
        }
        for text in ["", "sqlite://", "sqlite://a?mode=rwc", "sqlite::memory:", "mysql://a/b", "postgres//a"]
        {
            assert_eq!(text.parse::<Location>(), Err(NoLocation::Form), "{text}");
        }
    }

    #[test]
    fn a_server_on_another_host_is_remote_and_what_protects_it_is_told() {
        let remote = |url: &str| url.parse::<Location>().unwrap().remote();
        for (host, mode, protection) in [
            ("db.example", "disable", Protection::Clear),
            ("192.0.2.1", "allow", Protection::Optional),
            ("[2001:db8::1]", "prefer", Protection::Optional),
            ("localhost.example", "require", Protection::Unverified),
            ("db.example", "require&sslrootcert=ca.pem", Protection::Verified),
            ("db.example", "verify-ca&sslrootcert=ca.pem", Protection::Verified),
            ("db.example", "verify-full", Protection::Verified),
        ] {
            let found = remote(&format!("postgres://ada@{host}/keys?sslmode={mode}"));
            assert_eq!(found, Some(Remote { host: host.to_owned(), protection }));
        }
        assert_eq!(remote("postgres://localhost,db.example:6432/keys").unwrap().host, "db.example");
        for url in [
            "postgres://ada@localhost/keys",
            "postgres://ada@127.0.0.1/keys",
            "postgres://ada@[::1]/keys",
            "postgres://ada@localhost/keys?host=/run/postgresql",
            "postgres://ada@%2Frun%2Fpostgresql/keys",
            "sqlite://keys.db",
        ] {
            assert_eq!(remote(url), None, "{url}");
        }
    }

    #[test]
    fn the_program_that_dumps_is_told_everything_but_the_password() {
        let dump = |url: &str| url.parse::<Location>().unwrap().pg_dump(Path::new("it's.dump"));
        assert_eq!(
            dump("postgres://ada:hunter2@db.example:6432/keys").unwrap(),
            r"pg_dump --host=db.example --port=6432 --username=ada --dbname=keys --format=custom '--file=it'\''s.dump'"
        );
        assert!(
            dump("postgres://ada@localhost/keys?host=/run/postgresql")
                .unwrap()
                .contains("--host=/run/postgresql ")
        );
        let of_several = dump("postgres://ada@h1,h2:6432/keys").unwrap();
        let words = "PGTARGETSESSIONATTRS=read-write pg_dump --host=h1,h2 --port=5432,6432 --username=ada ";
        assert!(of_several.starts_with(words), "{of_several}");
        let direct = "postgres://ada:hunter2@direct.example/keys".parse().unwrap();
        let pooled = "postgres://ada:hunter2@pooler.example/keys".parse::<Location>().unwrap();
        let dumped = pooled.listening_at(direct).pg_dump(Path::new("keys.dump")).unwrap();
        assert!(dumped.contains("--host=direct.example "), "{dumped}");
        assert_eq!(dump("sqlite://keys.db"), None);
    }

    #[test]
    fn the_programs_that_restore_are_told_everything_but_the_password() {
        let location: Location = "postgres://ada:hunter2@db.example:6432/keys".parse().unwrap();
        assert_eq!(
            location.pg_restore(Path::new("keys.dump")).unwrap(),
            "pg_restore --host=db.example --port=6432 --username=ada --dbname=keys --clean --if-exists --no-owner \
             --single-transaction keys.dump"
        );
        assert_eq!(
            location.psql("DELETE FROM sessions").unwrap(),
            "psql --host=db.example --port=6432 --username=ada --dbname=keys --single-transaction \
             '--command=DELETE FROM sessions'"
        );
        let file: Location = "sqlite://keys.db".parse().unwrap();
        assert_eq!((file.pg_restore(Path::new("a")), file.psql("SELECT 1")), (None, None));
    }

    #[test]
    fn a_password_is_not_printed() {
        let location: Location = "postgres://ada:hunter2@db.example/keys".parse().unwrap();
        assert!(!format!("{location} {location:?}").contains("hunter2"));
    }
}
