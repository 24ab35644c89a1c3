//! Signing in again without leaving the page, after the session has ended elsewhere.

use leptos::{ev, html, prelude::*};
use web_sys::Event;

use super::{
    request::{Answer, Pending, call, post},
    shell::Shell,
    submit::Submit,
};
use crate::{
    error::AppError,
    frame::who::Who,
    ui::{
        dialog::{CancelButton, Modal, WorkButton, close},
        field::Field,
    },
};

/// Keeps this form's ids apart from others of the page.
const PREFIX: &str = "again-";

/// What tells the page's stream that it can go on.
pub(super) const SIGNED_IN: &str = "page-signed-in";

/// The dialog, which sends what the form of the sign-in page sends.
#[component]
pub(super) fn SignInDialog(
    /// Who was signed in.
    who: Who,
    /// Cleared once it has closed.
    open: RwSignal<bool>,
) -> impl IntoView {
    let shell = expect_context::<Shell>();
    let dialog = NodeRef::<html::Dialog>::new();
    let submit = Submit::new(0);
    let (username, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let was = StoredValue::new(who);
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let send = |_| {
            let fields = (username.get_untracked(), password.get_untracked());
            sign_in(post(&shell.url("/sign-in"), &[("username", &fields.0), ("password", &fields.1)]))
        };
        let done = move |who: Who| {
            close(dialog);
            if was.try_with_value(|was| *was == who) == Some(true) {
                if let Ok(event) = Event::new(SIGNED_IN) {
                    let _ = window().dispatch_event(&event);
                }
            } else {
                // The page is another user's. Where it cannot be loaded again, it goes on saying that it is not live.
                let _ = window().location().reload();
            }
        };
        // The page asks by itself who is signed in then.
        submit.run(Vec::new, send, done, || ());
        password.set(String::new());
    };
    let problem = move || submit.refusal.get().map(|refusal| refusal.to_string().into_any());
    let errors = submit.errors;
    view! {
        <Modal heading="Sign in" node_ref=dialog on_close=Callback::new(move |()| open.set(false))>
            <form node_ref=submit.form method="dialog" novalidate=true on:submit=on_submit>
                <Field id_prefix=PREFIX name="username" label="Username" autocomplete="username" value=username errors/>
                <Field
                    id_prefix=PREFIX name="password" label="Password" kind="password" autocomplete="current-password"
                    value=password errors
                />
                <p class="advice">
                    "With a second factor, or without an account, go through "
                    <a href=shell.url("/sign-in") target="_blank">"the sign-in page"</a>
                    " in another tab; this page then goes on by itself."
                </p>
                <div class="foot">
                    <div class="problem" role="alert" translate="no">{move || problem()}</div>
                    <div class="buttons">
                        <CancelButton node_ref=dialog/>
                        <WorkButton label="Sign in" busy=submit.busy/>
                    </div>
                </div>
            </form>
        </Modal>
    }
}

/// Who is signed in, if anybody.
pub(super) fn ask_who() -> Pending<Option<Who>> {
    call("who_am_i", &[])
}

/// Signs in, and asks who is signed in then: a page answers the form, whatever came of it.
async fn sign_in(form: Pending<Answer>) -> Result<Who, AppError> {
    let status = form.await?.status;
    match ask_who().await? {
        Some(who) => Ok(who),
        None => Err(AppError::Unavailable(refusal(status).to_owned())),
    }
}

fn refusal(status: u16) -> &'static str {
    match status {
        401 => "Either the username or the password is wrong.",
        429 => "There were too many attempts. Wait a minute before the next one.",
        200..300 => {
            "This account has a second factor, or needs a new password: sign in on the sign-in page, in another tab."
        }
        _ => "The server cannot sign you in at present. Try again in a minute.",
    }
}
