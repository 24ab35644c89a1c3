//! The frame of the pages without a script.

use leptos::prelude::*;

use crate::frame::site::Site;

/// The frame of the pages without a script: the name, and a card in the middle.
#[component]
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
