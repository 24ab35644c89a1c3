//! A labelled checkbox that says what it brings, and what is wrong with it.

use domain::FieldError;
use leptos::prelude::*;

use super::field::{error_of, invalid};

/// One checkbox, its label, its consequence in words, and the error beside it.
#[component]
pub fn Check(
    /// The input's name on the wire; with `id_prefix`, its id as well.
    name: &'static str,
    /// What people read.
    label: &'static str,
    /// Whether it is ticked.
    value: RwSignal<bool>,
    /// The consequence, in words.
    hint: &'static str,
    /// Every error of the form; this checkbox shows its own.
    errors: RwSignal<Vec<FieldError>>,
    /// Keeps apart the ids of checkboxes of the same name in two forms of a page.
    #[prop(default = "")]
    id_prefix: &'static str,
) -> impl IntoView {
    let id = format!("{id_prefix}{name}");
    let (error_id, hint_id) = (format!("{id}-error"), format!("{id}-hint"));
    let error = error_of(name, errors);
    let described = id.clone();
    let described_by = move |is_wrong| {
        if is_wrong { format!("{described}-error {described}-hint") } else { format!("{described}-hint") }
    };
    view! {
        <div class="check">
            <input
                id=id.clone() name=name type="checkbox" prop:checked=value aria-invalid=move || invalid(error)
                aria-describedby=move || Some(described_by(error.with(Option::is_some)))
                on:change=move |event| value.set(event_target_checked(&event))
            />
            <label for=id>{label}</label>
            <span class="hint" id=hint_id>{hint}</span>
            <p class="err" id=error_id translate="no">{move || error.get().map(IntoAny::into_any)}</p>
        </div>
    }
    .into_any()
}
