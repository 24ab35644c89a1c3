//! The part **Use an existing key** of the register form: an application that moves here brings its consumer key along.

use domain::FieldError;
use leptos::prelude::*;

use crate::ui::{effect::effect, field::Field};

/// A disclosure with the field. It opens by itself while the field has an error, and works without scripts.
#[component]
pub(super) fn ExistingKey(
    value: RwSignal<String>,
    errors: RwSignal<Vec<FieldError>>,
    on_leave: Callback<()>,
) -> impl IntoView {
    let is_wrong = |errors: &Vec<FieldError>| errors.iter().any(|error| error.field == "key");
    let open = RwSignal::new(errors.with_untracked(is_wrong));
    effect(move || {
        if errors.with(is_wrong) {
            open.set(true);
        }
    });
    // People open and close it as well.
    let toggled = move |event: web_sys::Event| {
        let is_open = event_target::<web_sys::Element>(&event).has_attribute("open");
        if open.get_untracked() != is_open {
            open.set(is_open);
        }
    };
    view! {
        <details class="existing-key" open=move || open.get() on:toggle=toggled>
            <summary>"Use an existing key"</summary>
            <Field
                name="key" label="Consumer key" value errors on_leave
                hint="The key that the application has on another server. Leave it empty for a new one."
            />
        </details>
    }
    .into_any()
}
