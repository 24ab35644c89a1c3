//! The dialog **Edit consumer**. What it shows when Save is pressed is what is saved.

use std::sync::Arc;

use domain::{Consumer, ConsumerName, ConsumerSecret, Event, error::FieldErrors};
use leptos::{ev, html, prelude::*};

use super::{api, rights::RightsFields, state::PageState};
use crate::{
    console::{refusal::Refusal, submit::Submit},
    ui::{
        check::Check,
        dialog::{CancelButton, Modal, WorkButton, close},
        field::{Field, set_error},
    },
};

/// Keeps this form's ids apart from those of the register form, which is on the page as well.
const PREFIX: &str = "edit-";

/// Name, secret, callbacks, RSA key, rights and Sign everybody out of one consumer.
#[component]
pub(super) fn EditDialog(consumer: Arc<Consumer>) -> impl IntoView {
    let state = expect_context::<PageState>();
    let dialog = NodeRef::<html::Dialog>::new();
    let consumer = Arc::unwrap_or_clone(consumer);
    let submit = Submit::new(consumer.revision);
    let errors = submit.errors;
    let key = consumer.key;
    let name = RwSignal::new(consumer.name.as_str().to_owned());
    let shown_key = RwSignal::new(key.to_string());
    let (secret, again) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let callback_urls = RwSignal::new(consumer.callbacks().collect::<Vec<_>>().join("\n"));
    let rsa_public_key = RwSignal::new(consumer.rsa_public_key.unwrap_or_default());
    let wished = consumer.trusted_wished && !consumer.trusted;
    let trusted = RwSignal::new(consumer.trusted);
    let may_administer = RwSignal::new(consumer.may_administer);
    let allow_oauth_1_0 = RwSignal::new(consumer.allow_oauth_1_0);
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
    // On leaving a field, only its own error is shown.
    let leave = move |field: &'static str| {
        Callback::new(move |()| {
            let error = wrong().into_iter().find(|error| error.field == field);
            set_error(errors, field, error);
        })
    };
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let send = move |revision| {
            api::edit(
                key,
                revision,
                name.get_untracked(),
                secret.get_untracked().into(),
                callback_urls.get_untracked(),
                rsa_public_key.get_untracked(),
                trusted.get_untracked(),
                may_administer.get_untracked(),
                allow_oauth_1_0.get_untracked(),
                sign_everybody_out.get_untracked(),
            )
        };
        submit.run(wrong, send, move |consumer: Consumer| {
            state.shell.notice.set(format!("{} is saved.", consumer.name));
            close(dialog);
            state.apply_own(Event::Consumer(consumer));
        });
    };
    let no_errors = RwSignal::new(Vec::new());
    view! {
        <Modal heading="Edit consumer" node_ref=dialog on_close=Callback::new(move |()| state.overlay.dialog_closed())>
            <form node_ref=submit.form method="dialog" novalidate=true on:submit=on_submit>
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
                    id_prefix=PREFIX name="callback_urls" label="Callback URLs" value=callback_urls errors lines=true
                    hint="Where users are sent back to, one a line; the first is the one that oob means. Also of an application's own scheme, as in com.example.app:/callback. Empty for any https or http address."
                />
                <Field
                    id_prefix=PREFIX name="rsa_public_key" label="RSA public key" value=rsa_public_key errors lines=true
                    hint="PEM; only for applications that sign with RSA."
                />
                <RightsFields id_prefix=PREFIX trusted may_administer allow_oauth_1_0 wished errors/>
                <Check
                    id_prefix=PREFIX name="sign_everybody_out" label="Sign everybody out" value=sign_everybody_out errors
                    hint="Revokes every token, also without a new secret."
                />
                <p class="advice">"After a change, give the new name and secret to whoever runs the application."</p>
                <div class="foot">
                    <Refusal error=submit.refusal button="Save"/>
                    <div class="buttons">
                        <CancelButton node_ref=dialog/>
                        <WorkButton label="Save" busy=submit.busy/>
                    </div>
                </div>
            </form>
        </Modal>
    }
}
