//! The last notice: beside the row that it is about, else at the foot of the window, until its time is over or it is closed.

use std::time::Duration;

use leptos::{ev, html, leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::shell::{Named, Shell};
use crate::ui::{beside, effect::effect, follow::on_move};

/// How long a notice stays that nobody is reading.
const NOTICE_FOR: Duration = Duration::from_secs(8);
/// The same where it offers **Undo**, which has to be found and reached first.
const UNDO_FOR: Duration = Duration::from_secs(20);

/// The notice. It stays while the pointer or the focus is on it.
#[component]
pub(super) fn NoticeLine(moved: Signal<()>) -> impl IntoView {
    let shell = expect_context::<Shell>();
    let notice = shell.notice;
    let named = move || notice.with(|notice| shell.named_in(notice));
    let (pointed, focused) = (RwSignal::new(false), RwSignal::new(false));
    let mut timeout = None::<TimeoutHandle>;
    effect(move || {
        if let Some(timeout) = timeout.take() {
            timeout.clear();
        }
        let passes = notice.with(|notice| !notice.is_empty()) && !pointed.get() && !focused.get();
        // It stays while it is read, whatever became of the timer.
        let clear = move || {
            if !pointed.get_untracked() && !focused.get_untracked() {
                notice.set(String::new());
            }
        };
        let has_undo = named().is_some_and(|named| named.undo.is_some());
        if passes {
            timeout = set_timeout_with_handle(clear, if has_undo { UNDO_FOR } else { NOTICE_FOR }).ok();
        }
    });
    let line = NodeRef::<html::Div>::new();
    place(line, moved, notice, named);
    let close = move || {
        // What is gone does not say that the pointer and the focus have left it.
        pointed.set(false);
        if focused.get_untracked() {
            focused.set(false);
            if let Some(named) = untrack(named) {
                named.row.leave();
            }
        }
        notice.set(String::new());
    };
    let escape = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() {
            event.prevent_default();
            close();
        }
    };
    view! {
        <div
            class="message" aria-live="polite" translate="no" node_ref=line prop:driven=true on:keydown=escape
            on:pointerenter=move |_| pointed.set(true) on:pointerleave=move |_| pointed.set(false)
            on:focusin=move |_| focused.set(true) on:focusout=move |_| focused.set(false)
        >
            {move || {
                let undo = named().and_then(|named| named.undo).map(|undo| {
                    let undo = move |_| {
                        focused.set(false);
                        undo.run(());
                    };
                    view! { <button type="button" class="link undo" on:click=undo>"Undo"</button> }
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
    notice: RwSignal<String>,
    named: impl Fn() -> Option<Named> + Copy + 'static,
) {
    let shown = move || {
        let line = line.try_get_untracked().flatten()?;
        let is_told = notice.try_with_untracked(|notice| !notice.is_empty()) == Some(true);
        is_told.then_some((line, untrack(named)))
    };
    let arrange = move || match shown() {
        Some((line, Some(named))) => named.row.put(&line),
        Some((line, None)) => beside::put_back(&line),
        None => {}
    };
    effect(move || {
        notice.track();
        moved.track();
        // Once dialogs are closed and rows are where they belong; before it is painted.
        request_animation_frame(arrange);
    });
    effect(move || {
        on_move(arrange);
        let tabs = window_event_listener(ev::keydown, move |event| {
            if let Some((line, Some(named))) = shown() {
                named.row.lead(&line, &event);
            }
        });
        on_cleanup(move || tabs.remove());
    });
}
