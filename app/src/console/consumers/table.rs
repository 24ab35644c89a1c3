//! The table **Consumer keys**, its toolbar, and when waiting rows are shown.

use leptos::{ev, html as html_elements, prelude::*};
use wasm_bindgen::JsCast as _;

use super::{
    counting, elements, heads_html, place, row::Row, selection, sight::spacer_height, sort_html,
    state::PageState, toolbar, toolbar_html as html, window,
};
use crate::{
    console::link::Link,
    ui::{
        browser::SCRIPTED,
        dom::{self, typed},
        effect::effect,
    },
};

/// The section with the table.
#[component]
pub(super) fn ConsumerTable(
    /// Leads a browser without scripts to the next rows; `None` on the last ones.
    next: Option<String>,
) -> impl IntoView {
    let state = expect_context::<PageState>();
    let pointer_inside = StoredValue::new(false);
    // Waiting rows are shown once no row is in use: pointer and focus outside, no menu or dialog open.
    let show_if_left = move || {
        if !pointer_inside.get_value() && !state.in_use() {
            state.show_waiting();
        }
    };
    let enter = move |event: ev::PointerEvent| pointer_inside.set_value(event.pointer_type() == "mouse");
    // The next element gets the pointer or the focus only after this event.
    let left = move || {
        request_animation_frame(show_if_left);
        // A dialog that closes gives the focus back in the next frame.
        request_animation_frame(move || request_animation_frame(move || state.tidy()));
    };
    let leave = move |_| {
        pointer_inside.set_value(false);
        state.hovered.set(None);
        left();
    };
    let focus_out = move |_| left();
    effect(move || {
        state.overlay.track();
        state.shell.is_read.track();
        left();
    });
    let over = move |event: ev::PointerEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let key = target.and_then(|target| elements::key_of(&target));
        if event.pointer_type() == "mouse" && state.hovered.get_untracked() != key {
            state.hovered.set(key);
            state.tidy();
        }
    };
    let show_waiting = move |()| {
        if let Some(first) = state.show_waiting() {
            elements::focus_row(Some(first));
        }
    };
    follow(state);
    let counts = Memo::new(move |_| state.rows.counts());
    let waiting = move || counts.get().waiting;
    let heads = heads_html::heads(&state.view());
    let nothing = move || {
        let (view, prefix) = (state.rows.read(|table| table.view().clone()), state.shell.url(""));
        html::nothing(&prefix, &view)
    };
    let is_empty = move || counts.get().rows() == 0 && waiting() == 0;
    view! {
        <section
            class="card consumers" aria-labelledby="consumer-keys" prop:driven=true
            on:pointerenter=enter on:pointerleave=leave on:focusout=focus_out
            on:click=move |event| {
                toolbar::click(state, &event);
                selection::click(state, &event);
            }
            on:input=move |event| toolbar::input(state, &event)
            on:change=move |event| toolbar::change(state, &event)
            on:submit=move |event| toolbar::submit(state, &event)
            on:keydown=move |event| {
                toolbar::key_down(state, &event);
                selection::key_down(state, &event);
            }
        >
            <Tools show_waiting=Callback::new(show_waiting)/>
            <div id="rows-above" class="spacer"></div>
            <table role="table" aria-labelledby="consumer-keys" aria-rowcount=move || counts.get().row_count()>
                <thead role="rowgroup" inner_html=heads></thead>
                // A translator would keep words that are not true any more: it shows copies, and does not see the originals change.
                <tbody role="rowgroup" translate="no" on:pointerover=over>
                    <For each=move || state.rows.order() key=|key| *key let:key>
                        {state.rows.row(key).map(|signals| view! { <Row key signals/> })}
                    </For>
                </tbody>
            </table>
            <div id="rows-below" class="spacer"></div>
            {move || is_empty().then(|| {
                // Another view may be as empty.
                state.rows.track();
                let html = if counts.get().of.all() == 0 { NONE_YET.to_owned() } else { nothing() };
                view! { <p class="empty" translate="no" inner_html=html></p> }
            })}
            {next.filter(|_| !SCRIPTED).map(|next| view! { <p class="more-rows"><a href=next>"Next 48"</a></p> })}
        </section>
    }
    .into_any()
}

/// Follows the rows, the view that is asked for, and what is selected.
fn follow(state: PageState) {
    effect(move || {
        state.rows.track();
        counting::count(state);
        window::tidy(state);
        selection::follow(state);
    });
    effect(move || {
        state.rows.track_places();
        window::look(state);
        window::number(state);
    });
    effect(move || {
        // What did not come meanwhile is asked for.
        if state.shell.link.get() == Link::Live {
            window::look(state);
            counting::count(state);
        }
    });
    let mut is_first = true;
    effect(move || {
        state.wanted.track();
        if std::mem::take(&mut is_first) {
            toolbar::take_over(state);
        } else {
            toolbar::paint(state);
        }
        state.selected.leave(&state.view());
        untrack(|| selection::paint_head(state));
    });
    effect(move || selection::paint_head(state));
    let mut told = 0;
    effect(move || selection::tell(state, &mut told));
    effect(move || toolbar::paint_numbers(state));
    effect(move || {
        let (counts, height) = (state.rows.counts(), state.row_height.get());
        elements::set_height("#rows-above", spacer_height(counts.above, counts.total, height));
        elements::set_height("#rows-below", spacer_height(counts.below, counts.total, height));
    });
}

/// What an empty table says.
const NONE_YET: &str = "<strong>No consumer keys yet.</strong> Register a consumer above: its key appears here, and you \
                        approve it to let it sign users in.";

/// The toolbar, and below it what is filtered by.
#[component]
fn Tools(
    /// Puts the rows that wait on the page.
    show_waiting: Callback<()>,
) -> impl IntoView {
    let state = expect_context::<PageState>();
    let (counts, exact) = (Memo::new(move |_| state.rows.counts()), state.shell.exact_times);
    let waiting = move || counts.get().waiting;
    let (prefix, mut view) = (state.shell.url(""), state.view());
    let tabs = html::tabs(&prefix, &view, counts.get_untracked().of);
    let chips = html::chips(&prefix, &view);
    // With what was typed before the page took over.
    view.text = typed("search").filter(|text| !text.is_empty()).or(view.text);
    let form = html::form(&prefix, &view);
    let number = NodeRef::<html_elements::Span>::new();
    effect(move || {
        if let Some(number) = number.get() {
            dom::set_text(&number, &counts.get().found());
        }
    });
    let (all, sorts) = (place::address(&prefix, &domain::View::default()), sort_html::sorts(&view));
    view! {
        <div class="tools">
            <h2 id="consumer-keys" tabindex="-1">"Consumer keys"</h2>
            <span node_ref=number class="count" translate="no">{counts.get_untracked().found()}</span>
            <nav id="view-tabs" class="tabs" aria-label="Status" translate="no" inner_html=tabs></nav>
            <form id="view" method="get" action=all.clone() role="search" inner_html=form></form>
            // The style sheet shows it where the column heads are not seen.
            <form id="sort-by" method="get" action=all inner_html=sorts></form>
            <button
                type="button" class="btn small" aria-pressed=move || exact.get().to_string()
                disabled=!SCRIPTED on:click=move |_| exact.update(|exact| *exact = !*exact)
            >
                "Exact times"
            </button>
            <Show when=move || { waiting() > 0 }>
                <button
                    type="button" class="btn small waiting" translate="no" on:click=move |_| show_waiting.run(())
                    prop:textContent=move || format!("{} new", waiting())
                ></button>
            </Show>
            <p id="found" class="off-screen" aria-live="polite" translate="no"></p>
        </div>
        <div id="view-chips" class="chips" translate="no" inner_html=chips></div>
    }
    .into_any()
}
