//! What is said of a consumer that was just registered: its key, and, this once, its secret.

use domain::{Status, TypedSecret};
use leptos::{html, prelude::*};

use super::{registration::Registration, state::PageState};
use crate::ui::{browser::SCRIPTED, copy::CopyButton, dom, effect::effect};

/// The message. It stays until it is closed, its consumer is removed, or the next one is registered; where it does not have the
/// only copy of a secret, also until its consumer is decided.
/// Only what an event changes of it is drawn again: its secret stays as revealed as it is, and keeps the focus.
#[component]
pub(super) fn Registered(registration: Registration) -> impl IntoView {
    let state = expect_context::<PageState>();
    let Registration { consumer, secret, name_in_use, .. } = registration;
    let key = consumer.key.to_string();
    let copied = key.clone();
    let is_pending = Signal::derive(move || {
        let is_pending = |last: &Registration| last.consumer.status == Status::Pending;
        state.registered.with(|last| last.as_ref().is_some_and(is_pending))
    });
    let name = move || {
        let name = |last: &Registration| last.consumer.name.to_string();
        state.registered.with(|last| last.as_ref().map(name).unwrap_or_default())
    };
    // Words that change are written through their elements: something else may have replaced the text nodes in them.
    let shown = NodeRef::<html::Bdi>::new();
    effect(move || {
        if let Some(shown) = shown.get() {
            dom::set_text(&shown, &name());
        }
    });
    view! {
        <p class="note">
            <strong translate="no"><bdi node_ref=shown>{untrack(name)}</bdi></strong>
            " is registered. Its consumer key: "
            <code class="key" translate="no">{key}</code>
            <CopyButton
                label="Copy consumer key" text=Callback::new(move |()| copied.clone()) message=state.shell.notice disabled=!SCRIPTED
            />
            {secret.map(|secret| view! { <Secret secret/> })}
            {move || is_pending.get().then(|| view! { <span inner_html=" Approve it below to activate it."></span> }.into_any())}
            {name_in_use.then_some(" Another consumer has the same name, or one that looks like it; the keys tell them apart.")}
            <button type="button" class="link" disabled=!SCRIPTED on:click=move |_| state.registered.set(None)>"Close"</button>
        </p>
    }
    .into_any()
}

/// The secret, masked until it is revealed, to copy by a button or by hand.
#[component]
fn Secret(secret: TypedSecret) -> impl IntoView {
    let state = expect_context::<PageState>();
    let revealed = RwSignal::new(false);
    let value = RwSignal::new(String::from(secret));
    let reveal = move |_| revealed.update(|revealed| *revealed = !*revealed);
    view! {
        <span class="its-secret">
            <label for="registered-secret">"Its secret, shown here only:"</label>
            // As a property: no attribute of the page ever holds a secret.
            <input
                id="registered-secret" type="text" readonly=true autocomplete="off" spellcheck="false" translate="no"
                class:masked=move || !revealed.get() prop:value=value
            />
            <button type="button" class="link" aria-pressed=move || revealed.get().to_string() on:click=reveal>"Reveal it"</button>
            <CopyButton
                label="Copy its secret" text=Callback::new(move |()| value.get_untracked()) message=state.shell.notice
            />
        </span>
    }
}
