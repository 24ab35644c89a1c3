//! A modal dialog: the browser's own, which keeps the focus inside, closes on Escape and returns the focus.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

use super::{dom, effect::effect};

/// The id of the heading that names the open dialog; there is never more than one.
const HEADING: &str = "dialog-heading";

/// What Tab may stop at.
const STOPS: &str = "a[href], button, input, select, summary, textarea, [tabindex]";

/// A modal dialog, open for as long as it is on the page.
#[component]
pub fn Modal(
    /// Its heading and accessible name.
    heading: &'static str,
    /// For closing it from inside; the browser then fires `close`, as it does on Escape.
    node_ref: NodeRef<html::Dialog>,
    /// Called once it has closed.
    #[prop(into)]
    on_close: Callback<()>,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    effect(move || {
        if let Some(dialog) = node_ref.get().filter(|dialog| !dialog.open()) {
            // Untracked: the focus moves at once, and what listens to that may read signals. Fails only if the dialog is
            // open already or not on the page.
            let _ = untrack(|| dialog.show_modal());
        }
    });
    let tab = move |event: ev::KeyboardEvent| {
        if let Some(dialog) = node_ref.get_untracked() {
            go_round(&dialog, &event);
        }
    };
    view! {
        <dialog node_ref=node_ref aria-labelledby=HEADING on:close=move |_| on_close.run(()) on:keydown=tab>
            <h2 id=HEADING>{heading}</h2>
            {children()}
        </dialog>
    }
}

/// Leads Tab from the last control of a dialog to the first, and back: browsers go by their own bar, and for that step nothing on
/// the page has the focus.
fn go_round(dialog: &Element, event: &ev::KeyboardEvent) {
    let is_held = event.ctrl_key() || event.alt_key() || event.meta_key();
    if event.key() != "Tab" || is_held || event.default_prevented() {
        return;
    }
    let stops = dom::all(dialog, STOPS).into_iter().filter_map(|stop| stop.dyn_into::<HtmlElement>().ok());
    let stops: Vec<_> = stops.filter(is_stop).collect();
    let (Some(first), Some(last)) = (stops.first(), stops.last()) else { return };
    let active = document().active_element();
    let has_focus = |element: &Element| active.as_ref() == Some(element);
    let to = if event.shift_key() {
        (has_focus(first) || has_focus(dialog)).then_some(last)
    } else {
        has_focus(last).then_some(first)
    };
    if let Some(to) = to {
        event.prevent_default();
        // What listens to the focus may read signals.
        let _ = untrack(|| to.focus());
    }
}

fn is_stop(element: &HtmlElement) -> bool {
    let is_disabled = element.matches(":disabled").unwrap_or(false);
    element.tab_index() >= 0 && element.offset_width() > 0 && !is_disabled
}

/// The button that submits a form: it shows that work is under way, and keeps its name meanwhile.
#[component]
pub fn WorkButton(
    /// What the button says.
    label: &'static str,
    /// Whether the work is under way.
    busy: RwSignal<bool>,
    /// `primary` or `danger`.
    #[prop(default = "primary")]
    look: &'static str,
    /// Whether something is missing before it can be pressed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <button
            type="submit"
            class=format!("btn {look}")
            disabled=disabled
            aria-busy=move || busy.get().then_some("true")
            aria-disabled=move || busy.get().then_some("true")
        >
            {label}
        </button>
    }
}

/// Closes the dialog without submitting.
#[component]
pub fn CancelButton(
    /// The dialog to close.
    node_ref: NodeRef<html::Dialog>,
    /// Whether it has the focus when the dialog opens, so that Enter, pressed once too often, does nothing.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let cancel = move |_| close(node_ref);
    view! { <button type="button" class="btn" autofocus=autofocus on:click=cancel>"Cancel"</button> }
}

/// Closes a dialog that is open; the focus goes back to where it was.
pub fn close(node_ref: NodeRef<html::Dialog>) {
    if let Some(Some(dialog)) = node_ref.try_get_untracked() {
        dialog.close();
    }
}
