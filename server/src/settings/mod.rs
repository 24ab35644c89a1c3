//! Settings: flag over environment over `latchkey.toml` over default, read once, each wrong value told in one sentence.

pub(crate) mod data_dir;
mod flags;
mod sources;

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

pub use flags::Flags;
pub use sources::SettingsError;
use sources::{Sources, TEN_YEARS, from_environment, parse_file};
use store::Location;
use url::Url;

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines, one object a line.
    Json,
}

/// Everything that can be set. The one secret in it, the password in the address of a PostgreSQL database, is not printed.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Holds the database and the vault key.
    pub data_dir: PathBuf,
    /// The SQLite file, or the PostgreSQL database.
    pub database: Location,
    /// Where browsers and applications come.
    pub listen: SocketAddr,
    /// Where gateways and tools come, if anywhere.
    pub internal_listen: Option<SocketAddr>,
    /// The address that browsers see; the bound one where none is set.
    pub public_url: Option<Url>,
    /// Encrypts consumer and token secrets.
    pub vault_key_file: PathBuf,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Certificate and key, to serve HTTPS.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Accepted distance of `oauth_timestamp`, either way.
    pub clock_skew: Duration,
    /// Life of temporary credentials.
    pub temporary_credentials_ttl: Duration,
    /// Life of token credentials; none: until revoked.
    pub token_ttl: Option<Duration>,
    /// Whether PLAINTEXT signatures are accepted over https.
    pub allow_plaintext: bool,
    /// The realm of challenges.
    pub realm: String,
    /// Which log lines are written, as `tracing`'s filter.
    pub log: String,
    /// How.
    pub log_format: LogFormat,
}

impl Settings {
    /// Reads the settings of this process, and warns on stderr of variables that mean nothing.
    pub fn read(flags: &Flags) -> Result<Self, SettingsError> {
        let (environment, unknown) = from_environment(std::env::vars_os())?;
        for name in unknown {
            eprintln!("warning: {name} is set, but there is no such setting");
        }
        let named = flags.config.clone();
        let path = named.clone().unwrap_or_else(|| PathBuf::from("latchkey.toml"));
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => String::new(),
            Err(error) => {
                return Err(SettingsError::Unreadable {
                    path: path.display().to_string(),
                    reason: error.to_string(),
                });
            }
        };
        Self::from_sources(flags, &environment, &path, &text)
    }

    fn from_sources(
        flags: &Flags,
        environment: &HashMap<String, String>,
        path: &Path,
        text: &str,
    ) -> Result<Self, SettingsError> {
        let file_name = path.display().to_string();
        let sources = Sources { flags, environment, file: parse_file(&file_name, text)?, file_name };
        let data_dir = sources.parse("data_dir", PathBuf::from("./data"), "a folder", path_of)?;
        let database = sources.parse(
            "database_url",
            Location::Sqlite(data_dir.join("latchkey.db")),
            "sqlite://FILE without a question mark, or postgres://USER@HOST/DATABASE",
            |text| text.parse().ok(),
        )?;
        let vault_key_file =
            sources.parse("vault_key_file", data_dir.join("vault.key"), "a file", path_of)?;
        let address = "an IP address and a port, such as 127.0.0.1:3000 or [::1]:3000; port 0 picks one";
        let listen = sources
            .parse("listen", SocketAddr::from(([127, 0, 0, 1], 3000)), address, |text| text.parse().ok())?;
        let internal_listen = sources.parse(
            "internal_listen",
            Some(SocketAddr::from(([127, 0, 0, 1], 3001))),
            "an IP address and a port, such as 127.0.0.1:3001, or off",
            |text| {
                if text == "off" { Some(None) } else { text.parse().ok().map(Some) }
            },
        )?;
        let public_url = sources.parse(
            "public_url",
            None,
            "an address such as https://keys.example.com or https://example.com/latchkey: http:// or https://, a host, and at most a plain path after it",
            |text| public_url(text).map(Some),
        )?;
        let file = |key| sources.parse(key, None, "a file", |text| path_of(text).map(Some));
        let tls = match (file("tls_cert")?, file("tls_key")?) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            (cert, _) => {
                let given = sources.get(if cert.is_some() { "tls_cert" } else { "tls_key" });
                return Err(SettingsError::HalfTls(given.map(|given| given.source_name).unwrap_or_default()));
            }
        };
        let token_ttl = sources.seconds("token_ttl", 0)?;
        Ok(Self {
            data_dir,
            database,
            listen,
            internal_listen,
            public_url,
            vault_key_file,
            trusted_proxies: sources.parse(
                "trusted_proxies",
                Vec::new(),
                "IP addresses with commas between",
                |text| {
                    text.split(',')
                        .map(str::trim)
                        .filter(|part| !part.is_empty())
                        .map(|part| Some(part.parse::<IpAddr>().ok()?.to_canonical()))
                        .collect()
                },
            )?,
            tls,
            clock_skew: sources.seconds("clock_skew", 300)?,
            temporary_credentials_ttl: sources.parse(
                "temporary_credentials_ttl",
                Duration::from_mins(10),
                "a whole number of seconds, from 1 to 315360000",
                |text| text.parse().ok().filter(|s| (1..=TEN_YEARS).contains(s)).map(Duration::from_secs),
            )?,
            token_ttl: (!token_ttl.is_zero()).then_some(token_ttl),
            allow_plaintext: sources
                .parse("allow_plaintext", false, "true or false", |text| text.parse().ok())?,
            realm: sources.parse(
                "realm",
                "Latchkey".to_owned(),
                "1 to 100 printable ASCII characters without quotation marks and backslashes",
                |text| {
                    let plain = |c: char| (c.is_ascii_graphic() || c == ' ') && c != '"' && c != '\\';
                    ((1..=100).contains(&text.len()) && text.chars().all(plain)).then(|| text.to_owned())
                },
            )?,
            log: sources.parse(
                "log",
                "info".to_owned(),
                "off, error, warn, info, debug or trace, or a filter such as info,latchkey=debug",
                |text| is_log_filter(text).then(|| text.to_owned()),
            )?,
            log_format: sources.parse("log_format", LogFormat::Text, "text or json", |text| match text {
                "text" => Some(LogFormat::Text),
                "json" => Some(LogFormat::Json),
                _ => None,
            })?,
        })
    }
}

fn path_of(text: &str) -> Option<PathBuf> {
    (!text.is_empty()).then(|| PathBuf::from(text))
}

/// Whether the log can be filtered by it. A lone word that is no level would be the name of a module, and silence.
fn is_log_filter(text: &str) -> bool {
    let is_level = |word: &str| word.trim().parse::<tracing_subscriber::filter::LevelFilter>().is_ok();
    let plain = text.contains('[') || text.split(',').all(|part| part.contains(['=', ':']) || is_level(part));
    plain && !text.trim().is_empty() && tracing_subscriber::EnvFilter::try_new(text).is_ok()
}

fn public_url(text: &str) -> Option<Url> {
    // `Url` forgives a missing or turned slash, spaces and line breaks; people would find another address than they wrote.
    let (_, rest) = text.split_once("://")?;
    if rest.starts_with('/') || text.contains(|c: char| c == '\\' || c.is_whitespace() || c.is_control()) {
        return None;
    }
    let mut url = Url::parse(text).ok()?;
    let plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !plain {
        return None;
    }
    // A prefix is kept without a slash at its end. What is special to the router or needs escaping cannot be in it.
    let path = url.path().strip_suffix('/').unwrap_or(url.path()).to_owned();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    if !path.split('/').skip(1).all(|segment| !segment.is_empty() && segment.chars().all(is_plain)) {
        return None;
    }
    url.set_path(&path);
    Some(url)
}

#[cfg(test)]
mod tests;
