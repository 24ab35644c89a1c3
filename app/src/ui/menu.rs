//! The WAI-ARIA menu pattern: arrows, Home, End, type-ahead, Escape, and the position of the menu.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::{
    dom::{self, pixels},
    effect::effect,
    follow::on_move,
};

/// Where an open menu is, relative to the element that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// A selector of that element.
    pub anchor: String,
    /// Pixels from the anchor's left and bottom edge, where a pointer opened it; `None` for right below the anchor.
    pub offset: Option<(i32, i32)>,
}

/// One entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it says.
    pub label: &'static str,
    /// The key that does the same while the menu is closed; empty for none.
    pub shortcut: &'static str,
    /// Set apart, in the colour of danger.
    pub danger: bool,
    /// What it does.
    pub action: Callback<()>,
}

/// An open menu.
#[component]
pub fn Menu(
    /// Its accessible name.
    label: String,
    /// Where it is.
    position: Position,
    /// What can be chosen.
    entries: Vec<Entry>,
    /// Changes when its anchor may have moved.
    #[prop(into)]
    moved: Signal<()>,
    /// Called when it is to close, with whether the focus goes back to the anchor.
    on_close: Callback<bool>,
) -> impl IntoView {
    let menu = NodeRef::<html::Div>::new();
    let anchor = position.anchor.clone();
    let arrange = move || {
        if let Some(menu) = menu.try_get_untracked().flatten() {
            move_to(&menu, &position);
        }
    };
    let arrange_first = arrange.clone();
    effect(move || {
        if let Some(menu) = menu.get() {
            arrange_first();
            if let Some(item) = items(&menu).first() {
                // What listens to the focus may read signals.
                let _ = untrack(|| item.focus());
            }
        }
    });
    on_move(arrange.clone());
    // The menu follows its row, which live updates and scrolling may move.
    let follow = arrange;
    effect(move || {
        moved.track();
        request_animation_frame(follow.clone());
    });
    let outside = window_event_listener(ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let within = |element: &HtmlElement| element.contains(target.as_ref());
        let in_menu = menu.try_get_untracked().flatten().is_some_and(|menu| within(&menu));
        // The anchor's own click closes the menu; closing it here would make that click open it again.
        let inside = in_menu || dom::find(&anchor).is_some_and(|anchor| within(&anchor));
        if !inside {
            on_close.run(false);
        }
    });
    on_cleanup(move || outside.remove());
    let key = move |event: ev::KeyboardEvent| {
        let Some(menu) = menu.get_untracked() else { return };
        // These keys are the browser's: they zoom, find, print.
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let items = items(&menu);
        let at = focused(&items);
        let count = items.len();
        let to = match &*event.key() {
            "ArrowDown" => Some((at + 1) % count),
            "ArrowUp" => Some((at + count - 1) % count),
            "Home" => Some(0),
            "End" => Some(count - 1),
            "Escape" | "Tab" => {
                event.prevent_default();
                return on_close.run(true);
            }
            typed if typed.chars().count() == 1 && typed != " " => {
                // Labels are our own English: the tables of all other letters stay out of the module.
                let matches = |item: &HtmlElement| {
                    let text = item.text_content().unwrap_or_default();
                    text.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed))
                };
                (1..=count).map(|step| (at + step) % count).find(|&at| matches(&items[at]))
            }
            _ => return,
        };
        event.prevent_default();
        if let Some(item) = to.and_then(|to| items.get(to)) {
            let _ = item.focus();
        }
    };
    let entries = entries.into_iter().map(|entry| {
        let choose = move |_| {
            on_close.run(true);
            entry.action.run(());
        };
        let shortcut = Some(entry.shortcut).filter(|shortcut| !shortcut.is_empty());
        // The style sheet writes the key: the entry's text is its label alone.
        let key = shortcut.map(|shortcut| view! { <kbd aria-hidden="true" data-key=shortcut></kbd> }.into_any());
        view! {
            <button
                type="button" role="menuitem" tabindex="-1" class:danger=entry.danger aria-keyshortcuts=shortcut
                on:click=choose on:pointermove=|event| focus_entry(&event)
            >
                {entry.label} {key}
            </button>
        }
    });
    view! {
        <div node_ref=menu class="menu" role="menu" aria-label=label on:keydown=key on:contextmenu=|event| event.prevent_default()>
            {entries.collect_view()}
        </div>
    }
}

fn focus_entry(event: &ev::PointerEvent) {
    if let Some(item) = event.current_target().and_then(|item| item.dyn_into::<HtmlElement>().ok()) {
        let _ = item.focus();
    }
}

fn items(menu: &HtmlElement) -> Vec<HtmlElement> {
    let children = menu.children();
    (0..children.length()).filter_map(|at| children.item(at)?.dyn_into().ok()).collect()
}

fn focused(items: &[HtmlElement]) -> usize {
    let active = document().active_element();
    items
        .iter()
        .position(|item| active.as_ref().is_some_and(|active| item.is_same_node(Some(active))))
        .unwrap_or(0)
}

/// Moves the menu to its position, but not out of the window.
fn move_to(menu: &HtmlElement, position: &Position) {
    const GAP: f64 = 4.0;
    let Some(anchor) = dom::find(&position.anchor) else {
        return;
    };
    let (anchor, own) = (anchor.get_bounding_client_rect(), menu.get_bounding_client_rect());
    let (width, height) = dom::window_size();
    let (mut left, mut top) = match position.offset {
        Some((x, y)) => (anchor.left() + f64::from(x), anchor.bottom() + f64::from(y)),
        None => (anchor.right() - own.width(), anchor.bottom() + GAP),
    };
    if top + own.height() > height - GAP {
        top = if position.offset.is_some() {
            height - own.height() - GAP
        } else {
            anchor.top() - own.height() - GAP
        };
    }
    left = left.min(width - own.width() - GAP).max(GAP);
    top = top.max(GAP);
    let style = menu.style();
    let _ = style.set_property("left", &pixels(left));
    let _ = style.set_property("top", &pixels(top));
}
