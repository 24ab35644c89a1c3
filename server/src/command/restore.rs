//! `latchkey restore FILE`

use std::path::{Path, PathBuf};

use clap::Args;
use domain::time::timestamp;
use serde::Serialize;
use service::Clock;
use store::{Location, Restored, restore::restore};
use time::OffsetDateTime;

use crate::{
    command::{backup::refuse_stdio, error::CommandError, terminal::output},
    settings::Settings,
};

#[derive(Args, Debug)]
pub(super) struct RestoreCommand {
    /// A file that `latchkey backup` made, or a copy of a database; it stays as it is
    file: PathBuf,
}

/// What was put in place, and what became of the database before.
#[derive(Serialize)]
struct Done<'a> {
    database: String,
    backup: &'a Path,
    /// Where the database before is kept, if there was one.
    kept: Option<PathBuf>,
    /// The keys in the vault key file that open the backup.
    key_ids: Vec<i32>,
    newest_line: Option<i64>,
    #[serde(with = "domain::time::rfc3339::option")]
    newest_activity: Option<OffsetDateTime>,
}

impl RestoreCommand {
    /// Makes no folder and no vault key: the backup needs the key that it was made with.
    pub(super) async fn run(&self, settings: &Settings, json: bool) -> Result<(), CommandError> {
        refuse_stdio(&self.file)?;
        let location = &settings.database_url;
        let database = match location {
            Location::Sqlite(file) => file,
            Location::Postgres(_) => return Err(in_postgres(location, &self.file)),
        };
        let restored = restore(&self.file, database, &settings.vault_key_file, Clock::System.now()).await?;
        let Restored { key_ids, kept, newest_line, newest_activity } = restored;
        let database = location.to_string();
        let done = Done { database, backup: &self.file, kept, key_ids, newest_line, newest_activity };
        let words = words(&done);
        let printed = if json { output::print(&output::json(&done)) } else { output::print(&words) };
        printed.map_err(|error| error.after(words))
    }
}

fn in_postgres(location: &Location, file: &Path) -> CommandError {
    CommandError::PgRestore {
        command: location.pg_restore(file).unwrap_or_default(),
        mark: location.psql(MARK_RESTORED).unwrap_or_default(),
    }
}

/// What `latchkey restore` does to SQLite's database: no nonce is new, and what was good for a moment is gone.
const MARK_RESTORED: &str = "UPDATE nonces_forgotten SET until = 253402300799; DELETE FROM sessions; \
                             DELETE FROM sign_in_steps; DELETE FROM set_up_links; DELETE FROM password_links; \
                             DELETE FROM temporary_credentials";

fn words(Done { database, backup, kept, newest_line, newest_activity, .. }: &Done<'_>) -> String {
    let newest = match (newest_line, newest_activity) {
        (Some(line), Some(at)) => {
            format!("it knows everything up to activity line {line} of {}", timestamp(*at))
        }
        _ => "no activity is in it".to_owned(),
    };
    let before = match kept {
        Some(kept) => format!(" The database before is kept as {}.", kept.display()),
        None => String::new(),
    };
    format!(
        "{database} is now a copy of {}; {newest}.{before} Go through what was done since, with `latchkey user` and `latchkey \
         consumer`, before `latchkey serve`.",
        backup.display()
    )
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn people_are_told_what_the_backup_knows_and_where_the_database_before_is() {
        let mut done = Done {
            database: "latchkey.db".to_owned(),
            backup: Path::new("copy.db"),
            kept: Some("latchkey.db.before-2026-01-31T12-00-00".into()),
            key_ids: vec![1],
            newest_line: Some(7),
            newest_activity: Some(datetime!(2026-01-31 11:00:00.12 UTC)),
        };
        let told = words(&done);
        let begins = "latchkey.db is now a copy of copy.db; it knows everything up to activity line 7 of 2026-01-31T11:00:00.120Z. \
                      The database before is kept as latchkey.db.before-2026-01-31T12-00-00. Go through";
        assert!(told.starts_with(begins), "{told}");
        assert_eq!(serde_json::to_value(&done).unwrap()["newest_activity"], "2026-01-31T11:00:00.120Z");
        (done.kept, done.newest_line, done.newest_activity) = (None, None, None);
        let told = words(&done);
        assert!(told.contains("; no activity is in it. Go through"), "{told}");
    }
}
