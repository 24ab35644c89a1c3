//! Where a message stands that is about one row: in the row, where there is room between its status and its buttons; else right
//! below or above it; else where the style sheet puts it, at the foot of the window. It is moved to by Tab from the row's button.

use leptos::{ev, prelude::*};
use web_sys::{DomRect, Element, HtmlElement};

use super::dom::{self, pixels};

/// Between the message and what it must not cover, in pixels.
const GAP: f64 = 8.0;

/// The least width of a message in its row, in pixels: about thirty letters, **Undo** and **Close**.
const LEAST: f64 = 270.0;

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
    fn find(&self) -> Option<HtmlElement> {
        dom::find(&self.itself)
    }

    /// Puts the message beside the row, or back to the foot where the row is not in sight.
    pub fn put(&self, message: &HtmlElement) {
        if self.try_put(message).is_none() {
            put_back(message);
        }
    }

    fn try_put(&self, message: &HtmlElement) -> Option<()> {
        let row = self.find()?;
        let part = |selector| Some(dom::find_in(&row, selector)?.get_bounding_client_rect());
        let (status, buttons) = (part(self.status)?, part(self.buttons)?);
        if !is_seen(&row, &status) {
            return None;
        }
        let row = row.get_bounding_client_rect();
        let (widest, is_inside) = width(status.right(), row.left(), buttons.left());
        let style = message.style();
        let set = |name, length| style.set_property(name, &pixels(length)).ok();
        message.set_class_name("message beside");
        set("max-width", widest)?;
        // Where it stood before leaves less room to its right than it may take.
        set("left", 0.0)?;
        let own = message.get_bounding_client_rect();
        // Below the bar and the heads of columns, which stay.
        let heads = dom::find("thead th").map_or(0.0, |heads| heads.get_bounding_client_rect().bottom());
        let bar = dom::find("header").map_or(0.0, |bar| bar.get_bounding_client_rect().bottom());
        let seen = Reach { from: heads.max(bar).max(GAP), to: dom::window_size().1 - GAP };
        let row = Reach { from: row.top(), to: row.bottom() };
        set("top", top(row, own.height(), is_inside, seen)?)?;
        set("left", (buttons.left() - GAP - own.width()).max(GAP))
    }

    /// Leads Tab from the row's button through the message and on, as if it stood in the row.
    pub fn lead(&self, message: &HtmlElement, event: &ev::KeyboardEvent) {
        let is_tab = event.key() == "Tab" && !event.ctrl_key() && !event.alt_key() && !event.meta_key();
        let button = self.find().and_then(|row| dom::find_in(&row, self.button));
        let Some(button) = button.filter(|_| is_tab && !event.default_prevented()) else { return };
        let stops = dom::all(message, "button");
        let active = document().active_element();
        let has_focus = |element: Option<&Element>| element.is_some() && active.as_ref() == element;
        let (first, last) = (stops.first(), stops.last());
        match event.shift_key() {
            false if has_focus(Some(&button)) && dom::focus_first(message, "button") => {
                event.prevent_default();
            }
            // The browser goes on from there.
            false if has_focus(last) => _ = untrack(|| button.focus()),
            true if has_focus(first) => {
                event.prevent_default();
                let _ = untrack(|| button.focus());
            }
            _ => {}
        }
    }

    /// Moves the focus back to the row's button, where the message had it and goes.
    pub fn leave(&self) {
        dom::focus_in_place(&format!("{} {}", self.itself, self.button));
    }
}

/// Puts it where the style sheet has it.
pub fn put_back(message: &HtmlElement) {
    message.set_class_name("message");
    for name in ["max-width", "top", "left"] {
        let _ = message.style().remove_property(name);
    }
}

/// Whether a part of a row is seen: in the window, and below nothing that stays.
fn is_seen(row: &HtmlElement, part: &DomRect) -> bool {
    let (x, y) = (part.left() + part.width() / 2.0, part.top() + part.height() / 2.0);
    #[expect(clippy::cast_possible_truncation, reason = "pixels on a screen")]
    let there = document().element_from_point(x as f32, y as f32);
    there.is_some_and(|there| row.contains(Some(&there)))
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
