//! Every setting, in one row each: flags, environment, file, help, defaults and what `latchkey check` shows are made from it.

use std::{collections::HashMap, path::PathBuf, time::Duration};

use clap::Args;
use oauth::SignatureMethod;
use service::{RequireSecondFactor, Rules};
use store::Location;
use url::Url;

use crate::settings::{
    error::SettingsError,
    listen_at::ListenAt,
    oslc::{OslcCatalog, oslc_catalogs},
    proxies::TrustedProxies,
    sources::{SettingsFile, Sources},
    values::{
        LogFormat, days_or_none, host_names, listen_at_or_off, log_filter, log_format, on_or_off, path,
        postgres, public_url, realm, require_second_factor, seconds, seconds_or_none, signature_methods,
        some_seconds,
    },
};

/// `key: type, what the flag takes, help, default in words = default, must be what is allowed => how a text is read;`
/// A default may use the settings above it.
macro_rules! settings {
    ($($key:ident: $type:ty, $takes:literal, $help:literal, default $words:literal = $default:expr,
        must be $allowed:literal => $read:expr;)+) => {
        /// Every setting's key, as the file has it; `LATCHKEY_` and upper case for the environment, `--` and dashes for
        /// flags.
        pub(super) const KEYS: &[&str] = &[$(stringify!($key)),+];

        /// Each setting's default, in words.
        #[cfg(test)]
        pub(super) const DEFAULTS: &[(&str, &str)] = &[$((stringify!($key), $words)),+];

        /// The settings as flags; each is read later, together with where it came from.
        #[derive(Args, Clone, Debug, Default)]
        #[command(next_help_heading = "Settings (also LATCHKEY_… in the environment, or latchkey.toml)")]
        pub struct Flags {
            /// The file with settings [default: latchkey.toml, where there is one]
            #[arg(long, global = true, value_name = "FILE")]
            pub(super) config: Option<PathBuf>,
            $(
                #[arg(long, global = true, value_name = $takes, help = concat!($help, " [default: ", $words, "]"))]
                pub(super) $key: Option<String>,
            )+
        }

        impl Flags {
            /// Those that were given, by key.
            pub(super) fn given(&self) -> HashMap<&'static str, String> {
                let flags = [$((stringify!($key), &self.$key)),+];
                flags.into_iter().filter_map(|(key, value)| Some((key, value.clone()?))).collect()
            }
        }

        /// Everything that can be set. The one secret in it, the password in the address of a PostgreSQL database, is not
        /// printed.
        #[derive(Clone, Debug)]
        pub struct Settings {
            $(pub(crate) $key: $type,)+
            /// Each of them, with where it came from.
            pub(crate) in_words: Vec<String>,
            /// The files that they came from; the first one may not be there.
            pub(crate) files: Vec<SettingsFile>,
        }

        impl Settings {
            pub(super) fn take(sources: &mut Sources<'_>) -> Result<Self, SettingsError> {
                $(let $key: $type = sources.take(stringify!($key), $words, || $default, $allowed, $read)?;)+
                Ok(Self { $($key,)+ in_words: sources.in_words.clone(), files: sources.files.clone() })
            }
        }
    };
}

settings! {
    data_dir: PathBuf, "FOLDER", "Folder of the database and the vault key",
        default "./data" = PathBuf::from("./data"), must be "a folder" => path;
    database_url: Location, "URL", "sqlite://FILE or postgres://USER@HOST/DATABASE; LATCHKEY_DATABASE_URL_FILE names a file that holds it",
        default "latchkey.db in the data folder" = Location::Sqlite(data_dir.join("latchkey.db")),
        must be "sqlite://FILE without a question mark, or postgres://USER@HOST/DATABASE" => |text| text.parse().ok();
    listen_database_url: Option<Location>, "URL", "The same PostgreSQL database without the pooler that the database URL leads through; LATCHKEY_LISTEN_DATABASE_URL_FILE names a file that holds it",
        default "the database URL" = None,
        must be "postgres://USER@HOST/DATABASE" => |text| postgres(text).map(Some);
    listen: ListenAt, "ADDRESS:PORT", "Public listener: an address or a host name and a port, or unix:PATH; port 0 picks one",
        default "127.0.0.1:3000" = ListenAt::loopback(3000),
        must be "an IP address or a host name and a port, such as 127.0.0.1:3000, [::1]:3000 or localhost:3000, or unix:PATH; port 0 picks one"
            => |text| text.parse().ok();
    internal_listen: Option<ListenAt>, "ADDRESS:PORT", "Internal listener, likewise, or off",
        default "127.0.0.1:3001" = Some(ListenAt::loopback(3001)),
        must be "an IP address or a host name and a port, such as 127.0.0.1:3001, or unix:PATH, or off" => listen_at_or_off;
    internal_hosts: Vec<String>, "NAMES", "Further host names that the internal listener is called by, with commas between",
        default "none" = Vec::new(), must be "host names without ports, with commas between" => host_names;
    public_url: Option<Url>, "URL", "The address that browsers and applications see; LATCHKEY_PUBLIC_URL_FILE names a file that holds it",
        default "the bound address" = None,
        must be "an address such as https://keys.example.com or https://example.com/latchkey: http:// or https://, a host, and at most a plain path after it"
            => |text| public_url(text).map(Some);
    vault_key_file: PathBuf, "FILE", "The vault key",
        default "vault.key in the data folder" = data_dir.join("vault.key"), must be "a file" => path;
    trusted_proxies: TrustedProxies, "ADDRESSES", "Addresses and networks whose X-Forwarded-For is believed, with commas between",
        default "none" = TrustedProxies::default(),
        must be "IP addresses and networks such as 10.0.0.0/8 or fd00::/8, with commas between" => |text| text.parse().ok();
    tls_cert: Option<PathBuf>, "FILE", "Certificate (PEM), to serve HTTPS",
        default "none" = None, must be "a file" => |text| path(text).map(Some);
    tls_key: Option<PathBuf>, "FILE", "The certificate's key (PEM)",
        default "none" = None, must be "a file" => |text| path(text).map(Some);
    drain: Duration, "SECONDS", "How long /readyz is 503 and everything still answered before a stop",
        default "0" = Duration::ZERO, must be "a whole number of seconds, from 0 to 315360000" => seconds;
    clock_skew: Duration, "SECONDS", "Accepted distance of oauth_timestamp in seconds, either way",
        default "300" = Duration::from_mins(5), must be "a whole number of seconds, from 0 to 315360000" => seconds;
    temporary_credentials_ttl: Duration, "SECONDS", "Life of temporary credentials in seconds",
        default "600" = Duration::from_mins(10), must be "a whole number of seconds, from 1 to 315360000" => some_seconds;
    token_ttl: Option<Duration>, "SECONDS", "Life of token credentials in seconds; 0: until revoked",
        default "0" = None, must be "a whole number of seconds, from 0 to 315360000" => seconds_or_none;
    signature_methods: Vec<SignatureMethod>, "METHODS", "Accepted signature methods, with commas between",
        default "all but PLAINTEXT" = Rules::all_but_plaintext(),
        must be "HMAC-SHA1, HMAC-SHA256, HMAC-SHA512, RSA-SHA1, RSA-SHA256 or RSA-SHA512, or several of them with commas between; PLAINTEXT is accepted by LATCHKEY_ALLOW_PLAINTEXT=true"
            => signature_methods;
    allow_plaintext: bool, "true|false", "Accept PLAINTEXT signatures of requests that are https themselves",
        default "false" = false, must be "true or false" => |text| text.parse().ok();
    keep_activity: Option<Duration>, "DAYS", "Activity older than this many days is pruned; 0: it is kept",
        default "0" = None, must be "a whole number of days, from 0 to 36500" => days_or_none;
    key_requests: bool, "on|off", "Whether programs may ask for a key themselves, at /oauth/requestKey",
        default "on" = true, must be "on or off" => on_or_off;
    require_second_factor: RequireSecondFactor, "off|administrators|all", "Whose account must have a second factor",
        default "off" = RequireSecondFactor::Off, must be "off, administrators or all" => require_second_factor;
    oslc_catalogs: Vec<OslcCatalog>, "CATALOGS", "Catalogs of OSLC service providers that root services lead to, with commas between",
        default "none" = Vec::new(),
        must be "rm=URL, cm=URL, qm=URL, am=URL, auto=URL or config=URL, or several of them with commas between, each URL http:// or https:// and a comma in it written %2C"
            => oslc_catalogs;
    realm: String, "TEXT", "The realm of challenges",
        default "Latchkey" = "Latchkey".to_owned(),
        must be "1 to 100 printable ASCII characters without quotation marks and backslashes" => realm;
    log: String, "FILTER", "Which log lines are written",
        default "info" = "info".to_owned(),
        must be "off, error, warn, info, debug or trace, or a filter with a level for all or for latchkey, service or store, such as info,latchkey=debug" => log_filter;
    log_format: LogFormat, "FORMAT", "text, or json for machines",
        default "text" = LogFormat::Text, must be "text or json" => log_format;
}
