//! The dialogs that ask before a key is approved, disapproved or removed.

use std::sync::Arc;

use domain::{Consumer, Event};
use leptos::{ev, html, prelude::*, task::spawn_local};

use super::{
    api,
    page::State,
    refusal::{Refusal, revision_after},
};
use crate::{
    AppError,
    ui::{
        dialog::{CancelButton, Modal, WorkButton, close},
        dom::one_at_a_time,
    },
};

/// What is about to be done to a consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Approve,
    Disapprove,
    Remove,
}

impl Decision {
    fn heading(self) -> &'static str {
        match self {
            Self::Approve => "Approve consumer key",
            Self::Disapprove => "Disapprove consumer key",
            Self::Remove => "Remove consumer key",
        }
    }

    fn button(self) -> &'static str {
        match self {
            Self::Approve => "Approve",
            Self::Disapprove => "Disapprove",
            Self::Remove => "Remove",
        }
    }

    /// What it will do, after the consumer's name.
    fn consequence(self) -> &'static str {
        match self {
            Self::Approve => {
                " will be able to sign users in and, once they allow it, to use APIs on their behalf, from its next request on."
            }
            Self::Disapprove => {
                " will be refused from its very next request on: it can neither sign users in nor use APIs on their behalf. Its tokens are kept, so that approving it again brings them back."
            }
            Self::Remove => {
                " will be removed permanently. Its key stops working at once, everybody who is signed in through it is signed out, and the key cannot be brought back: the application would need a new one."
            }
        }
    }

    async fn run(self, consumer: &Consumer, revision: i64) -> Result<Event, AppError> {
        match self {
            Self::Approve => api::approve(consumer.key, revision).await.map(Event::Consumer),
            Self::Disapprove => api::disapprove(consumer.key, revision).await.map(Event::Consumer),
            Self::Remove => api::remove(consumer.key, revision).await.map(|()| Event::Removed(consumer.key)),
        }
    }
}

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
                    <Refusal error button=decision.button()/>
                    <div class="buttons">
                        <CancelButton node_ref=dialog/>
                        <WorkButton label=decision.button() busy look=if decision == Decision::Approve { "primary" } else { "danger" }/>
                    </div>
                </div>
            </form>
        </Modal>
    }
}
