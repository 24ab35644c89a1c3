//! Direct access to the browser's document.

use js_sys::Number;
use leptos::{
    ev,
    prelude::{document, request_animation_frame, untrack, window},
};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, Event, FocusOptions, HtmlElement, HtmlInputElement, Node};

/// Moves the focus to an element that is looked for once what was changed is on the page.
pub fn focus_soon(find: impl FnOnce() -> Option<HtmlElement> + 'static) {
    request_animation_frame(move || {
        if let Some(element) = find() {
            // An element that cannot take the focus leaves it where it is.
            let _ = element.focus();
        }
    });
}

/// Moves the focus to the first element that matches a selector, without scrolling; returns whether it has the focus now.
pub fn focus_in_place(selector: &str) -> bool {
    find(selector).is_some_and(|element| take_focus(&element))
}

/// The same inside another element.
pub fn focus_first(element: &Element, selector: &str) -> bool {
    find_in(element, selector).is_some_and(|element| take_focus(&element))
}

/// Moves the focus to an element, without scrolling; returns whether it has it now: none that is hidden or disabled takes it.
pub fn take_focus(element: &HtmlElement) -> bool {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    // What listens to the focus may read signals.
    let _ = untrack(|| element.focus_with_options(&options));
    has_focus(element)
}

/// Whether the focus is on an element or inside it.
pub fn has_focus(element: &Element) -> bool {
    document().active_element().is_some_and(|active| element.contains(Some(&active)))
}

/// Whether what had the focus is gone.
pub fn is_focus_lost() -> bool {
    document().active_element().is_none_or(|active| active.tag_name() == "BODY")
}

/// What was typed into a field before the page took over.
pub fn typed(id: &str) -> Option<String> {
    // The server has no document to look in.
    cfg!(feature = "browser")
        .then(|| find(&format!("#{id}"))?.dyn_into::<HtmlInputElement>().ok())
        .flatten()
        .map(|input| input.value())
}

/// The element on which something happened.
pub fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// Whether a key is held with a click: the browser then follows a link itself, into another tab or window.
pub fn is_modified(click: &ev::MouseEvent) -> bool {
    click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key()
}

/// Marks the document with an attribute, or takes it away. Style sheets look there for what concerns the whole page: for
/// `:has()`, browsers would look through all rows whenever one of them comes or goes.
pub fn mark_document(attribute: &str, is_set: bool) {
    if let Some(root) = document().document_element() {
        let _ = root.toggle_attribute_with_force(attribute, is_set);
    }
}

/// Tells the script of the document that nothing here can be relied on any more.
pub fn page_failed() {
    dispatch("page-failed");
}

/// Tells the script of the bar that HTML of the server's was put into the document, whose times it has to bring here.
pub fn html_is_here() {
    dispatch("page-html");
}

fn dispatch(name: &str) {
    if let Ok(event) = Event::new(name) {
        let _ = window().dispatch_event(&event);
    }
}

/// Shows other words in an element that holds nothing but text. Its text node stays, which spares the browser most of the
/// work; but where a translator or a highlighter has put something else in its place, all of that goes.
pub fn set_text(element: &Element, words: &str) {
    let is_alone = |node: &Node| node.node_type() == Node::TEXT_NODE && node.next_sibling().is_none();
    match element.first_child().filter(is_alone) {
        Some(text) if text.node_value().as_deref() == Some(words) => {}
        Some(text) => text.set_node_value(Some(words)),
        None => element.set_text_content(Some(words)),
    }
}

/// A length for a style. JavaScript prints it: Rust's printing of floats would add 13 kB to the module.
pub fn pixels(length: f64) -> String {
    Number::from(length).to_string_with_radix(10).map(String::from).unwrap_or_default() + "px"
}

/// How wide and high the window is inside, in pixels.
pub fn window_size() -> (f64, f64) {
    let size = |value: Result<JsValue, _>| value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0);
    (size(window().inner_width()), size(window().inner_height()))
}

/// The first element that matches a selector.
pub fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// The first element inside another that matches a selector.
pub fn find_in(element: &Element, selector: &str) -> Option<HtmlElement> {
    element.query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// All elements inside another that match a selector.
pub fn all(element: &Element, selector: &str) -> Vec<Element> {
    let Ok(found) = element.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}
