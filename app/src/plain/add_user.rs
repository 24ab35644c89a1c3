//! The page that adds a user, and the one that shows a link to set a password, once.

use domain::FieldError;
use http::StatusCode;
use leptos::prelude::*;

use crate::{
    document::Document,
    frame::{header::NavPage, site::Site, who::Who},
    plain::settings::{OneThing, document, problem},
};

/// What the page **Add user** shows.
#[derive(Clone, Debug)]
pub struct AddUser {
    /// Who is signed in.
    pub who: Who,
    /// The username as it was typed.
    pub username: String,
    /// The name as it was typed.
    pub name: String,
    /// Whether **Configure Server** is ticked.
    pub configure_server: bool,
    /// What is wrong with each field.
    pub errors: Vec<FieldError>,
    /// Any other problem.
    pub problem: Option<(StatusCode, String)>,
}

impl From<AddUser> for Document {
    fn from(page: AddUser) -> Self {
        let status = match &page.problem {
            Some((status, _)) => *status,
            None if page.errors.is_empty() => StatusCode::OK,
            None => StatusCode::UNPROCESSABLE_ENTITY,
        };
        document("Add user · Latchkey", status, move |site| view! { <AddPage site page=page.clone()/> })
    }
}

#[component]
fn AddPage(site: Site, page: AddUser) -> impl IntoView {
    let AddUser { who, username, name, configure_server, errors, problem: why } = page;
    let action = site.url("/settings/users/add");
    let users = site.url("/settings/users");
    let field = move |id: &'static str, label: &'static str, hint: &'static str, value: String| {
        let error = errors.iter().find(|error| error.field == id).map(|error| error.detail.clone());
        let (error_id, hint_id) = (format!("{id}-error"), format!("{id}-hint"));
        let described = if error.is_some() { format!("{error_id} {hint_id}") } else { hint_id.clone() };
        let is_wrong = error.is_some().then_some("true");
        view! {
            <div class="field">
                <label for=id>{label}</label>
                <input
                    id=id name=id value=value autocomplete="off" autocapitalize="none" spellcheck="false"
                    required=id == "username" aria-invalid=is_wrong aria-describedby=described
                />
                <p class="err" id=error_id>{error}</p>
                <p class="hint" id=hint_id>{hint}</p>
            </div>
        }
    };
    view! {
        <OneThing site who here=NavPage::Users heading="Add user".to_owned()>
            <p>"You get a link by which the user sets the password. It works once, within 24 hours."</p>
            {problem(why.map(|(_, words)| words))}
            <form method="post" action=action>
                {field("username", "Username", "Letters a to z, digits, and . _ @ -", username)}
                {field("name", "Name", "Optional: what pages call the user.", name)}
                <div class="check">
                    <input
                        id="configure_server" name="configure_server" type="checkbox" value="true"
                        checked=configure_server aria-describedby="configure_server-hint"
                    />
                    <label for="configure_server">"Configure Server"</label>
                    <p class="hint" id="configure_server-hint">
                        "The user may register, approve and remove consumer keys, and manage users."
                    </p>
                </div>
                <div class="buttons">
                    <a class="btn" href=users data-cancel="">"Cancel"</a>
                    <button class="btn primary">"Add user"</button>
                </div>
            </form>
        </OneThing>
    }
}

/// A link to set a password. It has no `Debug`: the link is enough to take the account over.
#[derive(Clone)]
pub struct UserLink {
    /// Who is signed in.
    pub who: Who,
    /// Whose link it is.
    pub username: String,
    /// The link.
    pub url: String,
    /// Whether the user was just added.
    pub is_new: bool,
}

impl From<UserLink> for Document {
    fn from(page: UserLink) -> Self {
        document("Users · Latchkey", StatusCode::OK, move |site| view! { <LinkPage site page=page.clone()/> })
    }
}

#[component]
fn LinkPage(site: Site, page: UserLink) -> impl IntoView {
    let UserLink { who, username, url, is_new } = page;
    let users = site.url("/settings/users");
    let heading = if is_new { format!("{username} is added") } else { format!("A new link for {username}") };
    view! {
        <OneThing site who here=NavPage::Users heading>
            <p>
                "Give this link to " <strong><bdi>{username}</bdi></strong>
                " alone: whoever opens it first sets the password. It works once, within 24 hours, and is not shown again."
            </p>
            <label for="link">"Link to set the password"</label>
            <div class="link-line">
                <input id="link" readonly=true value=url autofocus=true autocomplete="off"/>
                <button type="button" class="btn" data-copy="link" hidden=true>"Copy"</button>
            </div>
            <p class="hint" role="status" id="link-copied"></p>
            <p class="buttons"><a class="btn primary" href=users>"Done"</a></p>
        </OneThing>
    }
}
