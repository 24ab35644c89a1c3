//! The page that says why something cannot be shown, and what to do.

use leptos::prelude::*;

use crate::frame::{card::Card, site::Site};

#[component]
pub(crate) fn Notice(site: Site, heading: &'static str, text: String, signed_in: bool) -> impl IntoView {
    let ways_on = signed_in.then(|| {
        view! {
            <p>"Open to every account: " <a href=site.url("/account/applications")>"Authorized applications"</a></p>
            <form method="post" action=site.url("/sign-out")><button class="btn">"Sign out"</button></form>
        }
    });
    view! {
        <Card site heading>
            <p>{text}</p>
            {ways_on}
        </Card>
    }
}
