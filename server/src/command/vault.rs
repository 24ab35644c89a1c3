//! `latchkey vault …`

use std::path::Path;

use clap::Subcommand;
use service::vault::Rotation;

use crate::command::{desk::Desk, error::CommandError};

#[derive(Subcommand, Debug)]
pub(super) enum VaultCommand {
    /// Encrypt every secret again, with a new vault key; finishes a rotation that was cut off
    Rotate,
}

impl VaultCommand {
    pub(super) async fn run(self, desk: &Desk, key_file: &Path) -> Result<(), CommandError> {
        let Self::Rotate = self;
        let rotation = desk.service.vault(&desk.admin).rotate().await?;
        desk.report(&rotation, || words(&rotation, &key_file.display().to_string()))
    }
}

fn words(rotation: &Rotation, file: &str) -> String {
    let Rotation { key_id, finished, sealed, dropped } = rotation;
    if !finished {
        return format!(
            "Key {key_id} is added to {file} and encrypts nothing yet. Copy the file to every other machine that works on \
             this database, then run `latchkey vault rotate` again."
        );
    }
    let secrets = if *sealed == 1 { "1 secret is" } else { &format!("{sealed} secrets are") };
    let words = format!("{secrets} encrypted anew; key {key_id} of {file} opens everything.");
    if dropped.is_empty() {
        return words;
    }
    let ids: Vec<_> = dropped.iter().map(i32::to_string).collect();
    format!(
        "{words} Dropped from it: key {}. Backups made before need the file as it was then.",
        ids.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_what_happened_and_what_to_do() {
        let finished = Rotation { key_id: 2, finished: true, sealed: 1, dropped: vec![1] };
        let told = words(&finished, "vault.key");
        assert!(told.starts_with("1 secret is encrypted anew; key 2 of vault.key"), "{told}");
        assert!(told.contains("Dropped from it: key 1."), "{told}");
        let again = words(&Rotation { sealed: 0, dropped: vec![], ..finished }, "vault.key");
        assert!(again.starts_with("0 secrets are") && !again.contains("Dropped"), "{again}");
        let waiting = Rotation { key_id: 2, finished: false, sealed: 0, dropped: vec![] };
        let told = words(&waiting, "vault.key");
        assert!(told.contains("Copy the file") && told.contains("`latchkey vault rotate` again"), "{told}");
    }
}
