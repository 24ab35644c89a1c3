//! Where a message stands that is about one row: in the row, where there is room between its status and its buttons; else right
//! below or above it; else where the style sheet puts it, at the foot of the window. Tab leads to it from the row's button.

use leptos::{ev, prelude::*};
use web_sys::{Element, HtmlElement};

use super::dom::{self, pixels};

/// Between the message and what it must not cover, in pixels.
const GAP: f64 = 8.0;

/// The least width of a message in its row, in pixels: about thirty letters, **Undo** and **Close**.
const LEAST: f64 = 270.0;

/// What stands at the foot of the window, over the rows.
const STAY_AT_FOOT: [&str; 2] = ["section.many", ".advice-band:not(:empty)"];

/// A row that a message may be about, by selectors.
#[derive(Clone, Debug)]
pub struct Row {
    /// The row itself.
    pub itself: String,
    /// The cell in it that the message stands behind.
    pub status: &'static str,
    /// The cell in it that the message ends before.
    pub buttons: &'static str,
    /// The button in it from which Tab leads to the message.
    pub button: &'static str,
}

/// From where to where something reaches, in pixels of the window.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Reach {
    from: f64,
    to: f64,
}

impl Reach {
    fn size(self) -> f64 {
        self.to - self.from
    }
}

/// How wide a message may be, and whether it stands in the row: where there is room behind the status.
fn width(status_ends: f64, row_begins: f64, buttons_begin: f64) -> (f64, bool) {
    let behind = buttons_begin - status_ends - 2.0 * GAP;
    if behind >= LEAST { (behind, true) } else { (buttons_begin - row_begins.max(0.0) - 2.0 * GAP, false) }
}

/// The upper edge of a message of this height; `None` where what is seen has no room for it at the row.
fn top(row: Reach, height: f64, is_inside: bool, seen: Reach) -> Option<f64> {
    let fits = |top: f64| top >= seen.from && top + height <= seen.to;
    let inside = row.from + (row.size() - height) / 2.0;
    // Higher than two rows it would be about its neighbours as well.
    if is_inside && height <= 2.0 * row.size() {
        return Some(inside.clamp(seen.from, (seen.to - height).max(seen.from)));
    }
    [row.to + GAP / 2.0, row.from - height - GAP / 2.0].into_iter().find(|top| fits(*top))
}

impl Row {
    /// The row, where it is on the page.
    pub fn find(&self) -> Option<HtmlElement> {
        dom::find(&self.itself)
    }

    /// A selector of its button.
    fn its_button(&self) -> String {
        format!("{} {}", self.itself, self.button)
    }

    /// Puts the message beside the row, or back to the foot where the row is not in sight.
    pub fn put(&self, message: &HtmlElement) {
        if self.try_put(message).is_none() {
            put_back(message);
        }
    }

    fn try_put(&self, message: &HtmlElement) -> Option<()> {
        let row = self.find()?;
        let (status, buttons) = (dom::find_in(&row, self.status)?, dom::find_in(&row, self.buttons)?);
        let seen = seen();
        if !is_seen(&status, seen) {
            return None;
        }
        let (row, status) = (row.get_bounding_client_rect(), status.get_bounding_client_rect());
        let buttons = buttons.get_bounding_client_rect();
        let (widest, is_inside) = width(status.right(), row.left(), buttons.left());
        let style = message.style();
        let set = |name, length| style.set_property(name, &pixels(length)).ok();
        message.set_class_name("message beside");
        set("max-width", widest)?;
        // Where it stood before leaves less room to its right than it may take.
        set("left", 0.0)?;
        let own = message.get_bounding_client_rect();
        let row = Reach { from: row.top(), to: row.bottom() };
        set("top", top(row, own.height(), is_inside, seen)?)?;
        set("left", (buttons.left() - GAP - own.width()).max(GAP))
    }

    /// Leads Tab from the row's button into the message, and where it was `entered` from there, back or on to the next row, as if
    /// it stood in the row.
    pub fn lead(&self, message: &HtmlElement, event: &ev::KeyboardEvent, entered: bool) {
        let is_tab = event.key() == "Tab" && !event.ctrl_key() && !event.alt_key() && !event.meta_key();
        if !is_tab || event.default_prevented() {
            return;
        }
        let Some(button) = dom::find(&self.its_button()) else { return };
        let stops = dom::all(message, "button");
        let is_at = |stop: Option<&Element>| stop.is_some_and(dom::has_focus);
        let moves = match event.shift_key() {
            false if dom::has_focus(&button) => dom::focus_first(message, "button"),
            false if entered && is_at(stops.last()) => {
                // The browser goes on from there.
                dom::take_focus(&button);
                false
            }
            true if entered && is_at(stops.first()) => dom::take_focus(&button),
            _ => false,
        };
        if moves {
            event.prevent_default();
        }
    }

    /// Whether an element is the row's button.
    pub fn is_button(&self, element: &Element) -> bool {
        element.matches(&self.its_button()) == Ok(true)
    }

    /// Moves the focus back to the row's button, where the message had it and goes. It stays where the button cannot take it.
    pub fn leave(&self) {
        dom::focus_in_place(&self.its_button());
    }
}

/// Puts it where the style sheet has it.
pub fn put_back(message: &HtmlElement) {
    message.set_class_name("message");
    for name in ["max-width", "top", "left"] {
        let _ = message.style().remove_property(name);
    }
}

/// Where rows can be seen: below the bar and the heads of columns, above what stands at the foot. Menus and dialogs count for
/// nothing: they pass.
fn seen() -> Reach {
    let edges = |element: HtmlElement| {
        let place = element.get_bounding_client_rect();
        Reach { from: place.top(), to: place.bottom() }
    };
    // Where rows are cards, the heads are there for screen readers alone.
    let heads = dom::find("thead").filter(|heads| heads.offset_height() > 1);
    let heads = heads.and_then(|heads| dom::find_in(&heads, "th"));
    let above = [dom::find("header"), heads].into_iter().flatten().map(|element| edges(element).to);
    let below =
        STAY_AT_FOOT.iter().filter_map(|element| dom::find(element)).map(|element| edges(element).from);
    let height = dom::window_size().1;
    Reach { from: above.fold(GAP, f64::max), to: below.fold(height, f64::min) - GAP }
}

/// Whether a part of a row is seen: an open panel may stand in place of the table.
fn is_seen(part: &HtmlElement, seen: Reach) -> bool {
    let place = part.get_bounding_client_rect();
    let middle = place.top() + place.height() / 2.0;
    let style = window().get_computed_style(part).ok().flatten();
    let is_visible = style.and_then(|style| style.get_property_value("visibility").ok());
    place.width() > 0.0 && (seen.from..seen.to).contains(&middle) && is_visible.as_deref() == Some("visible")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEEN: Reach = Reach { from: 90.0, to: 700.0 };

    #[test]
    fn a_message_stands_behind_the_status_where_there_is_room() {
        assert_eq!(width(700.0, 20.0, 1_100.0), (384.0, true));
        assert_eq!(width(700.0, 20.0, 900.0), (864.0, false), "below the row, and not below its buttons");
        assert_eq!(width(200.0, -5.0, 310.0), (294.0, false), "never outside the window");
    }

    #[test]
    fn in_its_row_it_is_in_the_middle_of_it_and_in_sight() {
        let row = Reach { from: 200.0, to: 244.0 };
        assert_eq!(top(row, 36.0, true, SEEN), Some(204.0));
        assert_eq!(top(row, 60.0, true, SEEN), Some(192.0));
        let last = Reach { from: 670.0, to: 714.0 };
        assert_eq!(top(last, 36.0, true, SEEN), Some(664.0));
    }

    #[test]
    fn without_room_in_it_it_is_below_the_row_or_above_or_at_the_foot() {
        let row = Reach { from: 200.0, to: 244.0 };
        assert_eq!(top(row, 50.0, false, SEEN), Some(248.0));
        assert_eq!(top(row, 100.0, true, SEEN), Some(248.0), "too high to stand in it");
        let last = Reach { from: 640.0, to: 684.0 };
        assert_eq!(top(last, 50.0, false, SEEN), Some(586.0));
        let low = Reach { from: 90.0, to: 150.0 };
        assert_eq!(top(low, 50.0, false, low), None);
    }
}
