//! What the first page after a sign-in shows: the attempts at the account that failed.

use leptos::prelude::*;
use time::{Duration, OffsetDateTime};

use crate::ui::time::exact;

/// Failed attempts at an account before a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    /// How many they were.
    pub failed: u32,
    /// The time of the sign-in that they came after, in milliseconds since 1970; `None` if there was none before.
    pub since_ms: Option<i64>,
}

/// Names the failed attempts, if there were any, and says what to do.
#[component]
pub(crate) fn MissedNote(
    /// The failed attempts.
    missed: Option<Missed>,
) -> impl IntoView {
    missed.map(|missed| view! { <aside class="band" aria-label="Failed attempts">{words(missed)}</aside> })
}

fn words(Missed { failed, since_ms }: Missed) -> String {
    let attempts = if failed == 1 { "attempt" } else { "attempts" };
    let since =
        since_ms.map(|ms| exact(OffsetDateTime::UNIX_EPOCH.saturating_add(Duration::milliseconds(ms))));
    let since = since.map_or_else(|| "since the account was made".to_owned(), |at| format!("since {at}"));
    format!(
        "{failed} failed {attempts} {since}: somebody tried to sign in as you with a wrong password or code. If that was not you, \
         tell an administrator."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_failed_attempts_are_counted_since_the_sign_in_before() {
        let missed = Missed { failed: 3, since_ms: Some(0) };
        assert!(words(missed).starts_with("3 failed attempts since 1 Jan 1970, 00:00:00 UTC: "));
        let missed = Missed { failed: 1, since_ms: None };
        assert!(words(missed).starts_with("1 failed attempt since the account was made: "));
    }
}
