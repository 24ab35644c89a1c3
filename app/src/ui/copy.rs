//! Puts a text on the clipboard.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlTextAreaElement, js_sys::Reflect};

/// A button that copies a text, and shows for a moment that it has.
#[component]
pub fn CopyButton(
    /// What the button says, and its name.
    label: &'static str,
    /// What to copy; called when the button is pressed.
    #[prop(into)]
    text: Callback<(), String>,
    /// Receives the words about success or failure.
    message: RwSignal<String>,
    /// The id of the element that says what the text belongs to.
    #[prop(optional, into)]
    described_by: Option<String>,
    /// Shows an icon instead of the words.
    #[prop(optional)]
    icon: bool,
    /// Set while there is nothing to copy.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let text = text.run(());
        spawn_local(async move {
            if copy_text(&text, message).await {
                let _ = copied.try_set(true);
                gloo_timers::future::TimeoutFuture::new(1500).await;
                let _ = copied.try_set(false);
            }
        });
    };
    view! {
        <button
            type="button"
            class=if icon { "icon copy" } else { "link copy" }
            class:done=move || copied.get()
            aria-label=icon.then_some(label)
            title=icon.then_some(label)
            aria-describedby=described_by
            disabled=move || disabled.get()
            on:click=copy
        >
            {(!icon).then_some(label)}
        </button>
    }
}

/// Copies a text, and puts into words whether the browser allowed it.
pub async fn copy_text(text: &str, message: RwSignal<String>) -> bool {
    let is_copied = write(text).await;
    let words = if is_copied {
        "Copied to the clipboard."
    } else {
        "The browser did not allow copying. Select the text and copy it by hand."
    };
    message.set(words.to_owned());
    is_copied
}

/// Copies a text; returns false if the browser does not allow it.
async fn write(text: &str) -> bool {
    // Browsers offer the clipboard only in secure contexts: https or localhost.
    let navigator = window().navigator();
    if Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| !clipboard.is_undefined()) {
        return JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok();
    }
    write_by_selection(text).unwrap_or(false)
}

fn write_by_selection(text: &str) -> Option<bool> {
    let area: HtmlTextAreaElement = document().create_element("textarea").ok()?.dyn_into().ok()?;
    area.set_value(text);
    area.set_class_name("off-screen");
    let focused = document().active_element();
    let parent = focused.as_ref().and_then(|element| element.closest("dialog").ok().flatten());
    parent
        .unwrap_or_else(|| document().body().expect("a page has a body").into())
        .append_child(&area)
        .ok()?;
    area.select();
    let command =
        Reflect::get(&document(), &"execCommand".into()).ok()?.dyn_into::<js_sys::Function>().ok()?;
    let copied = command.call1(&document(), &"copy".into()).ok()?.as_bool();
    area.remove();
    if let Some(focused) = focused.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = focused.focus();
    }
    copied
}
