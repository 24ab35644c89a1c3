//! The section **Register consumer**: a plain form, which the page takes over once its wasm runs.

use domain::{
    Consumer, ConsumerKey, ConsumerName, ConsumerSecret, Event, FieldError, TypedSecret, error::FieldErrors,
};
use leptos::{ev, html, prelude::*};

use super::{
    calls,
    data::Reply,
    existing_key::ExistingKey,
    name_in_use,
    registered::Registered,
    registration::Registration,
    secret_fields::{SecretFields, SecretPair},
    state::PageState,
};
use crate::{
    console::submit::Submit,
    error::AppError,
    ui::{
        dialog::WorkButton,
        dom::typed,
        effect::effect,
        field::{Field, set_error},
    },
};

/// What is typed into the form, and what is said about it.
#[derive(Clone, Copy)]
struct RegisterForm {
    name: RwSignal<String>,
    secrets: SecretPair,
    key: RwSignal<String>,
    hint: RwSignal<Option<String>>,
    submit: Submit,
}

impl RegisterForm {
    /// The form as the server rendered it, with what was typed before the page took over.
    fn new(name: String, in_use: bool, errors: Vec<FieldError>, problem: Option<String>) -> Self {
        // What is not registered yet has no revision.
        let submit = Submit::new(0);
        submit.errors.set(errors);
        submit.refusal.set(problem.map(AppError::Unavailable));
        Self {
            name: RwSignal::new(typed("name").unwrap_or(name)),
            secrets: SecretPair::new(
                typed("secret").unwrap_or_default(),
                typed("secret_again").unwrap_or_default(),
            ),
            key: RwSignal::new(typed("key").unwrap_or_default()),
            hint: RwSignal::new(in_use.then(|| name_in_use::NAME_IN_USE.to_owned())),
            submit,
        }
    }

    /// Everything that is wrong with it, by the same rules as the server's.
    fn wrong(self) -> Vec<FieldError> {
        let mut errors = FieldErrors::default();
        self.name.with_untracked(|name| errors.take("name", ConsumerName::parse(name)));
        let mut errors = errors.into_vec();
        errors.extend(self.wrong_secret());
        errors.extend(self.wrong_key());
        errors
    }

    /// The key that it brings along; empty for a new one.
    fn brought_key(self) -> String {
        self.key.with_untracked(|key| key.trim().to_owned())
    }

    fn wrong_key(self) -> Option<FieldError> {
        let key = self.brought_key();
        let error = key.parse::<ConsumerKey>().err().filter(|_| !key.is_empty())?;
        Some(FieldError::new("key", error.to_string()))
    }

    fn wrong_secret(self) -> Option<FieldError> {
        ConsumerSecret::parse_twice(&self.secrets.first.get_untracked(), &self.secrets.again.get_untracked())
            .err()
    }

    fn leave_name(self) {
        let name = self.name.get_untracked();
        self.show_error("name", ConsumerName::parse(&name).err().map(|error| error.to_string()));
        name_in_use::remark(self.name, None, self.hint);
    }

    fn leave_secret(self) {
        let error = self.secrets.first.with_untracked(|secret| ConsumerSecret::parse(secret).err());
        self.show_error("secret", error.map(|error| error.to_string()));
        if !self.secrets.again.with_untracked(String::is_empty) {
            self.leave_again();
        }
    }

    fn leave_again(self) {
        let error = self.wrong_secret().filter(|error| error.field == "secret_again");
        set_error(self.submit.errors, "secret_again", error);
    }

    fn show_error(self, field: &'static str, words: Option<String>) {
        set_error(self.submit.errors, field, words.map(|words| FieldError::new(field, words)));
    }

    fn clear(self) {
        self.name.set(String::new());
        self.secrets.clear();
        self.key.set(String::new());
        self.submit.errors.set(Vec::new());
        self.hint.set(None);
    }
}

/// The form, and the message about the consumer that it last registered.
#[component]
pub(super) fn Register(reply: Option<Reply>) -> impl IntoView {
    let state = expect_context::<PageState>();
    let (registered, name, in_use, errors, problem) = match reply {
        None => Default::default(),
        Some(Reply::Registered { consumer, name_in_use }) => {
            let registration = Registration {
                consumer: *consumer,
                secret: None,
                is_generated: false,
                name_in_use,
                is_over: false,
            };
            (Some(registration), String::new(), false, Vec::new(), None)
        }
        Some(Reply::Refused { name, name_in_use, errors, problem }) => {
            (None, name, name_in_use, errors, problem)
        }
    };
    state.registered.set(registered);
    let is_wrong = !errors.is_empty() || problem.is_some();
    let form = RegisterForm::new(name, in_use, errors, problem);
    let submit = form.submit;
    let errors = submit.errors;
    let name_input = NodeRef::<html::Input>::new();

    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let secret = TypedSecret::from(form.secrets.first.get_untracked());
        let kept = secret.clone();
        let is_generated = form.secrets.is_generated();
        let send = move |_| {
            // The only copy of a secret stays until the next one is registered.
            let is_kept = |last: &Option<Registration>| last.as_ref().is_some_and(|last| last.is_generated);
            if !state.registered.with_untracked(is_kept) {
                state.registered.set(None);
            }
            calls::register(&form.name.get_untracked(), secret.expose(), &form.brought_key())
        };
        let done = move |consumer: Consumer| {
            let name_in_use = form.hint.with_untracked(Option::is_some);
            form.clear();
            // What was said of the fields is true no more: they are empty.
            state.shell.notice.set(String::new());
            state.apply_own(Event::Consumer(consumer.clone()));
            let (secret, is_over) = (Some(kept), false);
            state.registered.set(Some(Registration { consumer, secret, is_generated, name_in_use, is_over }));
            if let Some(input) = name_input.get_untracked() {
                let _ = input.focus();
            }
        };
        // The form is there for as long as the page.
        submit.run(|| form.wrong(), send, done, || ());
    };
    let leave = Callback::new(move |field| match field {
        "secret" => form.leave_secret(),
        _ => form.leave_again(),
    });
    // Nothing that is wrong is folded away, and the form does not fold while its user mends it.
    let fold = NodeRef::<html::Details>::new();
    let keep_open = move || {
        let wrong = !errors.with(Vec::is_empty) || submit.refusal.with(Option::is_some);
        if let Some(fold) = fold.get_untracked().filter(|_| wrong) {
            let _ = fold.set_attribute("open", "");
        }
    };
    effect(keep_open);
    view! {
        <section class="card register" aria-labelledby="register-consumer" prop:driven=true>
            <h2 id="register-consumer">"Register consumer"</h2>
            // Where the style sheet shows it, on phones, it folds the form; a native one works before the wasm and without.
            <details class="fold" open=is_wrong node_ref=fold on:toggle=move |_| untrack(keep_open)><summary><span class="off-screen">"Fields to register a consumer"</span></summary></details>
            <form
                node_ref=submit.form method="post" action=state.shell.url("/settings/oauth-consumers") novalidate=true
                autocomplete="off" on:submit=on_submit
            >
                <div class="fields">
                    <Field
                        name="name" label="Consumer name" value=form.name errors hint=form.hint node_ref=name_input
                        on_leave=Callback::new(move |()| form.leave_name())
                    />
                    <SecretFields
                        labels=["Consumer secret", "Re-type consumer secret"] secrets=form.secrets errors on_leave=leave
                    />
                    <ExistingKey
                        value=form.key errors
                        on_leave=Callback::new(move |()| set_error(errors, "key", form.wrong_key()))
                    />
                    <WorkButton label="Register" busy=submit.busy/>
                </div>
                <div class="problem" role="alert" translate="no">
                    {move || submit.refusal.get().map(|refusal| view! {
                        <p>{refusal.to_string()}</p>
                        {refusal.may_pass().then(|| view! { <button type="submit" class="btn small">"Try again"</button> })}
                    }.into_any())}
                </div>
            </form>
            <div class="registered" aria-live="polite">{last_registered(state)}</div>
        </section>
    }
    .into_any()
}

/// The message about the consumer that was registered last, drawn again for another one alone.
fn last_registered(state: PageState) -> impl IntoView {
    let key = Memo::new(move |_| state.registered.with(|last| last.as_ref().map(|last| last.consumer.key)));
    move || {
        // Read, not only tracked: a memo that nobody reads follows nothing.
        key.get()?;
        let registration = state.registered.get_untracked()?;
        Some(view! { <Registered registration/> }.into_any())
    }
}
