//! The last notice: beside the row that it is about, else at the foot of the window, until its time is over or it is closed.

use std::time::Duration;

use leptos::{ev, html, leptos_dom::helpers::TimeoutHandle, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::Element;

use super::shell::{Named, Shell};
use crate::ui::{beside, dom, effect::effect, follow::on_move};

/// How long a notice stays that nobody is reading.
const NOTICE_FOR: Duration = Duration::from_secs(8);
/// The same where it offers **Undo**, which has to be found and reached first.
const UNDO_FOR: Duration = Duration::from_secs(20);

/// The notice. It stays while the pointer or the focus is on it.
#[component]
pub(super) fn NoticeLine(
    /// Changes when a row of the page may have moved.
    moved: Signal<()>,
    /// Called where the focus was on it, and the row that it was about cannot take it.
    lost: Callback<()>,
) -> impl IntoView {
    let shell = expect_context::<Shell>();
    let notice = shell.notice;
    let named = move || notice.with(|notice| shell.named_in(notice));
    let (pointed, focused) = (RwSignal::new(false), RwSignal::new(false));
    // Whether the focus came from the button of the row, and goes on from there.
    let entered = StoredValue::new(false);
    let read = Memo::new(move |_| pointed.get() || focused.get());
    effect(move || shell.is_read.set(read.get()));
    let mut timeout = None::<TimeoutHandle>;
    effect(move || {
        if let Some(timeout) = timeout.take() {
            timeout.clear();
        }
        let passes = notice.with(|notice| !notice.is_empty()) && !read.get();
        // It stays while it is read, whatever became of the timer.
        let clear = move || {
            if !read.get_untracked() {
                notice.set(String::new());
            }
        };
        let has_undo = named().is_some_and(|named| named.undo.is_some());
        if passes {
            timeout = set_timeout_with_handle(clear, if has_undo { UNDO_FOR } else { NOTICE_FOR }).ok();
        }
    });
    let line = NodeRef::<html::Div>::new();
    place(line, moved, named, entered);
    let keep_focus = move || {
        if let Some(named) = untrack(named).filter(|_| dom::is_focus_lost()) {
            named.row.leave();
        }
        if dom::is_focus_lost() {
            lost.run(());
        }
    };
    effect(move || {
        notice.track();
        request_animation_frame(move || {
            // Not every browser says of what is taken away that the focus has left it.
            let is_there = line.try_get_untracked().flatten().is_none_or(|line| dom::has_focus(&line));
            if focused.get_untracked() && !is_there {
                focused.set(false);
                keep_focus();
            }
        });
    });
    let close = move || {
        // What is gone does not say that the pointer has left it.
        pointed.set(false);
        if let Some(named) = untrack(named).filter(|_| focused.get_untracked()) {
            named.row.leave();
        }
        notice.set(String::new());
    };
    let escape = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() {
            event.prevent_default();
            close();
        }
    };
    let focus_in = move |event: ev::FocusEvent| {
        focused.set(true);
        let from = event.related_target().and_then(|from| from.dyn_into::<Element>().ok());
        let is_inside = |from: &Element| line.get_untracked().is_some_and(|line| line.contains(Some(from)));
        if !from.as_ref().is_some_and(is_inside) {
            let is_button = |named: Named| from.is_some_and(|from| named.row.is_button(&from));
            entered.set_value(untrack(named).is_some_and(is_button));
        }
    };
    let focus_out = move |event: ev::FocusEvent| {
        focused.set(false);
        let left = dom::target(&event);
        request_animation_frame(move || {
            if left.is_some_and(|element| !element.is_connected()) {
                keep_focus();
            }
        });
    };
    view! {
        <div
            class="message" aria-live="polite" translate="no" node_ref=line prop:driven=true on:keydown=escape
            on:pointerenter=move |_| pointed.set(true) on:pointerleave=move |_| pointed.set(false)
            on:focusin=focus_in on:focusout=focus_out
        >
            {move || {
                let undo = named().and_then(|named| named.undo).map(|undo| view! {
                    <button type="button" class="link undo" on:click=move |_| undo.run(())>"Undo"</button>
                });
                let notice = Some(notice.get()).filter(|notice| !notice.is_empty());
                notice.map(|notice| view! {
                    <span prop:textContent=notice></span>
                    {undo}
                    <button type="button" class="icon close" aria-label="Close message" on:click=move |_| close()></button>
                }.into_any())
            }}
        </div>
    }
    .into_any()
}

/// Keeps it beside its row, by the eye and by Tab.
fn place(
    line: NodeRef<html::Div>,
    moved: Signal<()>,
    named: impl Fn() -> Option<Named> + Copy + 'static,
    entered: StoredValue<bool>,
) {
    let line = move || line.try_get_untracked().flatten();
    let arrange = move || {
        let Some(line) = line() else { return };
        match untrack(named) {
            Some(named) => named.row.put(&line),
            None => beside::put_back(&line),
        }
    };
    effect(move || {
        named();
        moved.track();
        // Once what has moved is where it belongs; before it is painted.
        request_animation_frame(arrange);
    });
    effect(move || {
        on_move(arrange);
        let tabs = window_event_listener(ev::keydown, move |event| {
            if let (Some(line), Some(named)) = (line(), untrack(named)) {
                named.row.lead(&line, &event, entered.get_value());
            }
        });
        on_cleanup(move || tabs.remove());
    });
}
