//! The sign-in page: a plain form, no script.

use http::StatusCode;
use leptos::prelude::*;

use crate::{
    document::Document,
    frame::{card::Card, policy::policy_source, site::Site},
};

/// What the sign-in page shows.
#[derive(Clone, Debug, Default)]
pub struct SignInReply {
    /// The username as it was typed.
    pub username: String,
    /// Where it leads afterwards: a path on this server.
    pub next: String,
    /// Why the last attempt failed.
    pub problem: Option<(StatusCode, String)>,
    /// On the way to a trusted consumer, the scheme, host and port of its callback, or an application's scheme with its
    /// colon: browsers apply the page's policy to the redirects after the form as well.
    pub callback_origin: Option<String>,
}

impl From<SignInReply> for Document {
    fn from(reply: SignInReply) -> Self {
        Self {
            form_action: reply.callback_origin.as_deref().and_then(policy_source),
            ..Self::new(
                "Sign in · Latchkey",
                reply.problem.as_ref().map_or(StatusCode::OK, |(status, _)| *status),
                move |site| view! { <SignInPage site reply=reply.clone()/> },
            )
        }
    }
}

/// Username, password, **Sign in**.
#[component]
fn SignInPage(site: Site, reply: SignInReply) -> impl IntoView {
    let action = format!("{}/sign-in", site.prefix);
    let problem =
        reply.problem.map(|(_, words)| view! { <p class="problem" role="alert" id="problem">{words}</p> });
    let described_by = problem.is_some().then_some("problem");
    let retyping = !reply.username.is_empty();
    view! {
        <Card site heading="Sign in">
            {problem}
            <form method="post" action=action>
                <input type="hidden" name="next" value=reply.next/>
                <div class="field">
                    <label for="username">"Username"</label>
                    <input
                        id="username" name="username" autocomplete="username" autocapitalize="none" spellcheck="false"
                        required=true autofocus=!retyping value=reply.username aria-describedby=described_by
                    />
                </div>
                <div class="field">
                    <label for="password">"Password"</label>
                    <input
                        id="password" name="password" type="password" autocomplete="current-password" required=true
                        autofocus=retyping aria-describedby=described_by
                    />
                </div>
                <button class="btn primary">"Sign in"</button>
            </form>
        </Card>
    }
}
