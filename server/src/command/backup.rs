//! `latchkey backup FILE`

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use store::Store;

use crate::{
    command::{error::CommandError, terminal::output},
    settings::Settings,
};

#[derive(Args, Debug)]
pub(super) struct BackupCommand {
    /// The file to make; its folder is there, and the file is not
    file: PathBuf,
}

/// What was made, and what it needs.
#[derive(Serialize)]
struct Made<'a> {
    backup: &'a Path,
    database: String,
    vault_key_file: &'a Path,
    /// The keys in that file that open the backup.
    key_ids: Vec<i32>,
}

impl BackupCommand {
    /// Makes and migrates nothing but the backup.
    pub(super) async fn run(&self, settings: &Settings, json: bool) -> Result<(), CommandError> {
        refuse_stdio(&self.file)?;
        let (database, vault_key_file) = (&settings.database_url, &*settings.vault_key_file);
        let store = Store::open_existing(database, vault_key_file).await?;
        let copied = match database.pg_dump(&self.file) {
            None => store.back_up(&self.file).await.map_err(CommandError::from),
            Some(command) => {
                let vault_key_file = vault_key_file.display().to_string();
                Err(CommandError::PgDump { command, vault_key_file })
            }
        };
        if let Err(error) = store.close().await {
            tracing::warn!(%error, "the database was not closed in good order");
        }
        let made =
            Made { backup: &self.file, database: database.to_string(), vault_key_file, key_ids: copied? };
        let words = words(&made);
        let printed = if json { output::print(&output::json(&made)) } else { output::print(&words) };
        printed.map_err(|error| error.after(words))
    }
}

/// A database is written and read in no order, so neither standard output nor standard input will do.
pub(super) fn refuse_stdio(file: &Path) -> Result<(), CommandError> {
    if file != Path::new("-") {
        return Ok(());
    }
    let words = "A backup is a file, and cannot go through standard output or input; name one, or ./- for a file of that name.";
    Err(CommandError::Usage(words.to_owned()))
}

fn words(Made { backup, database, vault_key_file, key_ids }: &Made<'_>) -> String {
    let (backup, file) = (backup.display(), vault_key_file.display());
    let ids: Vec<_> = key_ids.iter().map(i32::to_string).collect();
    let keys = format!("{} {}", if ids.len() == 1 { "key" } else { "keys" }, ids.join(", "));
    format!(
        "{backup} is a copy of {database}. Only {file}, as it is now ({keys}), opens the secrets in it: keep a copy of that \
         file too, in another place."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_which_keys_the_backup_needs() {
        let of = |key_ids| Made {
            backup: Path::new("copy.db"),
            database: "latchkey.db".to_owned(),
            vault_key_file: Path::new("vault.key"),
            key_ids,
        };
        let told = words(&of(vec![3]));
        assert!(
            told.starts_with("copy.db is a copy of latchkey.db. Only vault.key, as it is now (key 3), opens")
        );
        assert!(words(&of(vec![3, 4])).contains("(keys 3, 4)"));
    }
}
