//! What the first page after a sign-in shows: the attempts at the account that failed.

use leptos::prelude::*;
use time::{Duration, OffsetDateTime};

use crate::ui::time::exact_time;

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
    missed.map(note)
}

fn note(Missed { failed, since_ms }: Missed) -> AnyView {
    let attempts = if failed == 1 { "attempt" } else { "attempts" };
    let since = match since_ms.map(Duration::milliseconds) {
        Some(since) => exact_time(OffsetDateTime::UNIX_EPOCH.saturating_add(since)),
        None => "the account was made".into_any(),
    };
    view! {
        <aside class="band" aria-label="Failed attempts">
            {format!("{failed} failed {attempts} since ")}
            {since}
            ": somebody tried to sign in as you with a wrong password or code. If that was not you, tell an administrator."
        </aside>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(failed: u32, since_ms: Option<i64>) -> String {
        Owner::new().with(|| note(Missed { failed, since_ms }).to_html()).replace("<!>", "")
    }

    #[test]
    fn the_failed_attempts_are_counted_since_the_sign_in_before() {
        let html = words(3, Some(0));
        assert!(html.contains(">3 failed attempts since <time "), "{html}");
        assert!(html.contains(">1 Jan 1970, 00:00:00 UTC</time>: somebody"), "{html}");
        let html = words(1, None);
        assert!(html.contains(">1 failed attempt since the account was made: "), "{html}");
    }
}
