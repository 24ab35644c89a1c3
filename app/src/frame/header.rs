//! The bar at the top of every page for signed-in users.

use leptos::prelude::*;

use crate::{frame::who::Who, ui::mark::Mark};

/// A page that the bar leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NavPage {
    /// **OAuth consumers**, for administrators.
    Consumers,
    /// **Authorized applications**, for every user.
    Applications,
}

/// The product's name, the pages, who is signed in and **Sign out**.
#[component]
pub fn Header(
    /// The path before every address on this server; often empty.
    prefix: String,
    /// Who is signed in.
    who: Who,
    /// The page that it is on.
    here: NavPage,
    /// Shown before the user's name.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let url = move |path: &str| format!("{prefix}{path}");
    let link = |page: NavPage, path: &str, words: &'static str| {
        view! { <a href=url(path) aria-current=(here == page).then_some("page")>{words}</a> }
    };
    let home = if who.configure_server { "/" } else { "/account/applications" };
    view! {
        <header>
            <Mark href=url(home)/>
            <nav aria-label="Settings">
                <span class="application">"Settings"</span>
                {who.configure_server.then(|| link(NavPage::Consumers, "/settings/oauth-consumers", "OAuth consumers"))}
                {link(NavPage::Applications, "/account/applications", "Authorized applications")}
            </nav>
            <div class="who">
                {children.map(|children| children())}
                <span class="name">{who.display_name}</span>
                <form method="post" action=url("/sign-out")>
                    <button class="link">"Sign out"</button>
                </form>
            </div>
        </header>
    }
}
