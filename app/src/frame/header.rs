//! The bar at the top of every page for signed-in users.

#[cfg(feature = "ssr")]
use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicBool, Ordering},
};

use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::frame::script::lean;
use crate::{frame::who::Who, ui::mark::Mark};

/// Closes the menus, shows the shortcuts and local times, on each page with a bar.
#[cfg(feature = "ssr")]
pub(crate) static SCRIPT: LazyLock<String> = LazyLock::new(|| lean(include_str!("header.js")));

/// Whether the page that is rendered has a bar, and so the script of the bar. A context of the document, which the bar marks.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Default)]
pub(crate) struct HasBar(Arc<AtomicBool>);

#[cfg(feature = "ssr")]
impl HasBar {
    /// Whether a bar was rendered so far.
    pub(crate) fn is_marked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn mark(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A page that the bar leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NavPage {
    /// **OAuth consumers**, for administrators.
    Consumers,
    /// **Users**, for administrators.
    Users,
    /// **Activity**, for administrators.
    Activity,
    /// **Authorized applications**, for every user.
    Applications,
    /// **Your sessions**, for every user.
    Sessions,
    /// **Second factor**, for every user.
    SecondFactor,
    /// **Change password**, for every user.
    Password,
}

/// The pages of **Settings**.
const SETTINGS: [(NavPage, &str, &str); 3] = [
    (NavPage::Consumers, "/settings/oauth-consumers", "OAuth consumers"),
    (NavPage::Users, "/settings/users", "Users"),
    (NavPage::Activity, "/settings/activity", "Activity"),
];

/// The product's name, the pages, and a menu with the user's own pages and **Sign out**, which opens without a script.
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
    #[cfg(feature = "ssr")]
    if let Some(bar) = use_context::<HasBar>() {
        bar.mark();
    }
    let url = move |path: &str| format!("{prefix}{path}");
    let link = |page: NavPage, path: &str, words: &'static str| {
        view! { <a href=url(path) aria-current=(here == page).then_some("page")>{words}</a> }
    };
    let entry = |page: NavPage, path: &str, words: &'static str| view! { <li>{link(page, path, words)}</li> };
    let entries = || SETTINGS.into_iter().map(|(page, path, words)| entry(page, path, words)).collect_view();
    let home = if who.configure_server { "/" } else { "/account/applications" };
    view! {
        <header>
            <Mark href=url(home)/>
            // The style sheet shows the list where there is room for it, and the menu elsewhere.
            {who.configure_server.then(|| {
                view! {
                    <nav aria-label="Settings">
                        <span class="application">"Settings"</span>
                        <ul>{entries()}</ul>
                        <div class="pages">
                            <button type="button" popovertarget="pages-menu">"Settings"</button>
                            <ul id="pages-menu" popover="auto">{entries()}</ul>
                        </div>
                    </nav>
                }
            })}
            <div class="who">
                {children.map(|children| children())}
                <div class="own-menu">
                    <button type="button" popovertarget="own-menu"><span class="name">{who.display_name}</span></button>
                    <ul id="own-menu" popover="auto">
                        {entry(NavPage::Applications, "/account/applications", "Authorized applications")}
                        {entry(NavPage::Sessions, "/account/sessions", "Your sessions")}
                        {entry(NavPage::SecondFactor, "/account/second-factor", "Second factor")}
                        {entry(NavPage::Password, "/account/password", "Change password")}
                        // Shown where the script of the page can open them.
                        <li class="scripted"><button type="button" class="link" data-show-shortcuts="">"Keyboard shortcuts"</button></li>
                        <li>
                            <form method="post" action=url("/sign-out")>
                                <button class="link">"Sign out"</button>
                            </form>
                        </li>
                    </ul>
                </div>
            </div>
        </header>
    }
}
