//! `latchkey backup FILE`

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use store::{Location, Store};

use super::{CommandError, output};
use crate::settings::Settings;

#[derive(Args, Debug)]
pub(super) struct Backup {
    /// The file to make; where it exists already, nothing is done
    file: PathBuf,
}

#[derive(Serialize)]
struct Made<'a> {
    file: &'a Path,
    bytes: u64,
    vault_key_file: &'a Path,
}

impl Backup {
    /// Opens the database without changing anything in it, which also proves that the vault key is the right one.
    pub(super) async fn run(&self, settings: &Settings, json: bool) -> Result<(), CommandError> {
        let store = Store::open_existing(&settings.database, &settings.vault_key_file).await?;
        let key = &settings.vault_key_file;
        let made = match &settings.database {
            Location::Sqlite(_) => store.back_up(&self.file).await.map_err(CommandError::from),
            shared @ Location::Postgres(_) => Err(CommandError::UsePgDump {
                file: self.file.display().to_string(),
                database: shared.to_string(),
                vault_key_file: key.display().to_string(),
            }),
        };
        if let Err(error) = store.close().await {
            tracing::warn!(%error, "the database was not closed in good order");
        }
        let made = Made { file: &self.file, bytes: made?, vault_key_file: key };
        if json {
            return output::print(&output::json(&made));
        }
        output::print(&format!(
            "{} is a backup, and {} opens the secrets in it. Keep a copy of that file too, in another place.",
            made.file.display(),
            key.display()
        ))
    }
}
