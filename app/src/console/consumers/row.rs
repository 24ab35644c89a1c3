//! One row. It redraws only what changed of its consumer, and opens the menu by button, right-click and keyboard.

use domain::{ConsumerKey, Status};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast as _;

use super::{elements, overlay::Open, requested::Requested, rights, signals::RowSignals, state::PageState};
use crate::ui::{copy::CopyButton, menu::Position, time::Ago};

fn status_class(status: Status) -> &'static str {
    match status {
        Status::Pending => "status pending",
        Status::Approved => "status approved",
        Status::Disapproved => "status disapproved",
    }
}

/// A consumer's row. An approved one is black, every other grey.
#[component]
pub(super) fn Row(
    /// Its consumer's key.
    key: ConsumerKey,
    /// What changes in it.
    signals: RowSignals,
) -> impl IntoView {
    let state = expect_context::<PageState>();
    let consumer = RwSignal::from(signals.consumer);
    let is_new = RwSignal::from(signals.marked);
    let menu_open = Memo::new(move |_| state.overlay.is_menu_of(key));
    let name = move || consumer.with(|consumer| consumer.name.to_string());
    let status = move || consumer.with(|consumer| consumer.status);
    let right = move || consumer.with(|consumer| rights::word(consumer));
    let (name_id, key_id) = (format!("name-{key}"), format!("key-{key}"));
    let open = move |offset| {
        let position = Position { anchor: elements::menu_button(key), offset };
        state.overlay.open(Open::Menu(consumer.get_untracked(), position));
    };
    let toggle = move |_| {
        if menu_open.get_untracked() {
            state.overlay.close_menu();
        } else {
            open(None);
        }
    };
    let right_click = move |event: ev::MouseEvent| {
        if is_on_selection(&event) {
            return;
        }
        event.prevent_default();
        // The keyboard's menu key fires `contextmenu` as well, but not with the pointer's second button.
        open(if event.button() == 2 { offset_from_button(&event) } else { None });
    };
    let key_down = move |event: ev::KeyboardEvent| {
        let opens = event.key() == "ContextMenu" || (event.key() == "F10" && event.shift_key());
        if opens {
            event.prevent_default();
            open(None);
        }
    };
    view! {
        <tr
            role="row" data-key=key.to_string() class:off=move || status() != Status::Approved class:new=is_new
            on:contextmenu=right_click on:keydown=key_down
        >
            <td role="cell" class="name">
                <bdi id=name_id.clone()>{move || name()}</bdi>
                {move || right().map(|word| view! { " " <span class="tag">{word}</span> }.into_any())}
                {move || is_new.get().then(|| view! { " " <span class="tag">"New"</span> }.into_any())}
            </td>
            <td role="cell" class="k">
                <span class="with-copy">
                    <code class="key" id=key_id.clone()>{key.to_string()}</code>
                    <CopyButton
                        icon=true label="Copy consumer key" text=Callback::new(move |()| key.to_string())
                        message=state.shell.notice described_by=name_id
                        disabled=Signal::derive(move || !state.shell.hydrated.get())
                    />
                </span>
            </td>
            <td role="cell" class="s">
                <span class=move || status_class(status())>{move || status().word().to_owned()}</span>
            </td>
            <td role="cell" class="when">
                <Ago at=Signal::derive(move || consumer.with(|consumer| consumer.created_at)) now=state.shell.clock exactly=state.shell.exact_times/>
                ", "
                {move || consumer.with(|consumer| consumer.created_by.to_string())}
                <Requested consumer/>
            </td>
            <td role="cell" class="used">
                {move || match consumer.with(|consumer| consumer.last_used_at) {
                    Some(at) => view! { <Ago at=Signal::stored(at) now=state.shell.clock exactly=state.shell.exact_times/> }.into_any(),
                    None => "Never".into_any(),
                }}
            </td>
            <td role="cell" class="do">
                <button
                    type="button" class="icon more" aria-haspopup="menu" aria-expanded=move || menu_open.get().to_string()
                    aria-label=move || format!("Actions for {}", name()) aria-describedby=key_id
                    disabled=move || !state.shell.hydrated.get() on:click=toggle
                >
                    <span aria-hidden="true">"⋯"</span>
                </button>
            </td>
        </tr>
    }
    .into_any()
}

/// Whether a pointer's second button was pressed on text that is selected: the browser's own menu copies it.
fn is_on_selection(event: &ev::MouseEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    let selection = window().get_selection().ok().flatten().filter(|selection| !selection.is_collapsed());
    let (Some(target), Some(selection)) = (target, selection) else { return false };
    event.button() == 2
        && selection.contains_node_with_allow_partial_containment(&target, true).unwrap_or(false)
}

/// A right-click's position relative to the row's button, so that the menu scrolls along with the row.
fn offset_from_button(event: &ev::MouseEvent) -> Option<(i32, i32)> {
    let row: web_sys::Element = event.current_target()?.dyn_into().ok()?;
    let button = row.query_selector(".more").ok().flatten()?.get_bounding_client_rect();
    #[expect(clippy::cast_possible_truncation, reason = "pixels on a screen")]
    Some((event.client_x() - button.left() as i32, event.client_y() - button.bottom() as i32))
}
