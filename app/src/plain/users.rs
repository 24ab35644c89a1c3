//! The page **Users**: a plain table, a page of it at a time, which its script keeps up to date.

use domain::{Member, time::milliseconds};
use http::StatusCode;
use leptos::prelude::*;

use crate::{
    document::Document,
    frame::{
        header::NavPage,
        shortcuts::{ARROWS, ENDS, Group, LETTER, PLAIN, ROW_MENU},
        site::Site,
        who::Who,
    },
    plain::{
        applications::moment,
        settings::{SettingsPage, document, live_sign},
        user_deed::UserDeed,
    },
};

/// What works on the page.
const SHORTCUTS: &[Group] = &[
    PLAIN[0],
    Group { place: "In a row", keys: &[ROW_MENU] },
    Group { place: "In a menu", keys: &[ARROWS, ENDS, LETTER] },
];

/// What the page **Users** shows.
#[derive(Clone, Debug)]
pub struct Users {
    /// Who is signed in.
    pub who: Who,
    /// The list.
    pub list: UserList,
    /// The query of this list's address.
    pub query: String,
    /// What was just done.
    pub done: Option<String>,
}

/// The list of users as it is now.
#[derive(Clone, Debug)]
pub struct UserList {
    /// The number of the newest line of activity that it shows.
    pub seen: i64,
    /// A page of users, by username.
    pub items: Vec<Member>,
    /// What is searched for; empty: all.
    pub search: String,
    /// Whether it is the first page.
    pub is_first: bool,
    /// The query of the next page's address.
    pub next: Option<String>,
    /// When it was rendered, in milliseconds since 1970.
    pub now_ms: i64,
}

impl From<Users> for Document {
    fn from(users: Users) -> Self {
        let page = move |site| view! { <UsersPage site users=users.clone()/> };
        Self { shortcuts: SHORTCUTS, ..document("Users · Latchkey", StatusCode::OK, page) }
    }
}

#[component]
fn UsersPage(site: Site, users: Users) -> impl IntoView {
    let Users { who, list, query, done } = users;
    let path = site.url("/settings/users");
    let sign = live_sign(&site, format!("{path}/rows?{query}"));
    let search = list.search.clone();
    let done = done.map(|words| {
        view! { <p class="note" role="status" tabindex="-1" autofocus=true>{words}</p> }
    });
    let clear = (!search.is_empty()).then(|| view! { <a class="btn" href=path.clone()>"Clear"</a> });
    let list = listed(&site, list);
    view! {
        <SettingsPage site=site.clone() who here=NavPage::Users sign>
            <h1>"Users"</h1>
            <p class="lead">
                "The accounts of this server. With Configure Server, a user registers and approves consumer keys, and manages users."
            </p>
            {done}
            <div class="bar">
                <form method="get" action=path role="search">
                    <label class="off-screen" for="q">"Search users"</label>
                    <input id="q" name="q" type="search" value=search placeholder="Search users" autocapitalize="none" spellcheck="false"/>
                    <button class="btn">"Search"</button>
                    {clear}
                </form>
                <a class="btn primary" href=site.url("/settings/users/add") data-dialog="">"Add user"</a>
            </div>
            {list}
        </SettingsPage>
    }
}

/// The list alone, for the page that is open.
pub fn user_list(site: &Site, list: UserList) -> String {
    Owner::new().with(|| listed(site, list).to_html()).replace("<!>", "")
}

/// The list and what leads to its other pages.
fn listed(site: &Site, list: UserList) -> impl IntoView + use<> {
    let UserList { seen, items, search, is_first, next, now_ms } = list;
    let path = site.url("/settings/users");
    let table = table(site, items, &search, now_ms);
    let first = (!is_first).then(|| view! { <a class="btn small" href=path.clone()>"First page"</a> });
    let next =
        next.map(|query| view! { <a class="btn small" href=format!("{path}?{query}")>"Next page"</a> });
    view! {
        <div id="users" data-seen=seen.to_string()>
            <div class="card users">{table}</div>
            <nav class="pager" aria-label="Pages of users">{first} {next}</nav>
        </div>
    }
}

fn table(site: &Site, items: Vec<Member>, search: &str, now_ms: i64) -> AnyView {
    if items.is_empty() {
        let words = if search.is_empty() {
            "There are no further users."
        } else {
            "No username or name has this text in it."
        };
        return view! { <p class="empty"><strong>"No users."</strong> {words}</p> }.into_any();
    }
    let rows = items.into_iter().map(|item| row(site, item, now_ms)).collect_view();
    view! {
        <table role="table" aria-label="Users">
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">"Username"</th>
                    <th role="columnheader" scope="col">"Name"</th>
                    <th role="columnheader" scope="col">"Configure Server"</th>
                    <th role="columnheader" scope="col">"Last signed in"</th>
                    <th role="columnheader" scope="col">"Sessions"</th>
                    <th role="columnheader" scope="col" class="do"><span class="off-screen">"Actions"</span></th>
                </tr>
            </thead>
            <tbody role="rowgroup" translate="no">{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(site: &Site, member: Member, now_ms: i64) -> impl IntoView + use<> {
    let username = member.username.to_string();
    let deeds = UserDeed::of(&member)
        .into_iter()
        .map(|deed| {
            let href = site.url(&deed.path(&username));
            view! { <li class:danger=deed.is_grave()><a href=href data-dialog="">{deed.entry()}</a></li> }
        })
        .collect_view();
    // With a blank, for readers of the text alone.
    let tag = |is: bool, word: &'static str| is.then(|| view! { " " <span class="tag">{word}</span> });
    let signed_in = match member.last_signed_in_at {
        Some(at) => moment(milliseconds(at), now_ms).into_any(),
        None => "Never".into_any(),
    };
    let actions = format!("Actions for {username}");
    // Of the name and not of the place: a list that changes keeps its rows.
    let menu = format!("menu-{username}");
    view! {
        <tr role="row" data-user=username class:off=member.disabled>
            <td role="cell" class="name">
                <bdi>{username.clone()}</bdi>
                {tag(member.disabled, "Disabled")}
                {tag(!member.has_password, "No password yet")}
            </td>
            <td role="cell" class="full-name"><bdi>{member.name}</bdi></td>
            <td role="cell" class="right">{if member.configure_server { "Yes" } else { "No" }}</td>
            <td role="cell" class="used">{signed_in}</td>
            <td role="cell" class="sessions">{member.sessions.to_string()}</td>
            <td role="cell" class="do">
                <div class="row-menu">
                    <button type="button" popovertarget=menu.clone() aria-label=actions>"⋯"</button>
                    <ul id=menu popover="auto">{deeds}</ul>
                </div>
            </td>
        </tr>
    }
}
