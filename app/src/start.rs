//! Starts a page in the browser: made from its data, in place of what the server rendered. Nothing of the document is
//! relied on but where the page stands, so that what extensions and translators put into it does no harm.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, Event, FocusOptions, HtmlElement, HtmlInputElement};

use crate::{
    console::consumers::{data::PageData, page::ConsumersPage},
    json,
    ui::dom,
};

/// Where the page stands, and its data; `document.rs` makes both.
const PAGE: &str = "page";
const DATA: &str = "#page-data";

/// What can have the focus.
const FOCUSABLE: &str = "a, button, input, select, summary, textarea";

/// Makes the page and puts it in its place, with what its user has done to the one from the server.
pub fn start() {
    let data =
        dom::find(DATA).and_then(|data| data.text_content()).expect("the document has the page's data");
    let data: PageData = json::parse(&data).expect("the server wrote the page's data");
    let rendered = document().get_element_by_id(PAGE).expect("the document has a place for the page");
    let page: HtmlElement = document()
        .create_element("div")
        .expect("a document can make an element")
        .dyn_into()
        .expect("it is HTML's");
    page.set_id(PAGE);
    mount_to(page.clone(), move || view! { <ConsumersPage data/> }).forget();
    let used = Used::of(&rendered);
    rendered.replace_with_with_node_1(&page).expect("one element can stand for another");
    used.repeat(&page);
}

/// Tells the script of the document that nothing here can be relied on any more.
pub fn page_failed() {
    if let Ok(event) = Event::new("page-failed") {
        let _ = window().dispatch_event(&event);
    }
}

/// What a page's user has done to it besides typing, which the form reads itself.
struct Used {
    /// Which of the elements that can have the focus has it.
    focus: Option<Focused>,
    /// Which of the disclosures are open.
    open: Vec<usize>,
}

struct Focused {
    /// Its id; extensions may have put in elements that count as well.
    id: String,
    at: usize,
    /// What of its text is selected.
    selection: Option<(u32, u32)>,
}

impl Used {
    fn of(page: &Element) -> Self {
        let active = document().active_element();
        let is_active = |element: &Element| active.as_ref() == Some(element);
        let focusable = all(page, FOCUSABLE);
        let at = focusable.iter().position(is_active);
        let focus = at.map(|at| Focused { id: focusable[at].id(), at, selection: selection(&focusable[at]) });
        let details = all(page, "details").into_iter().enumerate();
        let open = details.filter(|(_, details)| details.has_attribute("open")).map(|(at, _)| at).collect();
        Self { focus, open }
    }

    fn repeat(self, page: &Element) {
        let details = all(page, "details");
        for details in self.open.into_iter().filter_map(|at| details.get(at)) {
            let _ = details.set_attribute("open", "");
        }
        let Some(Focused { id, at, selection }) = self.focus else { return };
        let focusable = all(page, FOCUSABLE);
        let by_id = focusable.iter().find(|element| !id.is_empty() && element.id() == id);
        let element = by_id.or_else(|| focusable.get(at).filter(|_| id.is_empty()));
        let Some(element) = element.and_then(|element| element.dyn_ref::<HtmlElement>()) else { return };
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        // An element that cannot take the focus leaves it where it is.
        let _ = element.focus_with_options(&options);
        if let (Some(input), Some((from, to))) = (element.dyn_ref::<HtmlInputElement>(), selection) {
            let _ = input.set_selection_range(from, to);
        }
    }
}

fn selection(element: &Element) -> Option<(u32, u32)> {
    let input: &HtmlInputElement = element.dyn_ref()?;
    Some((input.selection_start().ok()??, input.selection_end().ok()??))
}

fn all(page: &Element, selector: &str) -> Vec<Element> {
    let Ok(found) = page.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}
