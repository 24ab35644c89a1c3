//! The page that asks a signed-in user for the password, and the code, again before a sensitive act: a plain form, and a script for
//! passkeys alone.

use domain::FieldError;
use http::StatusCode;
use leptos::prelude::*;

use crate::{
    document::Document,
    frame::{card::Card, site::Site},
    plain::{
        own_page::SecretField,
        passkeys::{self, PasskeyQuestion, use_passkey},
    },
};

/// What the page asks.
/// It has no `Debug`: the question's token is for its own form.
#[derive(Clone)]
pub struct AgainReply {
    /// Who is signed in.
    pub username: String,
    /// Whether the account has a second factor.
    pub needs_code: bool,
    /// What a browser answers in place of a code, where the account has passkeys.
    pub question: Option<PasskeyQuestion>,
    /// Where it leads afterwards: a path on this server.
    pub next: String,
    /// What is wrong with each field.
    pub errors: Vec<FieldError>,
    /// Any other problem.
    pub problem: Option<(StatusCode, String)>,
}

impl From<AgainReply> for Document {
    fn from(reply: AgainReply) -> Self {
        let status = match &reply.problem {
            Some((status, _)) => *status,
            None if reply.errors.is_empty() => StatusCode::OK,
            None => StatusCode::UNAUTHORIZED,
        };
        Self {
            script: reply.question.as_ref().map(|_| passkeys::script()),
            ..Self::new(
                "Sign in again · Latchkey",
                status,
                move |site| view! { <AgainPage site reply=reply.clone()/> },
            )
        }
    }
}

#[component]
fn AgainPage(site: Site, reply: AgainReply) -> impl IntoView {
    let AgainReply { username, needs_code, question, next, errors, problem } = reply;
    let action = site.url("/sign-in/again");
    let problem = problem.map(|(_, words)| view! { <p class="problem" role="alert">{words}</p> });
    let code = needs_code
        .then(|| SecretField::code("From your authenticator app, or a recovery code.").view(&errors));
    view! {
        <Card site heading="Sign in again">
            <p class="lead">
                "What you are about to do needs a fresh sign-in. You are signed in as " <strong><bdi>{username.clone()}</bdi></strong> "."
            </p>
            {problem}
            <form method="post" action=action>
                <input type="hidden" name="next" value=next/>
                // For password managers: the password belongs to this name.
                <input type="hidden" name="username" autocomplete="username" value=username/>
                {SecretField::password("password", "Password", "current-password").focused().view(&errors)}
                {code}
                <button class="btn primary">"Sign in again"</button>
                {use_passkey(question, "Use a passkey")}
            </form>
        </Card>
    }
}
