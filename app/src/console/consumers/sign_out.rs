//! The dialog before a user is signed out of a consumer.

use std::sync::Arc;

use domain::{Consumer, Event};
use leptos::{ev, html, prelude::*};

use super::{calls, elements, state::PageState};
use crate::{
    console::{refusal::Refusal, submit::Submit},
    ui::dialog::{CancelButton, Modal, WorkButton, close},
};

/// Asks, does it, and shows a refusal.
#[component]
pub(super) fn SignOut(consumer: Arc<Consumer>, username: String) -> impl IntoView {
    let state = expect_context::<PageState>();
    let dialog = NodeRef::<html::Dialog>::new();
    let Consumer { key, name, revision, .. } = Arc::unwrap_or_clone(consumer);
    let name = name.to_string();
    let submit = Submit::new(revision);
    let who = username.clone();
    let done_words = format!("{who} is signed out of {name}.");
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let (username, words) = (username.clone(), done_words.clone());
        let done = move |consumer| {
            state.shell.tell_of(elements::beside(key), words, None);
            state.apply_own(Event::Consumer(consumer));
            close(dialog);
        };
        let closed = move || {
            let words = "The dialog was closed before the server had answered. Look at who is signed in.";
            state.shell.notice.set(words.to_owned());
            state.panel.refresh(state.shell);
        };
        submit.run(Vec::new, move |_| calls::sign_out(key, &username), done, closed);
    };
    view! {
        <Modal heading="Sign out user" node_ref=dialog on_close=Callback::new(move |()| state.overlay.dialog_closed())>
            <form node_ref=submit.form method="dialog" on:submit=on_submit>
                <p translate="no">
                    <strong>{who}</strong> " will be signed out of " <strong><bdi>{name}</bdi></strong>
                    ": what it holds for them ends with its next request, until they sign in through it again."
                </p>
                <div class="foot">
                    <Refusal error=submit.refusal button="Sign out"/>
                    <div class="buttons">
                        <CancelButton node_ref=dialog/>
                        <WorkButton label="Sign out" busy=submit.busy look="danger"/>
                    </div>
                </div>
            </form>
        </Modal>
    }
    .into_any()
}
