//! Where settings come from, and what is said of one that cannot be used.

use std::{collections::HashMap, ffi::OsString, time::Duration};

use crate::settings::flags::Flags;

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
pub(super) const TEN_YEARS: u64 = 315_360_000;

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

/// A value, and where it came from.
pub(super) struct Given {
    pub(super) source_name: String,
    value: String,
}

impl Given {
    pub(super) fn parse<T>(
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
pub(super) struct Sources<'a> {
    pub(super) flags: &'a Flags,
    pub(super) environment: &'a HashMap<String, String>,
    pub(super) file: HashMap<String, String>,
    pub(super) file_name: String,
}

impl Sources<'_> {
    pub(super) fn get(&self, key: &str) -> Option<Given> {
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

    pub(super) fn parse<T>(
        &self,
        key: &str,
        default: T,
        allowed: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, SettingsError> {
        self.get(key).map_or(Ok(default), |given| given.parse(allowed, parse))
    }

    pub(super) fn seconds(&self, key: &str, default: u64) -> Result<Duration, SettingsError> {
        let parse = |text: &str| text.parse().ok().filter(|seconds| *seconds <= TEN_YEARS);
        let allowed = "a whole number of seconds, from 0 to 315360000";
        self.parse(key, default, allowed, parse).map(Duration::from_secs)
    }
}

/// Every setting in the environment, and the names that look like one and are none.
pub(super) fn from_environment(
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

pub(super) fn parse_file(path: &str, text: &str) -> Result<HashMap<String, String>, SettingsError> {
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
