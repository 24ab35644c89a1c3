//! The page on which users change their password: a plain form, no script.

use domain::FieldError;
use http::StatusCode;
use leptos::prelude::*;

use crate::{
    document::Document,
    frame::{header::NavPage, policy::policy_source, site::Site, who::Who},
    plain::own_page::{OwnPage, SecretField},
};

/// What the page **Change password** shows.
#[derive(Clone, Debug)]
pub struct ChangePassword {
    /// Who is signed in.
    pub who: Who,
    /// The name that they sign in with.
    pub username: String,
    /// Whether nothing else is open to them until a longer one is set.
    pub is_owed: bool,
    /// Whether **Keep applications signed in** is ticked.
    pub keep_tokens: bool,
    /// What is wrong with each field.
    pub errors: Vec<FieldError>,
    /// Any other problem.
    pub problem: Option<(StatusCode, String)>,
    /// Once the password is changed: whether applications stay signed in.
    pub changed: Option<bool>,
    /// Where to go on afterwards, a path on this server; may be empty.
    pub next: String,
    /// As on the sign-in page.
    pub callback_origin: Option<String>,
}

impl From<ChangePassword> for Document {
    fn from(reply: ChangePassword) -> Self {
        let status = match &reply.problem {
            Some((status, _)) => *status,
            None if reply.errors.is_empty() => StatusCode::OK,
            None => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self {
            form_action: reply.callback_origin.as_deref().and_then(policy_source),
            ..Self::new(
                "Change password · Latchkey",
                status,
                move |site| view! { <PasswordPage site reply=reply.clone()/> },
            )
        }
    }
}

#[component]
fn PasswordPage(site: Site, reply: ChangePassword) -> impl IntoView {
    let action = site.url("/account/password");
    let ChangePassword { who, username, is_owed, keep_tokens, errors, problem, changed, next, .. } = reply;
    let required = is_owed.then(|| {
        view! {
            <p class="note" role="status">
                <strong>"Your password is too short for an administrator."</strong>
                " Your account may administer Latchkey, which needs 12 characters or more. Set a new password here; nothing else is open to you before."
            </p>
        }
    });
    let changed = changed.map(|kept| {
        let applications =
            if kept { "Applications stay signed in." } else { "Applications have to ask you again." };
        view! {
            <p class="note" role="status" tabindex="-1" autofocus=true>
                <strong>"Your password is changed."</strong> " Every other browser is signed out. " {applications}
            </p>
        }
    });
    let problem = problem.map(|(_, words)| view! { <p class="problem" role="alert">{words}</p> });
    view! {
        <OwnPage
            site who here=NavPage::Password heading="Change password"
            lead="Every other browser is signed out, and so is every application, unless you keep them."
        >
            {required}
            {changed}
            {problem}
            <form method="post" action=action class="card">
                <input type="hidden" name="next" value=next/>
                // So that a password manager knows whose password it replaces; the server does not read it.
                <input type="text" name="username" autocomplete="username" value=username hidden/>
                {SecretField::password("current_password", "Current password", "current-password").view(&errors)}
                {SecretField::password("password", "New password", "new-password").view(&errors)}
                {SecretField::password("password_again", "Re-type new password", "new-password").view(&errors)}
                <div class="check">
                    <input id="keep_tokens" name="keep_tokens" type="checkbox" value="true" checked=keep_tokens/>
                    <label for="keep_tokens">"Keep applications signed in"</label>
                </div>
                <button class="btn primary">"Change password"</button>
            </form>
        </OwnPage>
    }
}
