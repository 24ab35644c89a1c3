//! The section **Register consumer**: a plain form that the server answers, taken over by the page once it runs.

use domain::{Consumer, ConsumerName, ConsumerSecret, Event, FieldError, error::FieldErrors};
use leptos::{ev, html, prelude::*, task::spawn_local};

use super::{api, data::Reply, state::State};
use crate::ui::{
    busy::one_at_a_time,
    copy::CopyButton,
    dialog::WorkButton,
    dom::typed,
    field::{Field, set_error},
};

/// What is typed into the form.
#[derive(Clone, Copy)]
struct Form {
    name: RwSignal<String>,
    secret: RwSignal<String>,
    again: RwSignal<String>,
    errors: RwSignal<Vec<FieldError>>,
}

impl Form {
    /// Everything that is wrong with it, by the same rules that the server goes by.
    fn wrong(self) -> Vec<FieldError> {
        let mut errors = FieldErrors::default();
        self.name.with_untracked(|name| errors.take("name", ConsumerName::parse(name)));
        let mut errors = errors.into_vec();
        errors.extend(self.wrong_secret());
        errors
    }

    fn wrong_secret(self) -> Option<FieldError> {
        ConsumerSecret::parse_twice(&self.secret.get_untracked(), &self.again.get_untracked()).err()
    }

    fn clear(self) {
        for field in [self.name, self.secret, self.again] {
            field.set(String::new());
        }
        self.errors.set(Vec::new());
    }
}

/// The form, and the message about what it last did.
#[component]
pub(super) fn Register(reply: Option<Reply>) -> impl IntoView {
    let state = expect_context::<State>();
    let (registered, name, errors, problem) = match reply {
        None => Default::default(),
        Some(Reply::Registered(consumer)) => (Some(*consumer), String::new(), Vec::new(), None),
        Some(Reply::Refused { name, errors, problem }) => (None, name, errors, problem),
    };
    let registered = RwSignal::new(registered);
    let problem = RwSignal::new(problem);
    let form = Form {
        name: RwSignal::new(typed("name").unwrap_or(name)),
        secret: RwSignal::new(typed("secret").unwrap_or_default()),
        again: RwSignal::new(typed("secret_again").unwrap_or_default()),
        errors: RwSignal::new(errors),
    };
    let hint = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let name_input = NodeRef::<html::Input>::new();

    let leave_name = move |()| {
        let name = form.name.get_untracked();
        let wrong = ConsumerName::parse(&name).err();
        set_error(form.errors, "name", wrong.map(|error| FieldError::new("name", error.to_string())));
        hint.set(None);
        spawn_local(async move {
            // A hint that cannot be had must not disturb the typing.
            let in_use = api::name_in_use(name.clone()).await.unwrap_or(false);
            if in_use && form.name.get_untracked() == name {
                hint.set(Some("Another consumer has this name already. That is allowed.".to_owned()));
            }
        });
    };
    let leave_secret = move |()| {
        let wrong = form.secret.with_untracked(|secret| ConsumerSecret::parse(secret).err());
        set_error(form.errors, "secret", wrong.map(|error| FieldError::new("secret", error.to_string())));
        if !form.again.with_untracked(String::is_empty) {
            set_error(
                form.errors,
                "secret_again",
                form.wrong_secret().filter(|error| error.field == "secret_again"),
            );
        }
    };
    let leave_again = move |()| {
        set_error(
            form.errors,
            "secret_again",
            form.wrong_secret().filter(|error| error.field == "secret_again"),
        );
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        problem.set(None);
        if busy.get_untracked() {
            return;
        }
        form.errors.set(form.wrong());
        if !form.errors.with_untracked(Vec::is_empty) {
            return focus_first_error(form);
        }
        registered.set(None);
        one_at_a_time(busy, async move {
            match api::register(form.name.get_untracked(), form.secret.get_untracked().into()).await {
                Ok(consumer) => {
                    form.clear();
                    hint.set(None);
                    state.apply_own(Event::Consumer(consumer.clone()));
                    registered.set(Some(consumer));
                    if let Some(input) = name_input.get_untracked() {
                        let _ = input.focus();
                    }
                }
                Err(error) if !error.fields().is_empty() => {
                    form.errors.set(error.fields().to_vec());
                    focus_first_error(form);
                }
                Err(error) => problem.set(Some(error.to_string())),
            }
        });
    };
    let generate = move |_| match generate_secret() {
        Some(secret) => {
            form.secret.set(secret.clone());
            form.again.set(secret);
            form.errors.update(|errors| errors.retain(|error| error.field == "name"));
            state.message.set("A secret was generated. Copy it now: it is not shown again.".to_owned());
        }
        None => problem.set(Some("The browser has no safe randomness to make a secret from.".to_owned())),
    };
    let idle = move || !state.hydrated.get();
    let nothing_to_copy = Signal::derive(move || idle() || form.secret.with(String::is_empty));
    view! {
        <section class="card register" aria-labelledby="register-consumer">
            <h2 id="register-consumer">"Register consumer"</h2>
            <form method="post" action=state.url("/settings/oauth-consumers") novalidate=true on:submit=submit>
                <div class="fields">
                    <Field
                        name="name" label="Consumer name" value=form.name errors=form.errors hint=hint node_ref=name_input
                        on_leave=Callback::new(leave_name)
                    />
                    <Field
                        name="secret" label="Consumer secret" kind="password" autocomplete="new-password" value=form.secret
                        errors=form.errors on_leave=Callback::new(leave_secret)
                    >
                        <button type="button" class="link" disabled=idle on:click=generate>"Generate"</button>
                    </Field>
                    <Field
                        name="secret_again" label="Re-type consumer secret" kind="password" autocomplete="new-password"
                        value=form.again errors=form.errors on_leave=Callback::new(leave_again)
                    >
                        <CopyButton
                            label="Copy secret" text=Callback::new(move |()| form.secret.get_untracked())
                            message=state.message disabled=nothing_to_copy
                        />
                    </Field>
                    <WorkButton label="Register" busy/>
                </div>
                <p class="problem" role="alert">{move || problem.get()}</p>
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
    let state = expect_context::<State>();
    let key = consumer.key.to_string();
    let copied = key.clone();
    view! {
        <p class="note">
            <strong><bdi>{consumer.name.to_string()}</bdi></strong>
            " is registered. Its consumer key: "
            <code class="key">{key}</code>
            <CopyButton label="Copy consumer key" text=Callback::new(move |()| copied.clone()) message=state.message/>
            " Approve it below to activate it."
        </p>
    }
}

fn focus_first_error(form: Form) {
    if let Some(field) = form.errors.with_untracked(|errors| errors.first().map(|error| error.field.clone()))
    {
        crate::ui::dom::focus_soon(format!("#{field}"), "#name");
    }
}

/// 192 random bits as 32 characters that survive every form, URL and shell.
fn generate_secret() -> Option<String> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bytes = [0; 32];
    window().crypto().ok()?.get_random_values_with_u8_array(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 64)])).collect())
}
