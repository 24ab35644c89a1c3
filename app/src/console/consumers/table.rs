//! The table **Consumer keys**, its toolbar, and when waiting rows are shown.

use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast as _;

use super::{elements, live, row::Row, state::PageState};
use crate::ui::effect::effect;

/// How many rows **Show more** brings.
const MORE: usize = 500;

/// The section with the table.
#[component]
pub(super) fn ConsumerTable() -> impl IntoView {
    let state = expect_context::<PageState>();
    let pointer_inside = StoredValue::new(false);
    // Waiting rows are shown once no row is in use: pointer and focus outside, no menu or dialog open.
    let show_if_left = move || {
        if !pointer_inside.get_value() && !state.in_use() {
            state.show_waiting();
        }
    };
    let enter = move |event: ev::PointerEvent| pointer_inside.set_value(event.pointer_type() == "mouse");
    let leave = move |_| {
        pointer_inside.set_value(false);
        state.hovered.set(None);
        show_if_left();
    };
    // The next element gets the focus only after this event.
    let focus_out = move |_| request_animation_frame(show_if_left);
    effect(move || {
        state.overlay.track();
        request_animation_frame(show_if_left);
    });
    let over = move |event: ev::PointerEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let key = target.and_then(|target| elements::key_of(&target));
        if event.pointer_type() == "mouse" && state.hovered.get_untracked() != key {
            state.hovered.set(key);
        }
    };
    let show_waiting = move |_| {
        if let Some(first) = state.show_waiting() {
            elements::focus_row(Some(first));
        }
    };
    let counts = Memo::new(move |_| state.rows.counts());
    let exact = state.shell.exact_times;
    let waiting = move || counts.get().waiting;
    view! {
        <section
            class="card consumers" aria-labelledby="consumer-keys"
            on:pointerenter=enter on:pointerleave=leave on:focusout=focus_out
        >
            <div class="tools">
                <h2 id="consumer-keys" tabindex="-1">"Consumer keys"</h2>
                <span class="count" translate="no">{move || counts.get().total}</span>
                <button
                    type="button" class="btn small" aria-pressed=move || exact.get().to_string()
                    disabled=move || !state.shell.hydrated.get() on:click=move |_| exact.update(|exact| *exact = !*exact)
                >
                    "Exact times"
                </button>
                <Show when=move || { waiting() > 0 }>
                    <button type="button" class="btn small" translate="no" on:click=show_waiting>{move || format!("{} new", waiting())}</button>
                </Show>
            </div>
            <table role="table" aria-labelledby="consumer-keys">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col" class="name">"Consumer name"</th>
                        <th role="columnheader" scope="col" class="k">"Consumer key"</th>
                        <th role="columnheader" scope="col" class="s">"Status"</th>
                        <th role="columnheader" scope="col" class="when">"Registered"</th>
                        <th role="columnheader" scope="col" class="used">"Last used"</th>
                        <th role="columnheader" scope="col" class="do"><span class="off-screen">"Actions"</span></th>
                    </tr>
                </thead>
                // A translator would keep words that are not true any more: it shows copies, and does not see the originals change.
                <tbody role="rowgroup" translate="no" on:pointerover=over>
                    <For each=move || state.rows.order() key=|key| *key let:key>
                        {state.rows.row(key).map(|signals| view! { <Row key signals/> })}
                    </For>
                </tbody>
            </table>
            <Show when=move || { counts.get().shown == 0 && waiting() == 0 }>
                <p class="empty">
                    <strong>"No consumer keys yet."</strong>
                    " Register a consumer above: its key appears here, and you approve it to let it sign users in."
                </p>
            </Show>
            <Show when=move || counts.get().more>
                <p class="more-rows">
                    <span translate="no">{move || format!("{} of {} rows", counts.get().shown, counts.get().total)}</span>
                    <button
                        type="button" class="btn small" disabled=move || !state.shell.hydrated.get()
                        on:click=move |_| spawn_local(live::load_rows(state, state.rows.counted().shown + MORE))
                    >
                        "Show more"
                    </button>
                </p>
            </Show>
        </section>
    }
    .into_any()
}
