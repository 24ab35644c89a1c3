//! Keys that do something by themselves, and those that are held together with the key for commands.

use leptos::{ev, prelude::window};

use super::dom;

/// Where a letter is a part of a text, or moves to an entry.
const TYPED: &str = "input:not([type=checkbox]), textarea, select, [contenteditable], [role=menu]";

/// Whether a key does something by itself: nothing is held with it but Shift, which some keyboards need for `/`, nothing is
/// typed where it is pressed, and no dialog is open.
pub fn is_alone(event: &ev::KeyboardEvent) -> bool {
    let is_modified = event.ctrl_key() || event.meta_key() || event.alt_key();
    !is_modified && !is_within(event, TYPED) && dom::find("dialog[open]").is_none()
}

/// Whether what has the focus is, or is inside, what matches a selector.
pub fn is_within(event: &ev::KeyboardEvent, selector: &str) -> bool {
    dom::target(event).is_some_and(|target| target.closest(selector).is_ok_and(|found| found.is_some()))
}

/// Whether Ctrl alone is held with a key; on Apple's keyboards ⌘, since Ctrl edits texts there.
pub fn is_command(event: &ev::KeyboardEvent) -> bool {
    let platform = window().navigator().platform().unwrap_or_default();
    let is_apple = platform.starts_with("Mac") || platform.starts_with("iP");
    let (held, other) =
        if is_apple { (event.meta_key(), event.ctrl_key()) } else { (event.ctrl_key(), event.meta_key()) };
    held && !(other || event.shift_key() || event.alt_key())
}
