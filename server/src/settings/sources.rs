//! Where settings come from: flags, the environment, a file.

use std::{collections::HashMap, ffi::OsString, fs::File, path::PathBuf};

use store::{Location, NoLocation};

use crate::{
    secret_text::{read_bounded, without_line_break},
    settings::error::SettingsError,
};

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

/// What may be a secret or hold one: `LATCHKEY_X_FILE` names a file with its value, as the key with `_file` does.
const IN_FILES: [&str; 3] = ["database_url", "listen_database_url", "public_url"];

/// What holds a password where it is a URL, and so is shown less of.
const DATABASES: [&str; 2] = ["database_url", "listen_database_url"];

/// What a file may hold as a list of texts.
const LISTS: [&str; 4] = ["internal_hosts", "trusted_proxies", "signature_methods", "oslc_catalogs"];

/// A file that settings were read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SettingsFile {
    pub(crate) path: PathBuf,
    /// Whether a password stands in it.
    pub(crate) has_password: bool,
}

impl SettingsFile {
    /// The file with many settings, which may not be there.
    pub(super) fn of_all(path: PathBuf, settings: &HashMap<String, String>) -> Self {
        let has_password =
            DATABASES.iter().any(|key| settings.get(*key).is_some_and(|url| has_password(url)));
        Self { path, has_password }
    }
}

/// A value, and where it came from.
pub(super) struct Given {
    pub(super) source_name: String,
    value: String,
    /// The file with the value. It is shown in place of what it holds, which may be any of the machine's secrets.
    path: Option<String>,
}

impl Given {
    /// The value as a text, or the value in the file that another text names.
    fn of(text: Named<'_>, file: Option<Named<'_>>) -> Result<Option<Self>, SettingsError> {
        let path = file.and_then(|(name, path)| Some((name, path?)));
        match (text, path) {
            ((name, Some(_)), Some((file, _))) => Err(SettingsError::Twice(name, file)),
            ((name, Some(value)), None) => {
                Ok(Some(Self { source_name: name, value: value.clone(), path: None }))
            }
            ((_, None), Some((source_name, path))) => {
                let value =
                    File::open(path).and_then(read_bounded).map_err(|error| SettingsError::ValueFile {
                        source_name: source_name.clone(),
                        path: path.clone(),
                        reason: error.to_string(),
                    })?;
                Ok(Some(Self { source_name, value: without_line_break(value), path: Some(path.clone()) }))
            }
            ((_, None), None) => Ok(None),
        }
    }

    /// The file that holds the value alone.
    fn file(&self, key: &str) -> Option<SettingsFile> {
        let has_password = DATABASES.contains(&key) && has_password(&self.value);
        self.path.as_ref().map(|path| SettingsFile { path: path.into(), has_password })
    }

    fn shown(&self, key: &str) -> String {
        let without_password = if DATABASES.contains(&key) { scheme_or_file } else { without_password };
        let shown = self.path.clone().unwrap_or_else(|| without_password(&self.value));
        shown.replace(char::is_control, "\u{fffd}")
    }

    fn not_allowed(&self, key: &str, allowed: &str) -> SettingsError {
        if DATABASES.contains(&key)
            && let Err(NoLocation::Postgres(reason)) = self.value.parse::<Location>()
        {
            return SettingsError::DatabaseUrl {
                source_name: self.source_name.clone(),
                value: self.shown(key),
                reason: reason.to_string(),
            };
        }
        let a_file = if self.path.is_some() { "a file that holds " } else { "" };
        SettingsError::Value {
            source_name: self.source_name.clone(),
            value: self.shown(key),
            allowed: format!("{a_file}{allowed}"),
        }
    }
}

/// A setting's name in a source, and its text there.
type Named<'a> = (String, Option<&'a String>);

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

/// Of a database's URL only the scheme, since whatever is wrong with it may have been a password; of SQLite's, the file.
fn scheme_or_file(value: &str) -> String {
    const SCHEMES: [&str; 5] = ["postgres", "postgresql", "mysql", "mariadb", "http"];
    match value.split_once(':') {
        Some(("sqlite", _)) => without_password(value),
        Some((scheme, _)) if SCHEMES.contains(&scheme) => format!("{scheme}:…"),
        _ => "…".to_owned(),
    }
}

/// Whether the URL of a database has a password in it.
fn has_password(url: &str) -> bool {
    let behind_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let user_info = behind_scheme.rsplit_once('@').map_or("", |(user_info, _)| user_info);
    user_info.contains(':') || url.contains("password=")
}

/// Where settings come from, the stronger ones first.
pub(super) struct Sources<'a> {
    pub(super) flags: HashMap<&'static str, String>,
    pub(super) environment: &'a HashMap<String, String>,
    pub(super) file: HashMap<String, String>,
    pub(super) file_name: String,
    /// Each setting that was taken, with its value and where that came from.
    pub(super) in_words: Vec<String>,
    /// The files that settings were taken from.
    pub(super) files: Vec<SettingsFile>,
}

impl Sources<'_> {
    /// What the strongest source says that has it.
    pub(super) fn get(&self, key: &str) -> Result<Option<Given>, SettingsError> {
        let in_environment = |key: &str| {
            let variable = variable(key);
            let value = self.environment.get(&variable);
            (variable, value)
        };
        let in_file = |key: &str| (format!("{}: {key}", self.file_name), self.file.get(key));
        let file_key = IN_FILES.contains(&key).then(|| format!("{key}_file"));
        let flag = (format!("--{}", key.replace('_', "-")), self.flags.get(key));
        if let Some(given) = Given::of(flag, None)? {
            return Ok(Some(given));
        }
        if let Some(given) = Given::of(in_environment(key), file_key.as_deref().map(in_environment))? {
            return Ok(Some(given));
        }
        Given::of(in_file(key), file_key.as_deref().map(in_file))
    }

    /// The value of a setting; the default, which `words` tell, where no source has one.
    pub(super) fn take<T>(
        &mut self,
        key: &str,
        words: &str,
        default: impl FnOnce() -> T,
        allowed: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, SettingsError> {
        let Some(given) = self.get(key)? else {
            self.in_words.push(format!("{key}: {words}"));
            return Ok(default());
        };
        let value = parse(&given.value).ok_or_else(|| given.not_allowed(key, allowed))?;
        self.in_words.push(format!("{key}: {} ({})", given.shown(key), given.source_name));
        self.files.extend(given.file(key));
        Ok(value)
    }
}

fn variable(key: &str) -> String {
    format!("LATCHKEY_{}", key.to_uppercase())
}

/// Whether it is a setting's key, or the key of a file with a setting's value.
fn is_key(keys: &[&str], key: &str) -> bool {
    keys.contains(&key) || key.strip_suffix("_file").is_some_and(|key| IN_FILES.contains(&key))
}

/// Every setting in the environment, and the names that look like one and are none.
pub(super) fn from_environment(
    keys: &[&str],
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<(HashMap<String, String>, Vec<String>), SettingsError> {
    let (mut known, mut unknown) = (HashMap::new(), Vec::new());
    for (name, value) in variables {
        let Ok(name) = name.into_string() else { continue };
        let Some(key) = name.strip_prefix("LATCHKEY_").map(str::to_lowercase) else { continue };
        if is_key(keys, &key) && variable(&key) == name {
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
        if !is_key(keys, &key) {
            return Err(SettingsError::UnknownKey { path: path.to_owned(), key, known: keys.join(", ") });
        }
        let text = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(yes) => yes.to_string(),
            toml::Value::Array(items) if LISTS.contains(&&*key) => {
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
