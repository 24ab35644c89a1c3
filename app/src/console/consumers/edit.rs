//! The dialog **Edit consumer**. What it shows when Save is pressed is what is saved; where another administrator was
//! faster, it shows their values in the fields that its user has not changed.

use std::sync::Arc;

use domain::{Consumer, ConsumerKey, ConsumerName, ConsumerSecret, Event, FieldError, error::FieldErrors};
use leptos::{ev, html, prelude::*};

use super::{
    both_changed::{BothChanged, Questions, bring_up_to_date},
    calls,
    closed::Asked,
    rights::RightsFields,
    secret_fields::{SecretFields, SecretPair},
    state::PageState,
};
use crate::{
    console::{refusal::Refusal, request::Pending, submit::Submit},
    error::AppError,
    ui::{
        check::Check,
        dialog::{CancelButton, Modal, WorkButton, close},
        effect::effect,
        field::{Field, set_error},
    },
};

/// Keeps this form's ids apart from those of the register form, which is on the page as well.
const PREFIX: &str = "edit-";

/// What the form shows of a consumer, as its fields have it.
#[derive(Clone)]
struct Fields {
    name: String,
    callback_urls: String,
    rsa_public_key: String,
    trusted: bool,
    may_administer: bool,
    allow_oauth_1_0: bool,
}

impl Fields {
    fn of(consumer: &Consumer) -> Self {
        Self {
            name: consumer.name.as_str().to_owned(),
            callback_urls: consumer.callbacks().collect::<Vec<_>>().join("\n"),
            rsa_public_key: consumer.rsa_public_key.clone().unwrap_or_default(),
            trusted: consumer.trusted,
            may_administer: consumer.may_administer,
            allow_oauth_1_0: consumer.allow_oauth_1_0,
        }
    }
}

/// What is typed into the form.
#[derive(Clone, Copy)]
struct Form {
    name: RwSignal<String>,
    secrets: SecretPair,
    callback_urls: RwSignal<String>,
    rsa_public_key: RwSignal<String>,
    trusted: RwSignal<bool>,
    may_administer: RwSignal<bool>,
    allow_oauth_1_0: RwSignal<bool>,
    sign_everybody_out: RwSignal<bool>,
}

impl Form {
    fn new(shown: &Fields) -> Self {
        Self {
            name: RwSignal::new(shown.name.clone()),
            secrets: SecretPair::new(String::new(), String::new()),
            callback_urls: RwSignal::new(shown.callback_urls.clone()),
            rsa_public_key: RwSignal::new(shown.rsa_public_key.clone()),
            trusted: RwSignal::new(shown.trusted),
            may_administer: RwSignal::new(shown.may_administer),
            allow_oauth_1_0: RwSignal::new(shown.allow_oauth_1_0),
            sign_everybody_out: RwSignal::new(false),
        }
    }

    fn wrong(self) -> Vec<FieldError> {
        let mut errors = FieldErrors::default();
        self.name.with_untracked(|name| errors.take("name", ConsumerName::parse(name)));
        let mut errors = errors.into_vec();
        let (secret, again) = (self.secrets.first.get_untracked(), self.secrets.again.get_untracked());
        if !(secret.is_empty() && again.is_empty()) {
            errors.extend(ConsumerSecret::parse_twice(&secret, &again).err());
        }
        errors
    }

    fn send(self, key: ConsumerKey, revision: i64) -> Pending<Consumer> {
        calls::edit(&[
            ("key", &key),
            ("revision", &revision),
            ("name", &self.name.get_untracked()),
            ("secret", &self.secrets.first.get_untracked()),
            ("callback_urls", &self.callback_urls.get_untracked()),
            ("rsa_public_key", &self.rsa_public_key.get_untracked()),
            ("trusted", &self.trusted.get_untracked()),
            ("may_administer", &self.may_administer.get_untracked()),
            ("allow_oauth_1_0", &self.allow_oauth_1_0.get_untracked()),
            ("sign_everybody_out", &self.sign_everybody_out.get_untracked()),
        ])
    }

    /// After another administrator was faster: pressing **Save** once more saves what this form's user has changed, and
    /// nothing else. Returns what both have changed.
    fn bring_up_to_date(self, was: &Fields, now: Fields) -> Vec<BothChanged> {
        let administer = "May administer Latchkey";
        let both = [
            bring_up_to_date("Consumer name", self.name, &was.name, now.name),
            bring_up_to_date("Callback URLs", self.callback_urls, &was.callback_urls, now.callback_urls),
            bring_up_to_date("RSA public key", self.rsa_public_key, &was.rsa_public_key, now.rsa_public_key),
            bring_up_to_date("Trusted", self.trusted, &was.trusted, now.trusted),
            bring_up_to_date(administer, self.may_administer, &was.may_administer, now.may_administer),
            bring_up_to_date(
                "Allow OAuth 1.0",
                self.allow_oauth_1_0,
                &was.allow_oauth_1_0,
                now.allow_oauth_1_0,
            ),
        ];
        both.into_iter().flatten().collect()
    }
}

/// Name, secret, callbacks, RSA key, rights and Sign everybody out of one consumer.
#[component]
pub(super) fn EditDialog(consumer: Arc<Consumer>) -> impl IntoView {
    let state = expect_context::<PageState>();
    let dialog = NodeRef::<html::Dialog>::new();
    let consumer = Arc::unwrap_or_clone(consumer);
    let submit = Submit::new(consumer.revision);
    let errors = submit.errors;
    let key = consumer.key;
    let shown = Fields::of(&consumer);
    let form = Form::new(&shown);
    let shown_key = RwSignal::new(key.to_string());
    let wished = consumer.trusted_wished && !consumer.trusted;
    let asked = Asked { key, name: consumer.name.to_string(), revision: consumer.revision, decision: None };
    let before = StoredValue::new(shown);
    let both = RwSignal::new(Vec::new());
    effect(move || {
        if let Some(AppError::Conflict(conflict)) = submit.refusal.get() {
            let now = Fields::of(&conflict.current);
            both.set(form.bring_up_to_date(&before.get_value(), now.clone()));
            before.set_value(now);
        }
    });
    // On leaving a field, only its own error is shown.
    let leave = Callback::new(move |field: &'static str| {
        let error = form.wrong().into_iter().find(|error| error.field == field);
        set_error(errors, field, error);
    });
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let done = move |consumer: Consumer| {
            state.shell.notice.set(format!("{} is saved.", consumer.name));
            close(dialog);
            state.apply_own(Event::Consumer(consumer));
        };
        let asked = asked.clone();
        let send = move |revision| form.send(key, revision);
        submit.run(|| form.wrong(), send, done, move || asked.find_out(state));
    };
    let no_errors = RwSignal::new(Vec::new());
    view! {
        <Modal heading="Edit consumer" node_ref=dialog on_close=Callback::new(move |()| state.overlay.dialog_closed())>
            <form node_ref=submit.form method="dialog" novalidate=true on:submit=on_submit>
                <Field
                    id_prefix=PREFIX name="name" label="Consumer name" value=form.name errors
                    on_leave=Callback::new(move |()| leave.run("name"))
                />
                <Field id_prefix=PREFIX name="key" label="Consumer key" value=shown_key errors=no_errors read_only=true/>
                <SecretFields
                    id_prefix=PREFIX labels=["New consumer secret", "Re-type new consumer secret"] secrets=form.secrets errors
                    on_leave=leave hint="Leave empty to keep the old one."
                />
                <Field
                    id_prefix=PREFIX name="callback_urls" label="Callback URLs" value=form.callback_urls errors lines=true
                    hint="Where users are sent back to, one a line; the first is the one that oob means. Also of an application's own scheme, as in com.example.app:/callback. Empty for any https or http address."
                />
                <Field
                    id_prefix=PREFIX name="rsa_public_key" label="RSA public key" value=form.rsa_public_key errors lines=true
                    hint="PEM; only for applications that sign with RSA."
                />
                <RightsFields
                    id_prefix=PREFIX trusted=form.trusted may_administer=form.may_administer
                    allow_oauth_1_0=form.allow_oauth_1_0 wished errors
                />
                <Check
                    id_prefix=PREFIX name="sign_everybody_out" label="Sign everybody out" value=form.sign_everybody_out errors
                    hint="Revokes every token, also without a new secret."
                />
                <p class="advice">"After a change, give the new name and secret to whoever runs the application."</p>
                <div class="foot">
                    <Refusal error=submit.refusal button="Save"/>
                    <Questions both/>
                    <div class="buttons">
                        <CancelButton node_ref=dialog/>
                        <WorkButton label="Save" busy=submit.busy/>
                    </div>
                </div>
            </form>
        </Modal>
    }
}
