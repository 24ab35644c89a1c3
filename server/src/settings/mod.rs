//! Settings: flag over environment over `latchkey.toml` over default, read once. Each stands in one row of `table`; what is
//! said of a wrong one is in `error`.

pub(crate) mod certificate;
pub(crate) mod data_dir;
mod error;
pub(crate) mod exposure;
pub(crate) mod ineffective;
pub(crate) mod listen_at;
pub(crate) mod network;
pub(crate) mod oslc;
pub(crate) mod proxies;
mod sources;
mod table;
mod values;

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

pub use error::SettingsError;
use sources::{SettingsFile, Sources, from_environment, parse_file};
use table::KEYS;
pub use table::{Flags, Settings};
pub use values::LogFormat;

use crate::secret_text::read_bounded;

impl Settings {
    /// Reads the settings of this process, and warns on stderr of variables that mean nothing.
    pub fn read(flags: &Flags) -> Result<Self, SettingsError> {
        let (environment, unknown) = from_environment(KEYS, std::env::vars_os())?;
        for name in unknown {
            // Not a reason to end, nor is a stderr that cannot be written.
            let _ = writeln!(io::stderr().lock(), "warning: {name} is set, but there is no such setting");
        }
        let named = flags.config.clone();
        let path = named.clone().unwrap_or_else(|| PathBuf::from("latchkey.toml"));
        let text = match File::open(&path).and_then(read_bounded) {
            Ok(text) => text,
            // A link that leads nowhere was put there on purpose.
            Err(error)
                if error.kind() == io::ErrorKind::NotFound && named.is_none() && !path.is_symlink() =>
            {
                String::new()
            }
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
        let file = parse_file(KEYS, &file_name, text)?;
        let files = vec![SettingsFile::of_all(path.to_owned(), &file)];
        let mut sources =
            Sources { flags: flags.given(), environment, file, file_name, in_words: Vec::new(), files };
        let mut settings = Self::take(&mut sources)?;
        if let Some(listening) = settings.listen_database_url.clone() {
            settings.database_url = settings.database_url.listening_at(listening);
        }
        let (public, internal) = (&settings.listen, &settings.internal_listen);
        if let Some(internal) = internal.as_ref().filter(|internal| internal.excludes(public)) {
            return Err(SettingsError::SameAddress(public.to_string(), internal.to_string()));
        }
        let given = match (&settings.tls_cert, &settings.tls_key) {
            (Some(_), None) => sources.get("tls_cert")?,
            (None, Some(_)) => sources.get("tls_key")?,
            _ => return Ok(settings),
        };
        Err(SettingsError::HalfTls(given.map(|given| given.source_name).unwrap_or_default()))
    }

    /// Certificate and key, to serve HTTPS.
    pub fn tls(&self) -> Option<(&Path, &Path)> {
        self.tls_cert.as_deref().zip(self.tls_key.as_deref())
    }
}

#[cfg(test)]
mod tests;
