//! The page that makes the first administrator: a plain form behind a one-time link, no script.

use domain::FieldError;
use http::StatusCode;
use leptos::prelude::*;

use crate::{
    document::Document,
    frame::{card::Card, site::Site},
};

/// What the set-up page shows. It has no `Debug`: the token is enough to create an administrator.
#[derive(Clone, Default)]
pub struct SetUpReply {
    /// The token of the link; the form sends it back.
    pub token: String,
    /// The username as it was typed.
    pub username: String,
    /// What is wrong with each field.
    pub errors: Vec<FieldError>,
    /// Any other problem.
    pub problem: Option<(StatusCode, String)>,
}

impl SetUpReply {
    fn status(&self) -> StatusCode {
        match &self.problem {
            Some((status, _)) => *status,
            None if self.errors.is_empty() => StatusCode::OK,
            None => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

impl From<SetUpReply> for Document {
    fn from(reply: SetUpReply) -> Self {
        Self::new(
            "Set up · Latchkey",
            reply.status(),
            move |site| view! { <SetUpPage site reply=reply.clone()/> },
        )
    }
}

/// Username, password twice, **Create administrator**.
#[component]
fn SetUpPage(site: Site, reply: SetUpReply) -> impl IntoView {
    let action = format!("{}/set-up", site.prefix);
    let errors = reply.errors;
    let problem = reply.problem.map(|(_, words)| view! { <p class="problem" role="alert">{words}</p> });
    let field = move |name: &'static str,
                      label: &'static str,
                      kind: &'static str,
                      complete: &'static str,
                      value: Option<String>| {
        let error = errors.iter().find(|error| error.field == name).map(|error| error.detail.clone());
        let error_id = format!("{name}-error");
        let described_by = error.is_some().then(|| error_id.clone());
        view! {
            <div class="field">
                <label for=name>{label}</label>
                <input
                    id=name name=name type=kind autocomplete=complete autocapitalize="none" spellcheck="false" required=true
                    value=value aria-invalid=described_by.is_some().then_some("true") aria-describedby=described_by
                />
                <p class="err" id=error_id>{error}</p>
            </div>
        }
    };
    view! {
        <Card site heading="Create the first administrator">
            <p class="lead">"This account gets the Configure Server permission: it registers and approves consumer keys."</p>
            {problem}
            <form method="post" action=action>
                <input type="hidden" name="token" value=reply.token/>
                {field("username", "Username", "text", "username", Some(reply.username))}
                {field("password", "Password", "password", "new-password", None)}
                {field("password_again", "Re-type password", "password", "new-password", None)}
                <button class="btn primary">"Create administrator"</button>
            </form>
        </Card>
    }
}
