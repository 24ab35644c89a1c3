//! The few things asked of the browser itself.

use leptos::prelude::{document, request_animation_frame};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, HtmlInputElement};

/// Moves the focus to the first element that a selector finds, else to the second's, once what was changed is on the page.
pub fn focus_soon(selector: String, or_else: &'static str) {
    request_animation_frame(move || {
        if let Some(element) = find(&selector).or_else(|| find(or_else)) {
            // An element that cannot take the focus leaves it where it is.
            let _ = element.focus();
        }
    });
}

/// What is typed into a field already, before the page takes over.
pub fn typed(id: &str) -> Option<String> {
    // Only a browser has a page; the server renders one.
    cfg!(feature = "hydrate")
        .then(|| find(&format!("#{id}"))?.dyn_into::<HtmlInputElement>().ok())
        .flatten()
        .map(|input| input.value())
}

/// The first element that a selector finds.
pub fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}
