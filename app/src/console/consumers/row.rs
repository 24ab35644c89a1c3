//! One row. It redraws only what changed of its consumer, and opens the menu by button, right-click and keyboard. Words that
//! change are written through their elements: a translator or a highlighter may have replaced the text nodes in them.

use std::sync::Arc;

use domain::{Consumer, ConsumerKey, Status, time::milliseconds};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast as _;

use super::{
    decision::Decision,
    deeds, elements,
    overlay::Open,
    panel::TABLE,
    requested::Requested,
    rights,
    signals::{LEFT_OUT, NEW, RowSignals},
    state::PageState,
};
use crate::{
    console::link::Link,
    ui::{
        browser::SCRIPTED,
        copy::CopyButton,
        dom,
        effect::effect,
        menu::Position,
        time::{Ago, date},
    },
};

/// The longest key that the column has room for; longer ones are always shortened.
const WIDEST_KEY: usize = 36;

/// The classes of a status in words.
pub(super) fn status_class(status: Status) -> &'static str {
    match status {
        Status::Pending => "status pending",
        Status::Approved => "status approved",
        Status::Disapproved => "status disapproved",
    }
}

/// The classes of a row.
fn row_class(status: Status, tag: &str, is_exact: bool) -> String {
    let classes = [
        ("off", status != Status::Approved),
        ("new", tag == NEW),
        ("left-out", tag == LEFT_OUT),
        ("exact", is_exact),
    ];
    classes.into_iter().filter(|(_, is_set)| *is_set).map(|(class, _)| class).collect::<Vec<_>>().join(" ")
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
    let tag = RwSignal::from(signals.tag);
    let menu_open = Memo::new(move |_| state.overlay.is_menu_of(key));
    let name = move || consumer.with(|consumer| consumer.name.to_string());
    let status = move || consumer.with(|consumer| consumer.status);
    let (created_at, by) =
        consumer.with_untracked(|consumer| (consumer.created_at, consumer.created_by.to_string()));
    let by_whom = by.clone();
    let (name_id, key_id) = (format!("name-{key}"), format!("key-{key}"));
    let barred = move || !SCRIPTED || state.shell.link.get() == Link::NotPermitted;
    let approve = move |_| {
        // The dialog gives the focus back to what had it, and this button goes once its consumer is approved.
        if let Some(button) = dom::find(&elements::menu_button(key)) {
            let _ = button.focus();
        }
        state.overlay.open(Open::Confirm(Decision::Approve, consumer.get_untracked()));
    };
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
        if untrack(barred) || is_on_selection(&event) {
            return;
        }
        event.prevent_default();
        // The keyboard's menu key fires `contextmenu` as well, but not with the pointer's second button.
        open(if event.button() == 2 { offset_from_button(&event) } else { None });
    };
    let key_down = move |event: ev::KeyboardEvent| {
        if untrack(barred) {
            return;
        }
        let opens = event.key() == "ContextMenu" || (event.key() == "F10" && event.shift_key());
        if opens {
            event.prevent_default();
            open(None);
        } else if let Some(deed) = deeds::pressed(&event, consumer.with_untracked(|consumer| consumer.status))
        {
            event.prevent_default();
            state.overlay.open((deed.open)(consumer.get_untracked()));
        }
    };
    view! {
        <tr
            role="row" data-key=key.to_string() aria-rowindex=state.rows.index(key)
            class=move || row_class(status(), tag.get(), state.shell.exact_times.get())
            on:contextmenu=right_click on:keydown=key_down
        >
            {pick(state, key, consumer)}
            {name_cell(state, key, consumer, tag)}
            <td role="cell" class="k">
                <span class="with-copy">
                    {shown_key(key, key_id.clone())}
                    <CopyButton
                        icon=true label="Copy consumer key" text=Callback::new(move |()| key.to_string())
                        message=state.shell.notice described_by=name_id disabled=!SCRIPTED
                    />
                </span>
            </td>
            <td role="cell" class="s">
                <span class=move || status_class(status()) inner_html=move || status().word().to_owned()></span>
                " "
                // The style sheet shows it beside **Pending**, and as long as it has the focus.
                <button
                    type="button" class="btn approve" aria-label=move || format!("Approve {}", name())
                    aria-describedby=key_id.clone() disabled=barred on:click=approve
                >
                    "Approve"
                </button>
            </td>
            <td role="cell" class="when">
                <Ago at=created_at now=state.shell.clock exactly=state.shell.exact_times/>
                " "
                <span class="by" title=by_whom>{by}</span>
                <Requested consumer/>
            </td>
            <td role="cell" class="used">
                {move || match consumer.with(|consumer| consumer.last_used_at) {
                    Some(at) => view! { <Ago at now=state.shell.clock exactly=state.shell.exact_times/> }.into_any(),
                    None => view! { <span>"Never"</span> }.into_any(),
                }}
            </td>
            <td role="cell" class="do">
                <button
                    type="button" class="icon more" aria-haspopup="menu" aria-expanded=move || menu_open.get().to_string()
                    aria-label=move || format!("Actions for {}", name()) aria-describedby=key_id
                    disabled=barred on:click=toggle prop:driven=true
                >
                    <span aria-hidden="true">"⋯"</span>
                </button>
            </td>
        </tr>
    }
    .into_any()
}

/// The cell with the checkbox that selects the row.
fn pick(state: PageState, key: ConsumerKey, consumer: RwSignal<Arc<Consumer>>) -> AnyView {
    view! {
        <td role="cell" class="pick">
            <input
                type="checkbox" autocomplete="off" aria-describedby=format!("key-{key}")
                aria-label=move || consumer.with(|consumer| format!("Select {}", consumer.name))
                prop:checked=move || state.selected.with(|chosen| chosen.has(key))
            />
        </td>
    }
    .into_any()
}

/// Its name, which leads to its panel, and what is to be said beside it.
fn name_cell(
    state: PageState,
    key: ConsumerKey,
    consumer: RwSignal<Arc<Consumer>>,
    tag: RwSignal<&'static str>,
) -> AnyView {
    let name = move || consumer.with(|consumer| consumer.name.to_string());
    let rights = move || consumer.with(|consumer| rights::words(consumer));
    // Only one with an end follows the clock.
    let has_ended = move || {
        let end = consumer.with(|consumer| consumer.ends_at);
        end.is_some_and(|at| milliseconds(at) <= state.shell.clock.get())
    };
    let shown = NodeRef::<html::Bdi>::new();
    effect(move || {
        if let Some(shown) = shown.get() {
            dom::set_text(&shown, &name());
        }
    });
    view! {
        <td role="cell" class="name">
            <a href=state.shell.url(&format!("{TABLE}/{key}")) data-open="" aria-describedby=format!("key-{key}")>
                <bdi node_ref=shown id=format!("name-{key}") title=name>{untrack(name)}</bdi>
            </a>
            // Names of users have no character that HTML reads otherwise.
            {move || rights().map(|words| view! { " " <span class="tag" data-word=words.clone() title=words.clone() inner_html=words></span> }.into_any())}
            {move || has_ended().then(|| view! { " " <span class="tag ended" inner_html="Ended"></span> }.into_any())}
            {move || Some(tag.get()).filter(|tag| !tag.is_empty()).map(|tag| {
                view! { " " <span class="tag" inner_html=tag></span> }.into_any()
            })}
            " "
            <span class="facts" inner_html=move || consumer.with(|consumer| facts(consumer))></span>
        </td>
    }
    .into_any()
}

/// What else is set up for it, in a word or two each: its bounds first.
fn facts(consumer: &Consumer) -> String {
    let networks = match consumer.networks.len() {
        0 => None,
        1 => Some("1 network".to_owned()),
        count => Some(format!("{count} networks")),
    };
    let end = consumer.ends_at.map(|at| format!("ends {}", date(at)));
    let callback = consumer.callback_url.as_ref().map(|_| "callback".to_owned());
    let rsa = consumer.rsa_public_key.as_ref().map(|_| "RSA".to_owned());
    [networks, end, callback, rsa].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The key: copied and read out whole, and shown whole on hover.
fn shown_key(key: ConsumerKey, id: String) -> AnyView {
    let whole = key.to_string();
    let class = if whole.len() > WIDEST_KEY { "key long" } else { "key" };
    let (head, rest) = in_parts(&whole);
    let head = head.to_owned();
    let rest = rest.map(|(middle, end)| {
        view! { <span class="middle">{middle.to_owned()}</span> {end.to_owned()} }
    });
    view! { <code class=class id=id title=whole>{head} {rest}</code> }.into_any()
}

/// A key's beginning, and its middle, which the style sheet leaves out where there is little room, with its end.
fn in_parts(key: &str) -> (&str, Option<(&str, &str)>) {
    const SHORT: usize = 16;
    match (key.get(..8), key.len().checked_sub(4)) {
        (Some(head), Some(end)) if key.len() > SHORT => (head, key.get(8..end).zip(key.get(end..))),
        _ => (key, None),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_key_has_a_middle_that_can_be_left_out() {
        let key = "7f2c1e64-1d2b-4a54-9d11-0c3f5e6a9b21";
        assert_eq!(in_parts(key), ("7f2c1e64", Some(("-1d2b-4a54-9d11-0c3f5e6a", "9b21"))));
    }

    #[test]
    fn a_short_key_is_shown_whole() {
        for key in ["a", "my-app", "sixteen-letters-"] {
            assert_eq!(in_parts(key), (key, None));
        }
    }
}
