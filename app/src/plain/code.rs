//! The second page of signing in, for accounts with a second factor: a plain form, and a script for passkeys alone.

use http::StatusCode;
use leptos::prelude::*;

use crate::{
    document::Document,
    frame::{card::Card, policy::policy_source, site::Site},
    plain::{
        own_page::SecretField,
        passkeys::{self, PasskeyQuestion, use_passkey},
    },
};

/// What the page asks. It has no `Debug`: with a code, the token is enough to sign in.
#[derive(Clone, Default)]
pub struct CodeReply {
    /// The token of this sign-in; the form sends it back.
    pub step: String,
    /// Where it leads afterwards: a path on this server.
    pub next: String,
    /// Why the last code was refused.
    pub problem: Option<(StatusCode, String)>,
    /// As on the sign-in page.
    pub callback_origin: Option<String>,
    /// What a browser answers in place of a code, where the account has passkeys.
    pub question: Option<PasskeyQuestion>,
}

impl From<CodeReply> for Document {
    fn from(reply: CodeReply) -> Self {
        Self {
            script: reply.question.as_ref().map(|_| passkeys::script()),
            form_action: reply.callback_origin.as_deref().and_then(policy_source),
            ..Self::new(
                "Enter a code · Latchkey",
                reply.problem.as_ref().map_or(StatusCode::OK, |(status, _)| *status),
                move |site| view! { <CodePage site reply=reply.clone()/> },
            )
        }
    }
}

#[component]
fn CodePage(site: Site, reply: CodeReply) -> impl IntoView {
    let action = site.url("/sign-in/code");
    let problem = reply.problem.map(|(_, words)| view! { <p class="problem" role="alert">{words}</p> });
    view! {
        <Card site heading="Enter a code">
            {problem}
            <form method="post" action=action>
                <input type="hidden" name="step" value=reply.step/>
                <input type="hidden" name="next" value=reply.next/>
                {SecretField::code("From your authenticator app, or a recovery code.").focused().view(&[])}
                <button class="btn primary">"Sign in"</button>
                {use_passkey(reply.question, "Use a passkey")}
            </form>
        </Card>
    }
}
