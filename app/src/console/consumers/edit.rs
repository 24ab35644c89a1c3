//! The dialog **Edit consumer**. What it shows when Save is pressed is what is saved.

use std::sync::Arc;

use domain::{Consumer, ConsumerName, ConsumerSecret, Event, FieldError, error::FieldErrors};
use leptos::{ev, html, prelude::*};

use super::{api, state::State};
use crate::{
    console::refusal::{Refusal, revision_after},
    ui::{
        busy::one_at_a_time,
        dialog::{CancelButton, Modal, WorkButton, close},
        dom::focus_soon,
        field::Field,
    },
};

/// Tells this form's ids from the register form's, which is on the page too.
const PREFIX: &str = "edit-";

/// Name, secret, callback, RSA key, Trusted and Sign everybody out of one consumer.
#[component]
pub(super) fn EditDialog(consumer: Arc<Consumer>) -> impl IntoView {
    let state = expect_context::<State>();
    let dialog = NodeRef::<html::Dialog>::new();
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None);
    let errors = RwSignal::new(Vec::<FieldError>::new());
    let revision = StoredValue::new(consumer.revision);
    let key = consumer.key;
    let name = RwSignal::new(consumer.name.as_str().to_owned());
    let shown_key = RwSignal::new(key.to_string());
    let (secret, again) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let callback_url = RwSignal::new(consumer.callback_url.clone().unwrap_or_default());
    let rsa_public_key = RwSignal::new(consumer.rsa_public_key.clone().unwrap_or_default());
    let trusted = RwSignal::new(consumer.trusted);
    let sign_everybody_out = RwSignal::new(false);

    let wrong = move || {
        let mut errors = FieldErrors::default();
        name.with_untracked(|name| errors.take("name", ConsumerName::parse(name)));
        let mut errors = errors.into_vec();
        let (secret, again) = (secret.get_untracked(), again.get_untracked());
        if !(secret.is_empty() && again.is_empty()) {
            errors.extend(ConsumerSecret::parse_twice(&secret, &again).err());
        }
        errors
    };
    // On leaving a field: its own error, if it has one now.
    let leave = move |field: &'static str| {
        Callback::new(move |()| {
            let now = wrong().into_iter().find(|error| error.field == field);
            let early = field == "secret" && again.with_untracked(String::is_empty);
            crate::ui::field::set_error(
                errors,
                field,
                now.filter(|error| !(early && error.field == "secret_again")),
            );
        })
    };
    let refuse = move |found: Vec<FieldError>| {
        if let Some(first) = found.first() {
            focus_soon(format!("#{PREFIX}{}", first.field), "dialog input");
        }
        let _ = errors.try_set(found);
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let found = wrong();
        if !found.is_empty() {
            return refuse(found);
        }
        errors.set(Vec::new());
        one_at_a_time(busy, async move {
            let saved = api::edit(
                key,
                revision.get_value(),
                name.get_untracked(),
                secret.get_untracked().into(),
                callback_url.get_untracked(),
                rsa_public_key.get_untracked(),
                trusted.get_untracked(),
                sign_everybody_out.get_untracked(),
            );
            match saved.await {
                Ok(consumer) => {
                    state.message.set(format!("{} is saved.", consumer.name));
                    close(dialog);
                    state.apply_own(Event::Consumer(consumer));
                }
                Err(refused) => {
                    if let Some(current) = revision_after(&refused) {
                        let _ = revision.try_set_value(current);
                    }
                    refuse(refused.fields().to_vec());
                    let _ = error.try_set(Some(refused));
                }
            }
        });
    };
    let no_errors = RwSignal::new(Vec::new());
    view! {
        <Modal heading="Edit consumer" node_ref=dialog on_close=Callback::new(move |()| state.dialog_closed())>
            <form method="dialog" novalidate=true on:submit=submit>
                <Field id_prefix=PREFIX name="name" label="Consumer name" value=name errors on_leave=leave("name")/>
                <Field id_prefix=PREFIX name="key" label="Consumer key" value=shown_key errors=no_errors read_only=true/>
                <div class="pair">
                    <Field
                        id_prefix=PREFIX name="secret" label="New consumer secret" kind="password" autocomplete="new-password"
                        value=secret errors on_leave=leave("secret") hint="Leave empty to keep the old one."
                    />
                    <Field
                        id_prefix=PREFIX name="secret_again" label="Re-type new consumer secret" kind="password"
                        autocomplete="new-password" value=again errors on_leave=leave("secret_again")
                    />
                </div>
                <Field
                    id_prefix=PREFIX name="callback_url" label="Callback URL" value=callback_url errors
                    hint="Where users are sent back to; empty for anywhere."
                />
                <Field
                    id_prefix=PREFIX name="rsa_public_key" label="RSA public key" value=rsa_public_key errors lines=true
                    hint="PEM; only for applications that sign with RSA."
                />
                <Check id="edit-trusted" label="Trusted" value=trusted hint="Users are not asked for consent."/>
                <Check
                    id="edit-sign-everybody-out" label="Sign everybody out" value=sign_everybody_out
                    hint="Revokes every token, also without a new secret."
                />
                <p class="advice">"After a change, give the new name and secret to whoever runs the application."</p>
                <div class="foot">
                    <Refusal error button="Save" now=state.now sign_in=state.url("/sign-in")/>
                    <div class="buttons">
                        <CancelButton node_ref=dialog/>
                        <WorkButton label="Save" busy/>
                    </div>
                </div>
            </form>
        </Modal>
    }
}

#[component]
fn Check(id: &'static str, label: &'static str, value: RwSignal<bool>, hint: &'static str) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    view! {
        <div class="check">
            <input
                id=id type="checkbox" prop:checked=value aria-describedby=hint_id.clone()
                on:change=move |event| value.set(event_target_checked(&event))
            />
            <label for=id>{label}</label>
            <span class="hint" id=hint_id>{hint}</span>
        </div>
    }
}
