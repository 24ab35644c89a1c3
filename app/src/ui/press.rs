//! What waits until a press of the pointer has become its click. A press takes the focus out of a field before its click is
//! there: a message that came or went in between would move what is pressed away, and the click would be lost.

use std::{cell::RefCell, mem, time::Duration};

use leptos::{
    leptos_dom::helpers::window_event_listener_untyped,
    prelude::{on_cleanup, set_timeout},
};

/// What begins a press. Of a finger's tap, the mouse events that browsers make of it come after its pointer is up again.
const BEGINS: [&str; 2] = ["pointerdown", "mousedown"];

/// What ends it. The browser's own menus and lists, drags and other windows swallow what follows; what is typed or chosen says that
/// somebody has gone on. Not `change`: a field that is left fires it before `blur`.
const ENDS: [&str; 7] = ["pointerup", "mouseup", "pointercancel", "contextmenu", "keydown", "input", "blur"];

struct Press {
    is_down: bool,
    waiting: Vec<Box<dyn FnOnce()>>,
}

thread_local! {
    static PRESS: RefCell<Press> = const { RefCell::new(Press { is_down: false, waiting: Vec::new() }) };
}

/// Listens for presses until the current owner ends.
pub fn watch() {
    for name in BEGINS {
        listen(name, begin);
    }
    for name in ENDS {
        listen(name, end);
    }
}

/// Runs this now or, while something is pressed, once the press has become a click.
pub fn after_press(run: impl FnOnce() + 'static) {
    if is_down() {
        PRESS.with_borrow_mut(|press| press.waiting.push(Box::new(run)));
    } else {
        run();
    }
}

/// Whether something is pressed.
pub fn is_down() -> bool {
    PRESS.with_borrow(|press| press.is_down)
}

fn listen(name: &str, listener: fn()) {
    let handle = window_event_listener_untyped(name, move |_| listener());
    on_cleanup(move || handle.remove());
}

fn begin() {
    PRESS.with_borrow_mut(|press| press.is_down = true);
}

/// The click is a part of the same task.
fn end() {
    PRESS.with_borrow_mut(|press| press.is_down = false);
    set_timeout(run_waiting, Duration::ZERO);
}

fn run_waiting() {
    let waiting = PRESS.with_borrow_mut(|press| {
        // Another press has begun: its click comes first.
        if press.is_down { Vec::new() } else { mem::take(&mut press.waiting) }
    });
    for run in waiting {
        run();
    }
}
