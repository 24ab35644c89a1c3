//! `latchkey check`: says what is wrong and what to do, and changes nothing.

use std::fmt;

use domain::{StatusCounts, time::timestamp};
use serde::Serialize;
use service::Clock;
use store::{Health, Store, StoreError, Views};
use time::OffsetDateTime;

use crate::{
    command::{error::CommandError, terminal::output},
    serve::listen,
    settings::{
        Settings,
        certificate::{Chain, read_pem},
        exposure::exposures,
        ineffective::ineffective,
        network::openings,
    },
};

/// How far the newest activity may lie in the future before the clock is suspected.
const CLOCK_TOLERANCE: time::Duration = time::Duration::minutes(5);

/// How many rows that cannot be read are named.
const MOST_NAMED: usize = 50;

#[derive(Serialize)]
struct Finding {
    subject: &'static str,
    ok: bool,
    /// It works, but somebody should look at it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    warning: bool,
    detail: String,
}

impl Finding {
    fn new(subject: &'static str, ok: bool, detail: String) -> Self {
        Self { subject, ok, warning: false, detail }
    }

    fn verdict(&self) -> &'static str {
        match (self.ok, self.warning) {
            (false, _) => "WRONG",
            (true, true) => "WARNING",
            (true, false) => "ok",
        }
    }
}

/// Checks everything that a start depends on. Settings were validated by the caller.
pub(super) async fn check(settings: &Settings, json: bool) -> Result<(), CommandError> {
    let mut findings = vec![Finding::new("settings", true, settings.in_words.join("; "))];
    findings.extend(
        ineffective(settings)
            .into_iter()
            .map(|setting| Finding { warning: true, ..Finding::new("settings", true, setting.to_owned()) }),
    );
    findings.extend(check_certificate(settings).await);
    let newest = check_data(settings, &mut findings).await;
    findings.extend(exposures(settings).into_iter().map(|exposure| Finding {
        warning: true,
        ..Finding::new("permissions", true, exposure.to_string())
    }));
    findings.extend(
        openings(settings)
            .into_iter()
            .map(|opening| Finding { warning: true, ..Finding::new("network", true, opening.to_string()) }),
    );
    findings.push(check_clock(newest));
    let words = |finding: &Finding| format!("{}: {}: {}", finding.subject, finding.verdict(), finding.detail);
    let text = if json {
        output::json(&findings)
    } else {
        findings.iter().map(words).collect::<Vec<_>>().join("\n")
    };
    output::print(&text)?;
    if findings.iter().all(|finding| finding.ok) { Ok(()) } else { Err(CommandError::CheckFailed) }
}

/// Whether a start can use the certificate and its key, and what clients object to.
async fn check_certificate(settings: &Settings) -> Vec<Finding> {
    let finding = |ok, detail| Finding::new("certificate", ok, detail);
    let Some((cert, _)) = settings.tls() else { return Vec::new() };
    if let Err(error) = listen::tls(settings.tls()).await {
        return vec![finding(false, error.to_string())];
    }
    let shown = cert.display();
    let chain = match read_pem(cert).await.and_then(|pem| Chain::read(&pem)) {
        Ok(chain) => chain,
        Err(error) => return vec![finding(false, format!("{shown} cannot be read: {error}"))],
    };
    let flaws = chain.flaws(settings.public_url.as_ref(), Clock::System.now());
    let found = flaws.iter().map(|flaw| Finding {
        warning: !flaw.is_fatal(),
        ..finding(!flaw.is_fatal(), format!("{shown}: {flaw}"))
    });
    let end = chain.end().filter(|_| flaws.is_empty());
    let fine = end.map(|end| finding(true, format!("{shown} can be used until {}", timestamp(end))));
    found.chain(fine).collect()
}

fn not_made(subject: &'static str, what: &impl fmt::Display) -> Finding {
    let detail = format!("{what} is not made yet; `latchkey serve` makes it");
    Finding::new(subject, true, detail)
}

/// Checks the database and its key; returns the time of the newest activity, if any.
async fn check_data(settings: &Settings, findings: &mut Vec<Finding>) -> Option<OffsetDateTime> {
    let opened = Store::open_existing(&settings.database_url, &settings.vault_key_file).await;
    let mut report = |subject, ok, detail| findings.push(Finding::new(subject, ok, detail));
    let store = match opened {
        Ok(store) => store,
        Err(StoreError::NotMade(_)) => {
            let found = match Store::try_making(&settings.database_url).await {
                Ok(()) => not_made("database", &settings.database_url),
                Err(error) => Finding::new("database", false, error.to_string()),
            };
            findings.push(found);
            if !settings.vault_key_file.exists() {
                findings.push(not_made("vault key", &settings.vault_key_file.display()));
            }
            return None;
        }
        Err(error) => {
            let subject = if error.is_of_the_vault_key() { "vault key" } else { "database" };
            report(subject, false, error.to_string());
            return None;
        }
    };
    let health = store.health().await;
    let keys = store.vault_keys().in_file();
    if let Err(error) = store.close().await {
        tracing::warn!(%error, "the database was not closed in good order");
    }
    findings.extend(health.as_ref().ok().and_then(restored));
    findings.extend(health.as_ref().map(views).unwrap_or_default());
    findings.extend(health.as_ref().map(unreadable).unwrap_or_default());
    let mut report = |subject, ok, detail| findings.push(Finding::new(subject, ok, detail));
    let database = &settings.database_url;
    let newest = match health {
        Ok(health) if health.integrity == "ok" => {
            report("database", true, database.to_string());
            health.newest_activity
        }
        Ok(health) => {
            let damage = health.integrity;
            report("database", false, format!("{database} is damaged: {damage}; restore it from a backup"));
            health.newest_activity
        }
        Err(error) => {
            report("database", false, error.to_string());
            None
        }
    };
    let file = settings.vault_key_file.display();
    match keys.map(|keys| keys.len()) {
        Ok(1) => report("vault key", true, file.to_string()),
        Ok(count) => {
            let unfinished = "a rotation is not finished, so run `latchkey vault rotate` again";
            report("vault key", true, format!("{file} holds {count} keys: {unfinished}"));
        }
        Err(error) => report("vault key", false, error.to_string()),
    }
    newest
}

/// What is wrong with what views of the consumers are answered from.
fn views(health: &Health) -> Vec<Finding> {
    let Some(Views { counted, has_trigrams }) = health.views else { return Vec::new() };
    let mut findings = Vec::new();
    if !counted.is_right() {
        let detail = format!(
            "{} are kept, but there are {}: the tables were changed without their triggers; `latchkey migrate` counts them \
             again",
            in_words(counted.kept),
            in_words(counted.rows)
        );
        findings.push(Finding::new("counts", false, detail));
    }
    if !has_trigrams {
        let detail = "searches read every consumer's texts, since the extension pg_trgm is not there and this role may not \
                      create it: have an administrator of the database run `CREATE EXTENSION pg_trgm` in it, then run \
                      `latchkey migrate`";
        findings.push(Finding { warning: true, ..Finding::new("search", true, detail.to_owned()) });
    }
    findings
}

/// The consumers and users that this version cannot read, each by name.
fn unreadable(health: &Health) -> Vec<Finding> {
    let (named, others) = health.unreadable.split_at(health.unreadable.len().min(MOST_NAMED));
    let mut findings: Vec<_> = named
        .iter()
        .map(|row| {
            let detail = format!(
                "{row}: it is refused, and in no list; put its row right, or start the version of latchkey that wrote it"
            );
            Finding::new("rows", false, detail)
        })
        .collect();
    if !others.is_empty() {
        let detail = format!("{} more rows cannot be read", others.len());
        findings.push(Finding::new("rows", false, detail));
    }
    findings
}

fn in_words(StatusCounts { pending, approved, disapproved }: StatusCounts) -> String {
    format!("{pending} pending, {approved} approved and {disapproved} disapproved consumers")
}

/// What a restored backup knows last, until a server uses it. What came after is only in the database that it replaced.
fn restored(health: &Health) -> Option<Finding> {
    let newest = match (health.newest_line, health.newest_activity) {
        (Some(line), Some(at)) => format!("activity line {line} of {}", timestamp(at)),
        _ => "nothing".to_owned(),
    };
    let detail = format!(
        "this is a backup that no server has used yet; the newest it knows is {newest}, and what was done after that is gone: \
         accounts disabled since are enabled, passwords are the earlier ones, and tokens revoked and keys disapproved or \
         removed since are good again. Go through them before `latchkey serve`"
    );
    let finding = Finding { warning: true, ..Finding::new("restore", true, detail) };
    health.is_restored.then_some(finding)
}

fn check_clock(newest: Option<OffsetDateTime>) -> Finding {
    let now = Clock::System.now();
    match newest.filter(|at| *at > now + CLOCK_TOLERANCE) {
        Some(at) => {
            let detail = format!(
                "it is {}, but the newest activity is of {}: set this machine's clock",
                timestamp(now),
                timestamp(at)
            );
            Finding::new("clock", false, detail)
        }
        None => Finding::new("clock", true, timestamp(now)),
    }
}
