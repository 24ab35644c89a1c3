//! Settings: flag over environment over `latchkey.toml` over default, read once, each wrong value told in one sentence.

use std::{
    collections::HashMap,
    ffi::OsString,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use url::Url;

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines, one object a line.
    Json,
}

/// Everything that can be set. There is no secret in it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Holds the database and the vault key.
    pub data_dir: PathBuf,
    /// The SQLite file.
    pub database: PathBuf,
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

/// The settings as flags; each is checked later, together with where it came from.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Settings (also LATCHKEY_… in the environment, or latchkey.toml)")]
pub struct Flags {
    /// The file with settings [default: latchkey.toml, where there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the database and the vault key [default: ./data]
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// sqlite://FILE [default: latchkey.db in the data folder]
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Public listener; port 0 picks one [default: 127.0.0.1:3000]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Internal listener, or off [default: 127.0.0.1:3001]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    internal_listen: Option<String>,
    /// The address that browsers and applications see [default: the bound address]
    #[arg(long, global = true, value_name = "URL")]
    public_url: Option<String>,
    /// The vault key [default: vault.key in the data folder]
    #[arg(long, global = true, value_name = "FILE")]
    vault_key_file: Option<String>,
    /// Addresses whose X-Forwarded-For is believed, with commas between
    #[arg(long, global = true, value_name = "ADDRESSES")]
    trusted_proxies: Option<String>,
    /// Certificate (PEM), to serve HTTPS
    #[arg(long, global = true, value_name = "FILE")]
    tls_cert: Option<String>,
    /// The certificate's key (PEM)
    #[arg(long, global = true, value_name = "FILE")]
    tls_key: Option<String>,
    /// Accepted distance of oauth_timestamp in seconds [default: 300]
    #[arg(long, global = true, value_name = "SECONDS")]
    clock_skew: Option<String>,
    /// Life of temporary credentials in seconds [default: 600]
    #[arg(long, global = true, value_name = "SECONDS")]
    temporary_credentials_ttl: Option<String>,
    /// Life of token credentials in seconds; 0: until revoked [default: 0]
    #[arg(long, global = true, value_name = "SECONDS")]
    token_ttl: Option<String>,
    /// Accept PLAINTEXT signatures over https [default: false]
    #[arg(long, global = true, value_name = "true|false")]
    allow_plaintext: Option<String>,
    /// The realm of challenges [default: Latchkey]
    #[arg(long, global = true, value_name = "TEXT")]
    realm: Option<String>,
    /// Which log lines are written [default: info]
    #[arg(long, global = true, value_name = "FILTER")]
    log: Option<String>,
    /// text or json [default: text]
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<String>,
}

/// A setting that cannot be used, in one sentence.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A value that is not allowed.
    #[error("{source_name}={value} is not allowed: it must be {allowed}.")]
    Value {
        /// The setting as it was given: flag, variable or key of the file.
        source_name: String,
        /// What was given.
        value: String,
        /// What may be given.
        allowed: &'static str,
    },
    /// One half of a pair.
    #[error("LATCHKEY_TLS_CERT and LATCHKEY_TLS_KEY must be given both or neither: only {0} is.")]
    HalfTls(String),
    /// A variable that is no text.
    #[error("{0} is not allowed: it must be UTF-8 text.")]
    NotText(String),
    /// A file that cannot be read.
    #[error("The settings file {path} cannot be read: {reason}.")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system or the parser said, in one line.
        reason: String,
    },
    /// A key that means nothing.
    #[error("The settings file {path} has the key {key}, which is no setting; the keys are {known}.")]
    UnknownKey {
        /// The file.
        path: String,
        /// The key.
        key: String,
        /// Every key there is.
        known: String,
    },
}

/// The longest time that can be set, in seconds.
const TEN_YEARS: u64 = 315_360_000;

/// Every setting's key, as the file has it; `LATCHKEY_` and upper case for the environment, `--` and dashes for flags.
const KEYS: [&str; 16] = [
    "data_dir",
    "database_url",
    "listen",
    "internal_listen",
    "public_url",
    "vault_key_file",
    "trusted_proxies",
    "tls_cert",
    "tls_key",
    "clock_skew",
    "temporary_credentials_ttl",
    "token_ttl",
    "allow_plaintext",
    "realm",
    "log",
    "log_format",
];

/// What the build and the tests use; no setting, and no mistake either.
const NOT_SETTINGS: [&str; 8] = [
    "LATCHKEY_BIN",
    "LATCHKEY_SITE_DIR",
    "LATCHKEY_CHROMIUM",
    "LATCHKEY_TOOLS",
    "LATCHKEY_WASM_OPT",
    "LATCHKEY_WASM_BINDGEN",
    "LATCHKEY_SCREENSHOTS",
    "LATCHKEY_GALLERY",
];

impl Flags {
    fn get(&self, key: &str) -> Option<&String> {
        match key {
            "data_dir" => self.data_dir.as_ref(),
            "database_url" => self.database_url.as_ref(),
            "listen" => self.listen.as_ref(),
            "internal_listen" => self.internal_listen.as_ref(),
            "public_url" => self.public_url.as_ref(),
            "vault_key_file" => self.vault_key_file.as_ref(),
            "trusted_proxies" => self.trusted_proxies.as_ref(),
            "tls_cert" => self.tls_cert.as_ref(),
            "tls_key" => self.tls_key.as_ref(),
            "clock_skew" => self.clock_skew.as_ref(),
            "temporary_credentials_ttl" => self.temporary_credentials_ttl.as_ref(),
            "token_ttl" => self.token_ttl.as_ref(),
            "allow_plaintext" => self.allow_plaintext.as_ref(),
            "realm" => self.realm.as_ref(),
            "log" => self.log.as_ref(),
            "log_format" => self.log_format.as_ref(),
            _ => None,
        }
    }
}

/// A value, and where it came from.
struct Given {
    source_name: String,
    value: String,
}

impl Given {
    fn parse<T>(
        &self,
        allowed: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, SettingsError> {
        parse(&self.value).ok_or_else(|| SettingsError::Value {
            source_name: self.source_name.clone(),
            value: without_password(&self.value).replace(char::is_control, "\u{fffd}"),
            allowed,
        })
    }
}

/// A value fit to be shown: of what may hold a password, broken URLs included, only the scheme is.
fn without_password(value: &str) -> String {
    match value.split_once(':') {
        Some((scheme, _)) if value.contains('@') => format!("{scheme}:…"),
        Some((_, rest)) if rest.contains('?') => {
            format!("{}?…", value.split('?').next().unwrap_or_default())
        }
        _ => value.to_owned(),
    }
}

/// Where settings come from, the stronger ones first.
struct Sources<'a> {
    flags: &'a Flags,
    environment: &'a HashMap<String, String>,
    file: HashMap<String, String>,
    file_name: String,
}

impl Sources<'_> {
    fn get(&self, key: &str) -> Option<Given> {
        let variable = format!("LATCHKEY_{}", key.to_uppercase());
        if let Some(value) = self.flags.get(key) {
            return Some(Given { source_name: format!("--{}", key.replace('_', "-")), value: value.clone() });
        }
        if let Some(value) = self.environment.get(&variable) {
            return Some(Given { source_name: variable, value: value.clone() });
        }
        self.file
            .get(key)
            .map(|value| Given { source_name: format!("{}: {key}", self.file_name), value: value.clone() })
    }

    fn parse<T>(
        &self,
        key: &str,
        default: T,
        allowed: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, SettingsError> {
        self.get(key).map_or(Ok(default), |given| given.parse(allowed, parse))
    }

    fn seconds(&self, key: &str, default: u64) -> Result<Duration, SettingsError> {
        let parse = |text: &str| text.parse().ok().filter(|seconds| *seconds <= TEN_YEARS);
        let allowed = "a whole number of seconds, from 0 to 315360000";
        self.parse(key, default, allowed, parse).map(Duration::from_secs)
    }
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
            data_dir.join("latchkey.db"),
            "sqlite://FILE without a question mark, since this version keeps its data in a SQLite file alone",
            sqlite_file,
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
                "off, error, warn, info, debug or trace, or a filter such as info,server=debug",
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

/// Every setting in the environment, and the names that look like one and are none.
fn from_environment(
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<(HashMap<String, String>, Vec<String>), SettingsError> {
    let (mut known, mut unknown) = (HashMap::new(), Vec::new());
    for (name, value) in variables {
        let Ok(name) = name.into_string() else { continue };
        let Some(key) = name.strip_prefix("LATCHKEY_") else { continue };
        if KEYS.iter().any(|known| known.to_uppercase() == key) {
            let value = value.into_string().map_err(|_| SettingsError::NotText(name.clone()))?;
            known.insert(name, value);
        } else if !NOT_SETTINGS.contains(&&*name) {
            unknown.push(name);
        }
    }
    unknown.sort();
    Ok((known, unknown))
}

fn parse_file(path: &str, text: &str) -> Result<HashMap<String, String>, SettingsError> {
    let unreadable =
        |reason: &str| SettingsError::Unreadable { path: path.to_owned(), reason: reason.to_owned() };
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error
            .span()
            .and_then(|span| text.get(..span.start))
            .map(|before| before.matches('\n').count() + 1);
        unreadable(&format!("line {}: {}", line.unwrap_or(1), error.message().replace('\n', ", ")))
    })?;
    let mut values = HashMap::new();
    for (key, value) in table {
        if !KEYS.contains(&&*key) {
            return Err(SettingsError::UnknownKey { path: path.to_owned(), key, known: KEYS.join(", ") });
        }
        let text = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(yes) => yes.to_string(),
            toml::Value::Array(items) if key == "trusted_proxies" => {
                let texts =
                    items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
                texts.ok_or_else(|| unreadable(&format!("{key} must be a list of texts")))?.join(",")
            }
            _ => {
                return Err(unreadable(&format!("{key} must be a text, a whole number, true or false")));
            }
        };
        values.insert(key, text);
    }
    Ok(values)
}

fn path_of(text: &str) -> Option<PathBuf> {
    (!text.is_empty()).then(|| PathBuf::from(text))
}

fn sqlite_file(text: &str) -> Option<PathBuf> {
    let file = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:"))?;
    (!file.is_empty() && !file.contains('?') && file != ":memory:").then(|| PathBuf::from(file))
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
mod tests {
    use super::*;

    fn read(flags: &Flags, environment: &[(&str, &str)], file: &str) -> Result<Settings, SettingsError> {
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Settings::from_sources(flags, &environment, Path::new("latchkey.toml"), file)
    }

    fn refused(environment: &[(&str, &str)]) -> String {
        read(&Flags::default(), environment, "").unwrap_err().to_string()
    }

    #[test]
    fn without_any_setting_the_defaults_hold() {
        let settings = read(&Flags::default(), &[], "").unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:3000");
        assert_eq!(settings.database, Path::new("./data/latchkey.db"));
        assert_eq!(settings.vault_key_file, Path::new("./data/vault.key"));
        assert_eq!((settings.clock_skew.as_secs(), settings.token_ttl), (300, None));
    }

    #[test]
    fn a_flag_is_stronger_than_the_environment_and_that_than_the_file() {
        let flags = Flags { realm: Some("flag".into()), ..Flags::default() };
        let file = "realm = 'file'\nclock_skew = 10\ntoken_ttl = 5\n";
        let settings =
            read(&flags, &[("LATCHKEY_REALM", "environment"), ("LATCHKEY_CLOCK_SKEW", "20")], file).unwrap();
        assert_eq!(settings.realm, "flag");
        assert_eq!(settings.clock_skew.as_secs(), 20);
        assert_eq!(settings.token_ttl, Some(Duration::from_secs(5)));
    }

    #[test]
    fn a_wrong_value_is_told_with_its_setting_and_what_is_allowed() {
        assert_eq!(
            refused(&[("LATCHKEY_LISTEN", "localhost")]),
            "LATCHKEY_LISTEN=localhost is not allowed: it must be an IP address and a port, such as 127.0.0.1:3000 or \
             [::1]:3000; port 0 picks one."
        );
        for (name, value) in [
            ("LATCHKEY_PUBLIC_URL", "keys.example.com"),
            ("LATCHKEY_PUBLIC_URL", "https://keys.example.com/#x"),
            ("LATCHKEY_PUBLIC_URL", "ftp://keys.example.com"),
            ("LATCHKEY_CLOCK_SKEW", "-1"),
            ("LATCHKEY_ALLOW_PLAINTEXT", "yes"),
            ("LATCHKEY_LOG_FORMAT", "xml"),
            ("LATCHKEY_REALM", "a\"b"),
            ("LATCHKEY_TRUSTED_PROXIES", "10.0.0.1, proxy"),
            ("LATCHKEY_DATA_DIR", ""),
            ("LATCHKEY_LOG", "=="),
            ("LATCHKEY_LOG", "verbose"),
            ("LATCHKEY_LOG", ""),
            ("LATCHKEY_TEMPORARY_CREDENTIALS_TTL", "0"),
            ("LATCHKEY_PUBLIC_URL", "https:keys.example.com"),
            ("LATCHKEY_PUBLIC_URL", "https://example.com//latchkey"),
            ("LATCHKEY_PUBLIC_URL", "https://example.com/{key}"),
        ] {
            assert!(
                refused(&[(name, value)]).starts_with(&format!("{name}={value} is not allowed: it must be ")),
                "{name}"
            );
        }
    }

    #[test]
    fn a_password_in_a_database_url_is_not_shown() {
        for url in [
            "postgres://ada:correcthorse@db.example/latchkey",
            "postgres://ada:correcthorse#/?@db.example:x/latchkey",
            "postgres://db.example/latchkey?user=ada&password=correcthorse",
            "sqlite://latchkey.db?key=correcthorse",
        ] {
            let told = refused(&[("LATCHKEY_DATABASE_URL", url)]);
            assert!(!told.contains("correcthorse") && told.contains("sqlite://FILE"), "{told}");
        }
    }

    #[test]
    fn every_way_to_write_a_sqlite_file_is_taken() {
        for (url, file) in [
            ("sqlite://data/keys.db", "data/keys.db"),
            ("sqlite:///var/keys.db", "/var/keys.db"),
            ("sqlite:keys.db", "keys.db"),
        ] {
            let settings = read(&Flags::default(), &[("LATCHKEY_DATABASE_URL", url)], "").unwrap();
            assert_eq!(settings.database, Path::new(file));
        }
    }

    #[test]
    fn a_file_holds_texts_numbers_truths_and_a_list_of_proxies() {
        let file =
            "trusted_proxies = ['10.0.0.1', '::ffff:10.0.0.2']\nallow_plaintext = true\nlisten = '[::1]:0'\n";
        let settings = read(&Flags::default(), &[], file).unwrap();
        assert_eq!(
            settings.trusted_proxies,
            ["10.0.0.1", "10.0.0.2"].map(|text| text.parse::<IpAddr>().unwrap())
        );
        assert!(settings.allow_plaintext);
        assert!(read(&Flags::default(), &[], "listen = ['127.0.0.1:0']").is_err());
    }

    #[test]
    fn the_internal_listener_can_be_off() {
        assert_eq!(
            read(&Flags::default(), &[("LATCHKEY_INTERNAL_LISTEN", "off")], "").unwrap().internal_listen,
            None
        );
    }

    #[test]
    fn an_unknown_variable_is_pointed_out_unless_the_build_uses_it() {
        let names = ["LATCHKEY_LISEN", "LATCHKEY_CONFIG", "LATCHKEY_BIN", "LATCHKEY_REALM", "PATH"];
        let variables = names.iter().map(|name| (OsString::from(name), OsString::from("x")));
        let (known, unknown) = from_environment(variables).unwrap();
        assert_eq!(unknown, ["LATCHKEY_CONFIG", "LATCHKEY_LISEN"]);
        assert_eq!(known.into_keys().collect::<Vec<_>>(), ["LATCHKEY_REALM"]);
    }

    #[test]
    fn half_a_certificate_is_refused() {
        assert!(refused(&[("LATCHKEY_TLS_CERT", "cert.pem")]).contains("both or neither"));
    }

    #[test]
    fn an_unknown_key_or_broken_file_is_told() {
        assert!(matches!(read(&Flags::default(), &[], "lisen = 'x'"), Err(SettingsError::UnknownKey { .. })));
        let broken =
            read(&Flags::default(), &[], "listen = '127.0.0.1:0'\nrealm = \n").unwrap_err().to_string();
        assert!(broken.contains("latchkey.toml cannot be read: line 2: "), "{broken}");
    }

    #[test]
    fn a_public_url_keeps_its_prefix_without_the_last_slash() {
        assert_eq!(
            public_url("https://example.com/latchkey/").unwrap().as_str(),
            "https://example.com/latchkey"
        );
        assert_eq!(public_url("http://example.com").unwrap().path(), "/");
    }
}
