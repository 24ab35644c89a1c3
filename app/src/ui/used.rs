//! What a user has done to a part of the page, so that it can be repeated where the part is replaced: focus, selection, open
//! disclosures and menus.

use leptos::prelude::{document, untrack};
use wasm_bindgen::JsCast as _;
use web_sys::{Element, FocusOptions, HtmlElement, HtmlInputElement};

use super::dom;

/// What can have the focus.
const FOCUSABLE: &str = "a, button, input, select, summary, textarea, [tabindex]";

/// What a user has done to a part of a page besides typing, which forms read themselves.
pub struct Used {
    /// Which of the elements that can have the focus has it.
    focus: Option<Focused>,
    /// Which of the disclosures are open.
    open: Vec<usize>,
    /// The id of the menu, or of another popover, that is open.
    popover: Option<String>,
}

struct Focused {
    /// Its id; extensions may have put in elements that count as well.
    id: String,
    at: usize,
    /// What of its text is selected.
    selection: Option<(u32, u32)>,
}

impl Used {
    /// What was done to this part.
    pub fn of(page: &Element) -> Self {
        let active = document().active_element();
        let is_active = |element: &Element| active.as_ref() == Some(element);
        let focusable = dom::all(page, FOCUSABLE);
        let at = focusable.iter().position(is_active);
        let focus = at.map(|at| Focused { id: focusable[at].id(), at, selection: selection(&focusable[at]) });
        let details = dom::all(page, "details").into_iter().enumerate();
        let open = details.filter(|(_, details)| details.has_attribute("open")).map(|(at, _)| at).collect();
        let popover = dom::find_in(page, ":popover-open").map(|popover| popover.id());
        Self { focus, open, popover }
    }

    /// Whether something in it had the focus.
    pub const fn had_focus(&self) -> bool {
        self.focus.is_some()
    }

    /// Does the same to what stands in its place, as far as that has it.
    pub fn repeat(self, page: &Element) {
        let details = dom::all(page, "details");
        for details in self.open.into_iter().filter_map(|at| details.get(at)) {
            let _ = details.set_attribute("open", "");
        }
        let opener = self.popover.filter(|id| !id.is_empty());
        let opener = opener.and_then(|id| dom::find_in(page, &format!("[popovertarget={id}]")));
        if let Some(opener) = opener.and_then(|opener| opener.dyn_into::<HtmlElement>().ok()) {
            // By its button, beside which it stands: shown by itself it has no place.
            untrack(|| opener.click());
        }
        let Some(Focused { id, at, selection }) = self.focus else { return };
        let focusable = dom::all(page, FOCUSABLE);
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
