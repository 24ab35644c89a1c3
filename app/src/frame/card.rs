//! The frame of the pages without a script.

use leptos::prelude::*;

use crate::frame::site::Site;

/// The product's name, and a card in the middle.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component owns its props")]
pub(crate) fn Card(site: Site, heading: impl IntoView + 'static, children: Children) -> impl IntoView {
    view! {
        <main class="narrow">
            <a class="mark" href=site.url("/")>"Latchkey"</a>
            <section class="card" aria-labelledby="heading">
                <h1 id="heading">{heading}</h1>
                {children()}
            </section>
        </main>
    }
}
