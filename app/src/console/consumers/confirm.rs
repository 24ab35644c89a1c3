//! The dialogs that ask before a key is approved, disapproved or removed.

use std::sync::Arc;

use domain::Consumer;
use leptos::{ev, html, prelude::*, task::spawn_local};

use super::{api, decision::Decision, state::State};
use crate::{
    console::refusal::{Refusal, revision_after},
    error::AppError,
    ui::{
        busy::one_at_a_time,
        dialog::{CancelButton, Modal, WorkButton, close},
    },
};

/// Asks, does it, and tells what became of it.
#[component]
pub(super) fn Confirm(decision: Decision, consumer: Arc<Consumer>) -> impl IntoView {
    let state = expect_context::<State>();
    let dialog = NodeRef::<html::Dialog>::new();
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None);
    let revision = StoredValue::new(consumer.revision);
    let users = RwSignal::new(None::<Result<u64, AppError>>);
    let key = consumer.key;
    let asks_users = decision != Decision::Approve;
    if asks_users {
        spawn_local(async move {
            let answer = api::signed_in_users(key).await;
            let _ = users.try_set(Some(answer));
        });
    }
    let signed_in = move || match users.get() {
        None => "Counting who is signed in through it…".to_owned(),
        Some(Ok(1)) => "1 user is signed in through it.".to_owned(),
        Some(Ok(users)) => format!("{users} users are signed in through it."),
        Some(Err(_)) => {
            "How many users are signed in through it is unknown: the server did not say.".to_owned()
        }
    };
    let name = consumer.name.to_string();
    let unasked = decision == Decision::Approve && consumer.trusted;
    let shown_key = key.to_string();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let consumer = consumer.clone();
        one_at_a_time(busy, async move {
            match decision.run(&consumer, revision.get_value()).await {
                Ok(event) => {
                    state.apply_own(event);
                    close(dialog);
                }
                Err(refused) => {
                    if let Some(current) = revision_after(&refused) {
                        let _ = revision.try_set_value(current);
                    }
                    let _ = error.try_set(Some(refused));
                }
            }
        });
    };
    view! {
        <Modal heading=decision.heading() node_ref=dialog on_close=Callback::new(move |()| state.dialog_closed())>
            <form method="dialog" on:submit=submit>
                <p><strong><bdi>{name}</bdi></strong> {decision.consequence()}</p>
                <dl class="fact">
                    <dt>"Consumer key"</dt>
                    " "
                    <dd class="key">{shown_key}</dd>
                </dl>
                {unasked.then(|| view! { " " <p class="users">"It is Trusted: its users are not asked before it acts for them."</p> })}
                {asks_users.then(|| view! { " " <p class="users">{signed_in}</p> })}
                <div class="foot">
                    <Refusal error button=decision.button() now=state.now sign_in=state.url("/sign-in")/>
                    <div class="buttons">
                        <CancelButton node_ref=dialog/>
                        <WorkButton label=decision.button() busy look=if decision == Decision::Approve { "primary" } else { "danger" }/>
                    </div>
                </div>
            </form>
        </Modal>
    }
}
