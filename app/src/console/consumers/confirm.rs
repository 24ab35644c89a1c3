//! The dialogs that ask before a key is approved, disapproved or removed.

use std::sync::Arc;

use domain::Consumer;
use leptos::{ev, html, prelude::*};

use super::{
    calls,
    closed::Asked,
    decision::Decision,
    rights::{Approval, ApprovalRights},
    state::PageState,
};
use crate::{
    console::{counted::Counted, refusal::Refusal, submit::Submit},
    ui::dialog::{CancelButton, Modal, WorkButton, close},
};

/// Asks, does it, and shows a refusal.
#[component]
pub(super) fn Confirm(decision: Decision, consumer: Arc<Consumer>) -> impl IntoView {
    let state = expect_context::<PageState>();
    let dialog = NodeRef::<html::Dialog>::new();
    let approval = (decision == Decision::Approve).then(|| Approval::of(&consumer));
    let Consumer { key, name, revision, .. } = Arc::unwrap_or_clone(consumer);
    let trusted = RwSignal::new(false);
    let submit = Submit::new(revision);
    let shown_key = key.to_string();
    let asked = Asked { key, name: name.to_string(), revision, decision: Some(decision) };
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let send = move |revision| decision.run(key, revision, trusted.get_untracked());
        let done = {
            let words = format!("{} is {}.", asked.name, decision.participle());
            move |event| {
                state.shell.notice.set(words);
                state.apply_own(event);
                close(dialog);
            }
        };
        let asked = asked.clone();
        submit.run(Vec::new, send, done, move || asked.find_out(state));
    };
    view! {
        <Modal heading=decision.heading() node_ref=dialog on_close=Callback::new(move |()| state.overlay.dialog_closed())>
            <form node_ref=submit.form method="dialog" on:submit=on_submit>
                <p><strong translate="no"><bdi>{name.to_string()}</bdi></strong> {decision.consequence()}</p>
                <dl class="fact">
                    <dt>"Consumer key"</dt>
                    " "
                    <dd class="key" translate="no">{shown_key}</dd>
                </dl>
                {approval.map(|approval| view! { <ApprovalRights approval trusted errors=submit.errors/> })}
                {(decision != Decision::Approve).then(|| view! {
                    " "
                    <Counted
                        ask=Callback::new(move |()| calls::signed_in_users(key))
                        counting="Counting who is signed in through it…" words=signed_in
                        unknown="How many users are signed in through it is unknown: the server did not say."
                    />
                })}
                <div class="foot">
                    <Refusal error=submit.refusal button=decision.button()/>
                    <div class="buttons">
                        <CancelButton node_ref=dialog/>
                        <WorkButton label=decision.button() busy=submit.busy look=if decision == Decision::Approve { "primary" } else { "danger" }/>
                    </div>
                </div>
            </form>
        </Modal>
    }
}

fn signed_in(users: u64) -> String {
    if users == 1 {
        "1 user is signed in through it.".to_owned()
    } else {
        format!("{users} users are signed in through it.")
    }
}
