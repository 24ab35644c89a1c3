//! The section **Activity** of a consumer's panel: what was done to it, by whom, from where, and why.

use domain::ConsumerKey;
use leptos::prelude::*;
use service::consumers::HistoryLine;
use time::OffsetDateTime;

use crate::{
    frame::site::Site,
    plain::moment_of::{by, moment},
};

/// The newest lines, and the way to all of them.
pub(super) fn activity(
    key: ConsumerKey,
    history: Vec<HistoryLine>,
    site: &Site,
    now: OffsetDateTime,
) -> AnyView {
    let lines = history.into_iter().map(|line| {
        let by = by(&line);
        let HistoryLine { at, what, changes, reason, .. } = line;
        let changes = changes.into_iter().map(|change| view! { <bdi class="line">{change}</bdi> });
        let reason = reason.map(|reason| view! { <bdi class="line why">{reason}</bdi> });
        view! {
            <li>
                <strong>{what}</strong> " " <bdi>{by}</bdi> ", " {moment(at, now)}
                {changes.collect_view()}
                {reason}
            </li>
        }
    });
    view! {
        <section aria-labelledby="panel-activity">
            <h3 id="panel-activity">"Activity"</h3>
            <ul class="history">{lines.collect_view()}</ul>
            <p>{whole_activity(key, site)}</p>
        </section>
    }
    .into_any()
}

/// The way to all lines; they stay when the consumer is removed.
pub(super) fn whole_activity(key: ConsumerKey, site: &Site) -> AnyView {
    let all = site.url(&format!("/settings/activity?consumer={key}"));
    // A plus sign in a query would be read as a blank.
    let all = all.replace('+', "%2B");
    view! { <a href=all>"Whole activity of this consumer"</a> }.into_any()
}
