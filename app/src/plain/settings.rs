//! What the plain pages of **Settings** share: the bar, the heading, and their script, without which they work as well.

use std::sync::LazyLock;

use http::StatusCode;
use leptos::prelude::*;

use crate::{
    document::Document,
    frame::{
        header::{Header, NavPage},
        script::lean,
        site::Site,
        who::Who,
    },
};

/// Dialogs and copying, then the menus of rows, then what is new. It follows `header.js`.
static SCRIPT: LazyLock<String> = LazyLock::new(|| {
    lean(concat!(include_str!("settings.js"), include_str!("row_menu.js"), include_str!("live.js")))
});

/// A page of **Settings** with its script.
pub(super) fn document<V: IntoAny>(
    title: &'static str,
    status: StatusCode,
    page: impl Fn(Site) -> V + Send + Sync + 'static,
) -> Document {
    Document { script: Some(SCRIPT.as_str()), ..Document::new(title, status, page) }
}

/// The bar, and the page itself below.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component owns its props")]
pub(super) fn SettingsPage(
    site: Site,
    who: Who,
    here: NavPage,
    /// Says in the bar whether the page is live.
    #[prop(optional)]
    sign: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    view! {
        <Header prefix=site.prefix.clone() who here>{sign}</Header>
        <main class="settings">{children()}</main>
    }
}

/// Says whether the page is live, which its script fills in: without one it stays hidden, as does the way to sign in beside it,
/// which the script shows to users who are signed out. What is new is asked for at this address, each time that the stream sends a
/// line.
pub(super) fn live_sign(site: &Site, address: String) -> AnyView {
    let events = site.url("/events?lines=1");
    let sign_in = site.url("/sign-in");
    view! {
        <span
            class="sign waiting" role="status" translate="no" data-live=address data-events=events hidden=true
        ></span>
        <a class="link" href=sign_in target="_blank" hidden=true>"Sign in"</a>
    }
    .into_any()
}

/// A page that asks or tells one thing, which the script shows as a dialog on the page that led to it.
#[component]
pub(super) fn OneThing(
    site: Site,
    who: Who,
    here: NavPage,
    heading: String,
    children: Children,
) -> impl IntoView {
    view! {
        <SettingsPage site who here>
            <section class="card one-thing" aria-labelledby="one-thing">
                <h1 id="one-thing">{heading}</h1>
                {children()}
            </section>
        </SettingsPage>
    }
}

/// A problem in words.
pub(super) fn problem(words: Option<String>) -> impl IntoView {
    words.map(|words| view! { <p class="problem" role="alert">{words}</p> })
}

#[cfg(test)]
mod tests {
    use super::SCRIPT;
    use crate::frame::header;

    #[test]
    fn the_script_is_small_and_has_no_comments() {
        let script = [header::SCRIPT.as_str(), SCRIPT.as_str()].join("\n");
        assert!(script.len() < 20_000, "{} bytes", script.len());
        assert!(script.lines().all(|line| line.matches('`').count() % 2 == 0), "a text over several lines");
        assert!(script.lines().all(|line| !line.starts_with("//")), "{script}");
    }
}
