//! Where settings come from: flags, the environment, a file.

use std::{collections::HashMap, ffi::OsString};

use crate::settings::error::SettingsError;

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
    fn shown(&self) -> String {
        without_password(&self.value).replace(char::is_control, "\u{fffd}")
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
    pub(super) flags: HashMap<&'static str, String>,
    pub(super) environment: &'a HashMap<String, String>,
    pub(super) file: HashMap<String, String>,
    pub(super) file_name: String,
    /// Each setting that was taken, with its value and where that came from.
    pub(super) in_words: Vec<String>,
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

    /// The value of a setting; the default, which `words` tell, where no source has one.
    pub(super) fn take<T>(
        &mut self,
        key: &str,
        words: &str,
        default: impl FnOnce() -> T,
        allowed: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, SettingsError> {
        let Some(given) = self.get(key) else {
            self.in_words.push(format!("{key}: {words}"));
            return Ok(default());
        };
        let value = parse(&given.value).ok_or_else(|| SettingsError::Value {
            source_name: given.source_name.clone(),
            value: given.shown(),
            allowed,
        })?;
        self.in_words.push(format!("{key}: {} ({})", given.shown(), given.source_name));
        Ok(value)
    }
}

/// Every setting in the environment, and the names that look like one and are none.
pub(super) fn from_environment(
    keys: &[&str],
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<(HashMap<String, String>, Vec<String>), SettingsError> {
    let (mut known, mut unknown) = (HashMap::new(), Vec::new());
    for (name, value) in variables {
        let Ok(name) = name.into_string() else { continue };
        let Some(key) = name.strip_prefix("LATCHKEY_") else { continue };
        if keys.iter().any(|known| known.to_uppercase() == key) {
            let value = value.into_string().map_err(|_| SettingsError::NotText(name.clone()))?;
            known.insert(name, value);
        } else if !NOT_SETTINGS.contains(&&*name) {
            unknown.push(name);
        }
    }
    unknown.sort();
    Ok((known, unknown))
}

/// What a file says, as texts.
pub(super) fn parse_file(
    keys: &[&str],
    path: &str,
    text: &str,
) -> Result<HashMap<String, String>, SettingsError> {
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
        if !keys.contains(&&*key) {
            return Err(SettingsError::UnknownKey { path: path.to_owned(), key, known: keys.join(", ") });
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
