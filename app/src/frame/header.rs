//! The bar at the top of the pages for somebody who is signed in.

use leptos::prelude::*;

use crate::{frame::who::Who, ui::mark::Mark};

/// A page that the bar leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// **OAuth consumers**, for administrators.
    Consumers,
    /// **Authorized applications**, for everybody.
    Applications,
}

/// The product's name, the pages, who is signed in and **Sign out**.
#[component]
pub fn Header(
    /// The path that stands before every address here; often empty.
    prefix: String,
    /// Who is signed in.
    who: Who,
    /// The page that it stands on.
    here: Place,
    /// What stands before the user's name.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let link = |place: Place, path: &str, words: &'static str| {
        view! { <a href=format!("{prefix}{path}") aria-current=(here == place).then_some("page")>{words}</a> }
    };
    let home = if who.configure_server { "/" } else { "/account/applications" };
    view! {
        <header>
            <Mark href=format!("{prefix}{home}")/>
            <nav aria-label="Settings">
                <span class="application">"Settings"</span>
                {who.configure_server.then(|| link(Place::Consumers, "/settings/oauth-consumers", "OAuth consumers"))}
                {link(Place::Applications, "/account/applications", "Authorized applications")}
            </nav>
            <div class="who">
                {children.map(|children| children())}
                <span class="name">{who.display_name}</span>
                <form method="post" action=format!("{prefix}/sign-out")>
                    <button class="link">"Sign out"</button>
                </form>
            </div>
        </header>
    }
}
