//! A labelled input that says what is wrong with it.

use domain::FieldError;
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast as _;

use super::{
    effect::effect,
    press::{after_press, is_down},
};

/// One input, its label, and the error beside it.
#[component]
pub fn Field(
    /// The input's name on the wire; with `id_prefix`, its id as well.
    name: &'static str,
    /// What people read.
    label: &'static str,
    /// What is typed.
    value: RwSignal<String>,
    /// Every error of the form; this field shows its own.
    errors: RwSignal<Vec<FieldError>>,
    /// Keeps apart the ids of fields of the same name in two forms of a page.
    #[prop(default = "")]
    id_prefix: &'static str,
    /// The input's type.
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// For a secret that is no password, and that browsers must not keep as one: masked until this is true. It never holds
    /// the text as an attribute.
    #[prop(optional)]
    revealed: Option<RwSignal<bool>>,
    /// Shown, but not to be changed.
    #[prop(optional)]
    read_only: bool,
    /// Several lines.
    #[prop(optional)]
    lines: bool,
    /// A remark, shown while there is not an error.
    #[prop(optional, into)]
    hint: MaybeProp<String>,
    /// Called when the field is left after something was typed.
    #[prop(optional, into)]
    on_leave: Option<Callback<()>>,
    /// The input element, for moving the focus there.
    #[prop(optional)]
    node_ref: NodeRef<html::Input>,
    /// Buttons that belong to the field.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let id = format!("{id_prefix}{name}");
    let (error_id, hint_id) = (format!("{id}-error"), format!("{id}-hint"));
    let error = error_of(name, errors);
    let described = id.clone();
    let described_by = move |is_wrong| {
        let by = if is_wrong { Some("error") } else { hint.get().map(|_| "hint") };
        by.map(|by| format!("{described}-{by}"))
    };
    // What was typed last, if anything was: an untouched field is not complained about.
    let last_typed = StoredValue::new(None::<String>);
    let check = move || {
        // Removing a focused input fires `blur`, after its signals are gone.
        let touched = last_typed.try_get_value().flatten().is_some();
        if let Some(on_leave) = on_leave.filter(|_| touched) {
            on_leave.run(());
        }
    };
    let leave = move |event: ev::FocusEvent| {
        // A press that submits checks anyway; the keyboard only comes to the button.
        let to = event.related_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let submits = is_down() && to.is_some_and(|to| to.matches("button[type=submit]").unwrap_or(false));
        if !submits {
            after_press(check);
        }
    };
    let typed = move |text: String| {
        last_typed.set_value(Some(text.clone()));
        value.set(text);
        if error.with_untracked(Option::is_some) {
            check();
        }
    };
    // Set by the program (a form that was saved): the field is untouched again.
    effect(move || {
        let by_hand = value.with(|value| last_typed.with_value(|typed| typed.as_ref() == Some(value)));
        if !by_hand {
            last_typed.set_value(None);
        }
    });
    let input = if lines {
        view! {
            <textarea
                id=id.clone() name=name rows="3" spellcheck="false" autocomplete=autocomplete
                aria-invalid=move || invalid(error) aria-describedby=move || described_by(error.with(Option::is_some))
                prop:value=value on:input=move |event| typed(event_target_value(&event)) on:blur=leave
            ></textarea>
        }
        .into_any()
    } else {
        // The attribute is for a page without scripts; it never holds a secret.
        let is_secret = revealed.is_some();
        let attribute = (kind != "password" && !is_secret).then(|| value.get_untracked());
        view! {
            <input
                node_ref=node_ref id=id.clone() name=name type=kind autocomplete=autocomplete readonly=read_only value=attribute
                class:masked=move || revealed.is_some_and(|revealed| !revealed.get()) autocapitalize=is_secret.then_some("none")
                spellcheck="false" aria-invalid=move || invalid(error) aria-describedby=move || described_by(error.with(Option::is_some))
                prop:value=value on:input=move |event| typed(event_target_value(&event)) on:blur=leave
            />
        }
        .into_any()
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="with">{input} {children.map(|children| children())}</div>
            // Words that change would not change in a translator's copy.
            <p class="err" id=error_id translate="no">{move || error.get().map(IntoAny::into_any)}</p>
            <p class="hint" id=hint_id>{move || hint.get().filter(|_| error.with(Option::is_none)).map(IntoAny::into_any)}</p>
        </div>
    }
    .into_any()
}

/// The error of one field among all of a form.
pub(super) fn error_of(name: &'static str, errors: RwSignal<Vec<FieldError>>) -> Memo<Option<String>> {
    Memo::new(move |_| {
        errors
            .with(|errors| errors.iter().find(|error| error.field == name).map(|error| error.detail.clone()))
    })
}

/// The attribute `aria-invalid`.
pub(super) fn invalid(error: Memo<Option<String>>) -> Option<&'static str> {
    error.with(Option::is_some).then_some("true")
}

/// Replaces one field's error, or clears it.
pub fn set_error(errors: RwSignal<Vec<FieldError>>, field: &str, error: Option<FieldError>) {
    errors.update(|errors| {
        errors.retain(|other| other.field != field);
        errors.extend(error);
    });
}
