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

/// The users, each with **Sign out**; how many there are besides, and the way to them, with the view of the table beside it.
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
    let next = users.next.map(|last| {
        view! { <p>{format!("and {others} more. ")} {way(last, "Next users")}</p> }
    });
    view! {
        <section aria-labelledby="panel-users">
            <h3 id="panel-users">"Users"</h3>
            {if is_empty {
                if is_first {
                    view! { <p>"Nobody is signed in through it."</p> }.into_any()
                } else {
                    view! { <p>"No further users. " {way(0, "First users")}</p> }.into_any()
                }
            } else {
                view! { <ul>{rows}</ul> }.into_any()
            }}
            {next}
        </section>
    }
    .into_any()
}
