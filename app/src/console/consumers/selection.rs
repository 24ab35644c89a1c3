//! Selecting rows: by their checkboxes, the one in the head, ranges and keys.

use domain::bulk::MOST_PICKED;
use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlInputElement;

use super::{
    calls,
    chosen::{Chosen, Whole},
    elements,
    panel::Panel,
    panel_input,
    state::PageState,
};
use crate::ui::{dom, number::grouped};

/// The checkbox of a row, or of the head.
const BOX: &str = ".pick input";

/// The first button of the bar that says how many are selected.
const BAR: &str = ".many [data-deed]";

/// A click on a checkbox: of a row, with Shift of all rows from the one before, of the head.
pub(super) fn click(state: PageState, event: &ev::MouseEvent) {
    let Some(input) = checkbox(event) else { return };
    let (selected, key) = (input.checked(), elements::key_of(&input));
    let shift = state.selected.take_shift() || event.shift_key();
    if key.is_none() && !selected {
        return state.selected.clear();
    }
    let order = state.rows.read(|table| table.order().to_vec());
    let is_far =
        |chosen: &Chosen| chosen.last().is_some_and(|last| chosen.has(last) && !order.contains(&last));
    if shift && key.is_some() && state.selected.read(is_far) {
        input.set_checked(!selected);
        let words =
            "The range would begin at a row that is too far away. Begin it nearer, or select all that match.";
        return state.shell.notice.set(words.to_owned());
    }
    let keys = match key {
        Some(key) if shift => state.selected.read(|chosen| chosen.range(&order, key)),
        Some(key) => vec![key],
        None => order,
    };
    let rows: Vec<_> = keys.into_iter().filter_map(|key| state.rows.get(key)).collect();
    let (mut has_room, mut is_whole) = (true, false);
    state.selected.change(|chosen| {
        (has_room, is_whole) = (chosen.set(&rows, selected), chosen.whole().is_some());
        if let Some(key) = key.filter(|_| has_room) {
            chosen.clicked(key);
        }
    });
    if !has_room {
        input.set_checked(!selected);
        state.shell.notice.set(if is_whole {
            format!("At most {MOST_PICKED} are left out of all that match.")
        } else {
            format!("At most {MOST_PICKED} are selected one by one. Select all that match has no such limit.")
        });
    }
}

/// Keys on a checkbox: Space with Shift selects as a click with Shift does, Enter leads to the bar.
pub(super) fn key_down(state: PageState, event: &ev::KeyboardEvent) {
    if checkbox(event).is_none() {
        return;
    }
    match &*event.key() {
        " " => state.selected.set_shift(event.shift_key()),
        "Enter" => {
            event.prevent_default();
            dom::focus_in_place(BAR);
        }
        _ => {}
    }
}

fn checkbox(event: &web_sys::Event) -> Option<HtmlInputElement> {
    let target = dom::target(event)?;
    if target.matches(BOX).unwrap_or(false) { target.dyn_into().ok() } else { None }
}

/// Escape selects nothing, where nothing else is open or being typed.
pub(super) fn escape(state: PageState, event: &ev::KeyboardEvent) {
    let is_meant = event.key() == "Escape" && !event.default_prevented() && number(state) > 0;
    if is_meant && Panel::place().is_none() && panel_input::is_free(state, event) {
        event.prevent_default();
        state.selected.clear();
    }
}

/// How many are selected, untracked.
pub(super) fn number(state: PageState) -> u64 {
    let total = state.rows.counted().total;
    state.selected.read(|chosen| chosen.number(total))
}

/// The same in words.
pub(super) fn words(number: u64) -> String {
    grouped(number) + " selected"
}

/// Selects all of the view, as the server has it now.
pub(super) fn select_whole(state: PageState) {
    spawn_local(async move {
        let shown = || state.rows.read(|table| table.view().clone());
        let view = shown();
        let answer = calls::counts(&view, "").await;
        match answer {
            // The number that is confirmed is the one of these rows, all of which are to be seen.
            Ok(counts) if shown() == view => {
                state.rows.write(|table| {
                    table.set_counts(counts.counts, Some(counts.total), None);
                    table.doubt();
                });
                state.show_waiting();
                state.rows.settle();
                let whole = Whole { view, seen: counts.seen, at_ms: counts.at_ms };
                state.selected.change(|chosen| chosen.set_whole(whole));
            }
            // Another view is shown by now.
            Ok(_) => {}
            Err(error) => state.shell.notice.set(format!("They could not be selected. {error}")),
        }
        request_animation_frame(|| {
            // The button that had the focus is gone.
            if dom::is_focus_lost() {
                dom::focus_in_place(BAR);
            }
        });
    });
}

/// After rows have changed: what is gone is not selected any more, and what is picked is what is shown. The dialog says what has
/// changed since it was picked, and is about all as they are when it opens.
pub(super) fn follow(state: PageState) {
    if state.selected.read(|chosen| chosen.picked().is_empty()) {
        return;
    }
    let is_gone = |key| state.rows.read(|table| table.is_removed(key));
    if state.selected.read(|chosen| chosen.picked().iter().any(|picked| is_gone(picked.consumer.key))) {
        state.selected.change(|chosen| chosen.forget(is_gone));
    }
    state.selected.note(|chosen| chosen.see(|key| state.rows.get(key)));
}

/// Shows in the checkbox of the head whether all rows are selected that are loaded, or some.
pub(super) fn paint_head(state: PageState) {
    let order = state.rows.order();
    let selected = state.selected.with(|chosen| order.iter().filter(|key| chosen.has(**key)).count());
    let head = dom::find("#select-all").and_then(|head| head.dyn_into::<HtmlInputElement>().ok());
    if let Some(head) = head {
        head.set_checked(selected > 0 && selected == order.len());
        head.set_indeterminate(selected > 0 && selected < order.len());
    }
}

/// Tells those who do not see it how many are selected, when that was changed.
pub(super) fn tell(state: PageState, before: &mut u64) {
    // A view that is selected whole grows and shrinks without a word.
    state.selected.with(|_| ());
    let now = number(state);
    if now != *before {
        elements::tell(&if now > 0 { words(now) } else { "Nothing selected".to_owned() });
    }
    *before = now;
}
