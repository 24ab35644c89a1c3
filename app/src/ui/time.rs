//! Times as people read them: how long ago, and exactly.

use domain::time::{milliseconds, timestamp};
use leptos::{html, prelude::*};
use time::OffsetDateTime;

use super::{browser, dom::set_text, effect::effect};

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How long ago it was, or the date after 30 days.
pub fn relative(at: OffsetDateTime, now_ms: i64) -> String {
    let plural = |n: i64, one: &str, many: &str| format!("{n} {} ago", if n == 1 { one } else { many });
    match now_ms - milliseconds(at) {
        ago if ago < MINUTE => "just now".to_owned(),
        ago if ago < HOUR => format!("{} min ago", ago / MINUTE),
        ago if ago < DAY => format!("{} h ago", ago / HOUR),
        ago if ago < 30 * DAY => plural(ago / DAY, "day", "days"),
        _ => date(at),
    }
}

/// The day, in UTC.
pub fn date(at: OffsetDateTime) -> String {
    format!("{} {:.3} {:04}", at.day(), at.month().to_string(), at.year())
}

/// The day and the time to the second, in UTC, so that server and browsers render the same text.
pub fn exact(at: OffsetDateTime) -> String {
    let (hour, minute, second) = at.to_hms();
    format!("{}, {hour:02}:{minute:02}:{second:02} UTC", date(at))
}

/// The exact time in HTML that no component takes over: in UTC, beside which `header.js` writes that of the browser's zone.
#[cfg(feature = "ssr")]
pub fn exact_time(at: OffsetDateTime) -> AnyView {
    view! { <time datetime=timestamp(at) data-utc="">{exact(at)}</time> }.into_any()
}

/// The exact time, in UTC and, in a browser of another zone, in its own: the same that `header.js` writes.
pub fn exact_here(at: OffsetDateTime) -> String {
    match browser::local_time(milliseconds(at)) {
        // It may be in letters of the other direction, which stand for themselves.
        Some(local) => format!("{} (\u{2068}{local}\u{2069} here)", exact(at)),
        None => exact(at),
    }
}

/// A time: relative, and exact on hover; or exact, where its reader asks for that.
#[component]
pub fn Ago(
    /// The time.
    at: OffsetDateTime,
    /// The current time: milliseconds since 1970.
    now: RwSignal<i64>,
    /// Whether the exact time is shown, for readers who cannot hover.
    exactly: RwSignal<bool>,
) -> impl IntoView {
    let words = move || if exactly.get() { exact_here(at) } else { relative(at, now.get()) };
    // Written through the element, whose text node something else may have replaced.
    let shown = NodeRef::<html::Time>::new();
    effect(move || {
        if let Some(shown) = shown.get() {
            set_text(&shown, &words());
        }
    });
    view! { <time node_ref=shown datetime=timestamp(at) title=exact_here(at)>{untrack(words)}</time> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_the_largest_unit_that_fits_and_as_a_date_when_old() {
        let at = OffsetDateTime::UNIX_EPOCH;
        let words = [-DAY, 0, MINUTE - 1, MINUTE, HOUR, DAY, 2 * DAY, 29 * DAY, 31 * DAY]
            .map(|ago| relative(at, ago));
        assert_eq!(
            words,
            [
                "just now",
                "just now",
                "just now",
                "1 min ago",
                "1 h ago",
                "1 day ago",
                "2 days ago",
                "29 days ago",
                "1 Jan 1970"
            ]
        );
    }

    #[test]
    fn an_exact_time_names_its_zone() {
        assert_eq!(exact(OffsetDateTime::UNIX_EPOCH), "1 Jan 1970, 00:00:00 UTC");
    }
}
