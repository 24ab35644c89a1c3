//! The section **Users** of a consumer's panel: who is signed in through it.

use domain::{ConsumerKey, View};
use leptos::prelude::*;
use service::consumers::SignedInUsers;
use time::OffsetDateTime;

use crate::{
    console::consumers::{panel::TABLE, place::users_at},
    frame::site::Site,
    plain::moment_of::moment,
};

/// The users, each with **Sign out**; how many there are besides, and the ways to them and back to the first, with the view of the
/// table beside it.
pub(super) fn users(
    key: ConsumerKey,
    users: SignedInUsers,
    is_first: bool,
    others: u64,
    site: &Site,
    view: &View,
    now: OffsetDateTime,
) -> AnyView {
    let is_empty = users.items.is_empty();
    let rows = users.items.into_iter().map(|user| {
        let name = user.username.to_string();
        let label = format!("Sign out {name}");
        let last_used = match user.last_used_at {
            Some(at) => view! { "last used " {moment(at, now)} }.into_any(),
            None => "not used yet".into_any(),
        };
        view! {
            <li>
                <span>
                    <strong>{name.clone()}</strong>
                    " "
                    <span class="hint">"OAuth 1.0a, since " {moment(user.since, now)} ", " {last_used}</span>
                </span>
                <button
                    type="button" id=format!("sign-out-{name}") class="btn small" data-deed="sign-out" data-user=name aria-label=label
                >"Sign out"</button>
            </li>
        }
    });
    let rows = rows.collect_view();
    let way = |after: i64, words: &'static str| {
        let href = users_at(&site.url(&format!("{TABLE}/{key}")), view, after);
        view! { <a href=href data-users=after.to_string()>{words}</a> }
    };
    let more = users.next.map(|_| format!("and {others} more. "));
    let first = (!is_first).then(|| way(0, "First users"));
    let next = users.next.map(|last| way(last, "Next users"));
    let ways = (first.is_some() || next.is_some()).then(|| view! { <p>{more} {first} " " {next}</p> });
    view! {
        <section aria-labelledby="panel-users">
            <h3 id="panel-users">"Users"</h3>
            {if is_empty {
                let words = if is_first { "Nobody is signed in through it." } else { "No further users." };
                view! { <p>{words}</p> }.into_any()
            } else {
                view! { <ul>{rows}</ul> }.into_any()
            }}
            {ways}
        </section>
    }
    .into_any()
}
