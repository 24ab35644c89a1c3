//! `latchkey check`: says what is wrong and what to do, and changes nothing.

use serde::Serialize;
use service::Clock;
use store::Store;

use super::{CommandError, output};
use crate::settings::Settings;

/// How far the newest activity may lie in the future before the clock is suspected.
const CLOCK_TOLERANCE: time::Duration = time::Duration::MINUTE;

#[derive(Serialize)]
struct Finding {
    subject: &'static str,
    ok: bool,
    detail: String,
}

/// Looks at everything that a start depends on. The settings are right, or nobody would have come here.
pub(super) async fn check(settings: &Settings, json: bool) -> Result<(), CommandError> {
    let settings_detail = format!("data in {}", settings.data_dir.display());
    let mut findings = vec![Finding { subject: "settings", ok: true, detail: settings_detail }];
    if settings.database.exists() {
        check_data(settings, &mut findings).await;
    } else {
        let detail = format!("{} is not made yet; `latchkey serve` makes it", settings.database.display());
        findings.push(Finding { subject: "database", ok: true, detail });
    }
    let words = |finding: &Finding| {
        format!("{}: {}: {}", finding.subject, if finding.ok { "ok" } else { "WRONG" }, finding.detail)
    };
    let text = if json {
        output::json(&findings)
    } else {
        findings.iter().map(words).collect::<Vec<_>>().join("\n")
    };
    output::print(&text)?;
    if findings.iter().all(|finding| finding.ok) { Ok(()) } else { Err(CommandError::CheckFailed) }
}

async fn check_data(settings: &Settings, findings: &mut Vec<Finding>) {
    let mut wrong = |subject, detail| findings.push(Finding { subject, ok: false, detail });
    let store = match Store::open_existing(&settings.database, &settings.vault_key_file).await {
        Ok(store) => store,
        Err(error) => {
            let subject = if error.is_of_the_vault_key() { "vault key" } else { "database" };
            return wrong(subject, error.to_string());
        }
    };
    let mut report = |subject, ok, detail: String| findings.push(Finding { subject, ok, detail });
    match store.health().await {
        Ok(health) => {
            let detail = if health.integrity == "ok" {
                settings.database.display().to_string()
            } else {
                format!(
                    "{} is damaged: {}; restore it from a backup",
                    settings.database.display(),
                    health.integrity
                )
            };
            report("database", health.integrity == "ok", detail);
            report("vault key", true, settings.vault_key_file.display().to_string());
            let now = Clock::System.now();
            let ahead = health.newest_activity.filter(|at| *at > now + CLOCK_TOLERANCE);
            let detail = match ahead {
                Some(at) => {
                    format!("it is {now}, but the newest activity is of {at}: set this machine's clock")
                }
                None => now.to_string(),
            };
            report("clock", ahead.is_none(), detail);
        }
        Err(error) => report("database", false, error.to_string()),
    }
}
