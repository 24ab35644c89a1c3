//! The section **Register consumer**: a plain form, which the page takes over once its wasm runs.

use domain::{Consumer, ConsumerKey, ConsumerName, ConsumerSecret, Event, FieldError, error::FieldErrors};
use leptos::{ev, html, prelude::*, task::spawn_local};

use super::{api, data::Reply, existing_key::ExistingKey, state::PageState};
use crate::{
    console::submit::Submit,
    error::AppError,
    ui::{
        copy::CopyButton,
        dialog::WorkButton,
        dom::typed,
        field::{Field, set_error},
    },
};

/// What is typed into the form, and what is said about it.
#[derive(Clone, Copy)]
struct Form {
    name: RwSignal<String>,
    secret: RwSignal<String>,
    again: RwSignal<String>,
    key: RwSignal<String>,
    hint: RwSignal<Option<String>>,
    submit: Submit,
}

impl Form {
    /// The form as the server rendered it, with what was typed before the page took over.
    fn new(name: String, errors: Vec<FieldError>, problem: Option<String>) -> Self {
        // What is not registered yet has no revision.
        let submit = Submit::new(0);
        submit.errors.set(errors);
        submit.refusal.set(problem.map(AppError::Unavailable));
        Self {
            name: RwSignal::new(typed("name").unwrap_or(name)),
            secret: RwSignal::new(typed("secret").unwrap_or_default()),
            again: RwSignal::new(typed("secret_again").unwrap_or_default()),
            key: RwSignal::new(typed("key").unwrap_or_default()),
            hint: RwSignal::new(None),
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
        ConsumerSecret::parse_twice(&self.secret.get_untracked(), &self.again.get_untracked()).err()
    }

    fn leave_name(self) {
        let name = self.name.get_untracked();
        self.show_error("name", ConsumerName::parse(&name).err().map(|error| error.to_string()));
        self.hint.set(None);
        spawn_local(async move {
            // Without an answer there is just no hint.
            let in_use = api::name_in_use(name.clone()).await.unwrap_or(false);
            if in_use && self.name.get_untracked() == name {
                let words =
                    "Another consumer has this name already, or one that looks like it. That is allowed.";
                self.hint.set(Some(words.to_owned()));
            }
        });
    }

    fn leave_secret(self) {
        let error = self.secret.with_untracked(|secret| ConsumerSecret::parse(secret).err());
        self.show_error("secret", error.map(|error| error.to_string()));
        if !self.again.with_untracked(String::is_empty) {
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

    /// Fills both secret fields; returns whether it could.
    fn generate(self) -> bool {
        let Some(secret) = generate_secret() else {
            let words = "The browser has no safe randomness to make a secret from.";
            self.submit.refusal.set(Some(AppError::Unavailable(words.to_owned())));
            return false;
        };
        self.secret.set(secret.clone());
        self.again.set(secret);
        self.submit.errors.update(|errors| errors.retain(|error| matches!(&*error.field, "name" | "key")));
        true
    }

    fn clear(self) {
        for field in [self.name, self.secret, self.again, self.key] {
            field.set(String::new());
        }
        self.submit.errors.set(Vec::new());
        self.hint.set(None);
    }
}

/// The form, and the message about the consumer that it last registered.
#[component]
pub(super) fn Register(reply: Option<Reply>) -> impl IntoView {
    let state = expect_context::<PageState>();
    let notice = state.shell.notice;
    let (registered, name, errors, problem) = match reply {
        None => Default::default(),
        Some(Reply::Registered(consumer)) => (Some(*consumer), String::new(), Vec::new(), None),
        Some(Reply::Refused { name, errors, problem }) => (None, name, errors, problem),
    };
    let registered = RwSignal::new(registered);
    let form = Form::new(name, errors, problem);
    let submit = form.submit;
    let errors = submit.errors;
    let name_input = NodeRef::<html::Input>::new();

    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        submit.refusal.set(None);
        let send = move |_| {
            registered.set(None);
            api::register(form.name.get_untracked(), form.secret.get_untracked().into(), form.brought_key())
        };
        let done = move |consumer: Consumer| {
            form.clear();
            state.apply_own(Event::Consumer(consumer.clone()));
            registered.set(Some(consumer));
            if let Some(input) = name_input.get_untracked() {
                let _ = input.focus();
            }
        };
        submit.run(|| form.wrong(), send, done);
    };
    let generate = move |_| {
        if form.generate() {
            notice.set("A secret was generated. Copy it now: it is not shown again.".to_owned());
        }
    };
    let idle = move || !state.shell.hydrated.get();
    let nothing_to_copy = Signal::derive(move || idle() || form.secret.with(String::is_empty));
    view! {
        <section class="card register" aria-labelledby="register-consumer">
            <h2 id="register-consumer">"Register consumer"</h2>
            <form
                node_ref=submit.form method="post" action=state.shell.url("/settings/oauth-consumers") novalidate=true
                on:submit=on_submit
            >
                <div class="fields">
                    <Field
                        name="name" label="Consumer name" value=form.name errors hint=form.hint node_ref=name_input
                        on_leave=Callback::new(move |()| form.leave_name())
                    />
                    <Field
                        name="secret" label="Consumer secret" kind="password" autocomplete="new-password" value=form.secret
                        errors on_leave=Callback::new(move |()| form.leave_secret())
                    >
                        <button type="button" class="link" disabled=idle on:click=generate>"Generate"</button>
                    </Field>
                    <Field
                        name="secret_again" label="Re-type consumer secret" kind="password" autocomplete="new-password"
                        value=form.again errors on_leave=Callback::new(move |()| form.leave_again())
                    >
                        <CopyButton
                            label="Copy secret" text=Callback::new(move |()| form.secret.get_untracked())
                            message=notice disabled=nothing_to_copy
                        />
                    </Field>
                    <ExistingKey
                        value=form.key errors
                        on_leave=Callback::new(move |()| set_error(errors, "key", form.wrong_key()))
                    />
                    <WorkButton label="Register" busy=submit.busy/>
                </div>
                <p class="problem" role="alert">
                    {move || submit.refusal.with(|refusal| refusal.as_ref().map(ToString::to_string))}
                </p>
            </form>
            <div class="registered" aria-live="polite">
                {move || registered.get().map(|consumer| view! { <Registered consumer/> })}
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Registered(consumer: Consumer) -> impl IntoView {
    let state = expect_context::<PageState>();
    let key = consumer.key.to_string();
    let copied = key.clone();
    view! {
        <p class="note">
            <strong><bdi>{consumer.name.to_string()}</bdi></strong>
            " is registered. Its consumer key: "
            <code class="key">{key}</code>
            <CopyButton label="Copy consumer key" text=Callback::new(move |()| copied.clone()) message=state.shell.notice/>
            " Approve it below to activate it."
        </p>
    }
}

/// 192 random bits as 32 characters that survive every form, URL and shell.
fn generate_secret() -> Option<String> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bytes = [0; 32];
    window().crypto().ok()?.get_random_values_with_u8_array(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 64)])).collect())
}
