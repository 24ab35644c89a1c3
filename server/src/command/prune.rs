//! `latchkey prune --before DATE`

use clap::Args;
use domain::time::timestamp;
use serde::Serialize;
use store::prune::Pruned;
use time::OffsetDateTime;

use crate::command::{desk::Desk, error::CommandError};

#[derive(Args, Debug)]
pub(super) struct PruneCommand {
    /// A date or time that has passed (RFC 3339): what is older is deleted
    #[arg(long, value_name = "DATE", value_parser = moment)]
    before: OffsetDateTime,
    /// Only say what would be deleted
    #[arg(long)]
    dry_run: bool,
}

/// What was deleted, or would be.
#[derive(Serialize)]
struct Report {
    #[serde(with = "domain::time::rfc3339")]
    before: OffsetDateTime,
    dry_run: bool,
    #[serde(flatten)]
    pruned: Pruned,
}

impl PruneCommand {
    pub(super) async fn run(self, desk: &Desk) -> Result<(), CommandError> {
        let Self { before, dry_run } = self;
        let pruning = desk.service.pruning(&desk.admin);
        let pruned = if dry_run { pruning.count(before).await? } else { pruning.prune(before).await? };
        let report = Report { before, dry_run, pruned };
        desk.report(&report, || words(&report))
    }
}

/// A date, which begins at midnight UTC, or a time.
fn moment(text: &str) -> Result<OffsetDateTime, String> {
    domain::time::moment(text)
        .ok_or_else(|| "give a date or a time such as 2026-01-31 or 2026-01-31T12:00:00Z".to_owned())
}

fn words(Report { before, dry_run, pruned }: &Report) -> String {
    let counted = |count: u64, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let lines = counted(pruned.lines, "line");
    let tokens = counted(pruned.tokens, "ended token");
    let sessions = counted(pruned.sessions, "ended session");
    let before = timestamp(*before);
    let done = if *dry_run { "Would be deleted" } else { "Deleted" };
    format!("{done}: {lines} of activity before {before}, {tokens} and {sessions}.")
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_date_is_its_midnight_and_a_time_has_an_offset() {
        assert_eq!(moment("2026-01-31"), Ok(datetime!(2026-01-31 0:00 UTC)));
        assert_eq!(moment("2026-01-31T12:00:00Z"), Ok(datetime!(2026-01-31 12:00 UTC)));
        assert_eq!(moment("2026-01-31T12:00:00+02:00"), Ok(datetime!(2026-01-31 10:00 UTC)));
        for wrong in [
            "",
            "yesterday",
            "2026-02-30",
            "2026-1-31",
            "2026-01-31T12:00:00",
            "9999-12-31T23:59:59-01:00",
            "1",
        ] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn people_are_told_how_much_is_deleted() {
        let before = datetime!(2026-01-31 0:00 UTC);
        let mut report =
            Report { before, dry_run: true, pruned: Pruned { lines: 12, tokens: 1, sessions: 0 } };
        assert_eq!(
            words(&report),
            "Would be deleted: 12 lines of activity before 2026-01-31T00:00:00.000Z, 1 ended token and 0 ended sessions."
        );
        report.dry_run = false;
        report.pruned = Pruned { lines: 1, ..Pruned::default() };
        assert!(words(&report).starts_with("Deleted: 1 line of activity before "), "{}", words(&report));
    }
}
