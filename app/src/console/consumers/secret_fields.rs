//! The two fields for a consumer's secret, in the register form and in **Edit consumer**: generated, revealed and copied.

use domain::FieldError;
use leptos::prelude::*;

use super::state::PageState;
use crate::ui::{browser::SCRIPTED, copy::CopyButton, field::Field};

/// The secret, and what is typed to be sure of it.
#[derive(Clone, Copy)]
pub(super) struct SecretPair {
    pub(super) first: RwSignal<String>,
    pub(super) again: RwSignal<String>,
    /// What was generated last.
    generated: StoredValue<String>,
}

impl SecretPair {
    /// Both, with what is typed into them so far.
    pub(super) fn new(first: String, again: String) -> Self {
        Self {
            first: RwSignal::new(first),
            again: RwSignal::new(again),
            generated: StoredValue::new(String::new()),
        }
    }

    pub(super) fn clear(self) {
        self.first.set(String::new());
        self.again.set(String::new());
        self.generated.set_value(String::new());
    }

    /// Whether the secret was generated here and has not been changed by hand.
    pub(super) fn is_generated(self) -> bool {
        self.generated.with_value(|generated| {
            !generated.is_empty() && self.first.with_untracked(|secret| secret == generated)
        })
    }
}

/// Both fields, with **Generate**, **Reveal** and **Copy secret**.
#[component]
pub(super) fn SecretFields(
    /// Keeps apart the ids of two forms of a page.
    #[prop(default = "")]
    id_prefix: &'static str,
    /// What people read.
    labels: [&'static str; 2],
    /// What is typed.
    secrets: SecretPair,
    /// Every error of the form.
    errors: RwSignal<Vec<FieldError>>,
    /// Called when one of them is left, with its name.
    on_leave: Callback<&'static str>,
    /// A remark beside the first.
    #[prop(optional)]
    hint: Option<&'static str>,
) -> impl IntoView {
    let state = expect_context::<PageState>();
    let notice = state.shell.notice;
    let revealed = RwSignal::new(false);
    let nothing_to_copy = Signal::derive(move || !SCRIPTED || secrets.first.with(String::is_empty));
    let generate = move |_| {
        let Some(secret) = generate_secret() else {
            let words = "The browser has no safe randomness to make a secret from.";
            errors.update(|errors| errors.push(FieldError::new("secret", words)));
            return;
        };
        secrets.first.set(secret.clone());
        secrets.again.set(secret.clone());
        secrets.generated.set_value(secret);
        errors.update(|errors| errors.retain(|error| !matches!(&*error.field, "secret" | "secret_again")));
        notice.set("A secret was generated. Copy it, or reveal it, before you go on.".to_owned());
    };
    let reveal = move |_| revealed.update(|revealed| *revealed = !*revealed);
    view! {
        <Field
            id_prefix name="secret" label=labels[0] value=secrets.first revealed errors
            on_leave=Callback::new(move |()| on_leave.run("secret")) hint=hint.map(str::to_owned)
        >
            <span class="inside">
                <button type="button" class="link" aria-pressed=move || revealed.get().to_string() disabled=!SCRIPTED on:click=reveal>"Reveal"</button>
                <button type="button" class="link" disabled=!SCRIPTED on:click=generate>"Generate"</button>
                <CopyButton
                    icon=true label="Copy secret" text=Callback::new(move |()| secrets.first.get_untracked()) message=notice
                    disabled=nothing_to_copy
                />
            </span>
        </Field>
        <Field
            id_prefix name="secret_again" label=labels[1] value=secrets.again revealed errors
            on_leave=Callback::new(move |()| on_leave.run("secret_again"))
        />
    }
    .into_any()
}

/// 192 random bits as 32 characters that survive every form, URL and shell.
fn generate_secret() -> Option<String> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bytes = [0; 32];
    window().crypto().ok()?.get_random_values_with_u8_array(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 64)])).collect())
}
