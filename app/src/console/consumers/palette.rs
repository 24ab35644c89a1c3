//! The palette: Ctrl K opens it, and it finds a command of the page or a consumer by what is typed. The focus stays in its
//! field; the option that Enter chooses is `aria-activedescendant`.

use std::time::Duration;

use domain::{Consumer, View};
use leptos::{ev, html, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::{
    calls,
    history::History,
    palette_html::{empty, has_words, options, told},
    panel_input,
    state::PageState,
    window,
};
use crate::{
    error::AppError,
    ui::{
        dialog::{Modal, close},
        dom,
        effect::effect,
        keys,
    },
};

/// How long nothing is typed before the server is asked.
const TYPED_FOR: Duration = Duration::from_millis(40);

const OPTION: &str = "#palette-list [role=option]";
const ACTIVE: &str = "#palette-list [aria-selected=true]";

/// What is found for what is typed.
#[derive(Debug, Default)]
struct Search {
    typed: String,
    /// How often something was typed: an answer to what was typed before is dropped.
    times: u32,
    found: Vec<Consumer>,
    total: Option<u64>,
    /// Whether the server has still to answer.
    is_asked: bool,
    /// Whether Enter was pressed where there was nothing yet that it could choose.
    entered: bool,
}

/// The palette, while it is open.
#[component]
pub(super) fn Palette() -> impl IntoView {
    let state = expect_context::<PageState>();
    let is_open = RwSignal::new(false);
    effect(move || {
        let keys = window_event_listener(ev::keydown, move |event| shortcut(state, is_open, &event));
        on_cleanup(move || keys.remove());
    });
    move || is_open.get().then(|| finder(state, is_open))
}

/// Ctrl K opens it, but where a dialog is open: one is enough.
fn shortcut(state: PageState, is_open: RwSignal<bool>, event: &ev::KeyboardEvent) {
    if !keys::is_command(event) || !event.key().eq_ignore_ascii_case("k") {
        return;
    }
    // In a browser it leads to the address bar.
    event.prevent_default();
    if dom::find("dialog[open]").is_some() {
        return;
    }
    // The focus comes back to the button of an open menu.
    let menu = state.overlay.close_menu();
    if let Some(button) = menu.and_then(|position| dom::find(&position.anchor)) {
        let _ = button.focus();
    }
    is_open.set(true);
}

fn finder(state: PageState, is_open: RwSignal<bool>) -> AnyView {
    let dialog = NodeRef::<html::Dialog>::new();
    let search = StoredValue::new(Search::default());
    effect(move || {
        if let Some(dialog) = dialog.get() {
            // By a click beside it, too.
            let _ = dialog.set_attribute("closedby", "any");
            activate(dom::find(OPTION).as_ref());
        }
    });
    let key_down = move |event: ev::KeyboardEvent| {
        let key = event.key();
        // Enter and arrows may belong to the writing of a word.
        if event.is_composing() || !["ArrowDown", "ArrowUp", "Enter"].contains(&&*key) {
            return;
        }
        event.prevent_default();
        if key != "Enter" {
            step(key == "ArrowDown");
        } else if !choose(state, dialog, dom::find(ACTIVE)) {
            enter(search);
        }
    };
    let click = move |event: ev::MouseEvent| {
        let option = dom::target(&event).and_then(|target| target.closest(OPTION).ok()?);
        choose(state, dialog, option.and_then(|option| option.dyn_into().ok()));
    };
    view! {
        <Modal heading="Find a consumer or a command" node_ref=dialog on_close=Callback::new(move |()| is_open.set(false))>
            <div
                class="palette" on:keydown=key_down on:click=click inner_html=empty()
                on:input=move |event| typed(state, dialog, search, event_target_value(&event))
            ></div>
        </Modal>
    }
    .into_any()
}

/// Does what an option stands for, once the palette is closed; returns whether there is one.
fn choose(state: PageState, dialog: NodeRef<html::Dialog>, option: Option<HtmlElement>) -> bool {
    let Some(option) = option else { return false };
    // Gives the focus back before what is chosen may take it.
    close(dialog);
    run(state, &option);
    true
}

/// Where nothing can be chosen yet, Enter chooses what the server finds first, unless something else is typed before.
fn enter(search: StoredValue<Search>) {
    search.update_value(|search| search.entered = search.is_asked);
    if search.with_value(|search| search.entered) {
        show(search, "Searching…");
    }
}

/// Shows what is known to fit at once, and asks the server for the rest.
fn typed(state: PageState, dialog: NodeRef<html::Dialog>, search: StoredValue<Search>, text: String) {
    let is_blank = has_words("", &text);
    let times = search.try_update_value(|search| {
        search.times += 1;
        search.found.retain(|consumer| {
            let known = format!("{} {}", consumer.name, consumer.key);
            !is_blank && has_words(&known, &text)
        });
        search.total = Some(0);
        search.typed = text;
        (search.is_asked, search.entered) = (!is_blank, false);
        search.times
    });
    show(search, "");
    activate(dom::find(OPTION).as_ref());
    if is_blank {
        return;
    }
    let ask = move || {
        if let Some(asked) = search.try_with_value(|search| (search.times, search.typed.clone()))
            && Some(asked.0) == times
        {
            spawn_local(async move {
                if ask(search, asked.0, asked.1).await {
                    choose(state, dialog, dom::find(ACTIVE));
                }
            });
        }
    };
    set_timeout(ask, TYPED_FOR);
}

/// Shows what the server finds; returns whether Enter was pressed before its answer.
async fn ask(search: StoredValue<Search>, times: u32, text: String) -> bool {
    let answer = calls::first_rows(&View { text: Some(text), ..View::default() }).await;
    // Something else is typed by now, or the palette is closed.
    if search.try_with_value(|search| search.times) != Some(times) {
        return false;
    }
    let words = match answer {
        Ok(rows) => {
            let words = told(rows.total, rows.items.len());
            search.update_value(|search| (search.found, search.total) = (rows.items, rows.total));
            words
        }
        Err(AppError::Unreachable | AppError::TimedOut) => {
            "Consumers cannot be searched: the server does not answer. Type again to try once more."
                .to_owned()
        }
        Err(error) => format!("Consumers cannot be searched. {error}"),
    };
    show(search, &words);
    let answered = |search: &mut Search| {
        search.is_asked = false;
        std::mem::take(&mut search.entered)
    };
    search.try_update_value(answered) == Some(true)
}

/// Shows the options, of which the active one stays the same if it is still there, and what is said of them.
fn show(search: StoredValue<Search>, words: &str) {
    let active = dom::find(ACTIVE).map(|option| option.id());
    let html = search.with_value(|search| options(&search.typed, &search.found, search.total));
    if let (Some(list), Some(line)) = (dom::find("#palette-list"), dom::find("#palette-told")) {
        list.set_inner_html(&html);
        line.set_text_content(Some(words));
    }
    let same = all().into_iter().find(|option| Some(option.id()) == active);
    activate(same.or_else(|| dom::find(OPTION)).as_ref());
}

fn all() -> Vec<HtmlElement> {
    let list = dom::find("#palette-list");
    let options = list.map(|list| dom::all(&list, "[role=option]")).unwrap_or_default();
    options.into_iter().filter_map(|option| option.dyn_into().ok()).collect()
}

/// Goes to the option above or below, and around the ends.
fn step(down: bool) {
    let options = all();
    let is_active = |option: &HtmlElement| option.get_attribute("aria-selected").as_deref() == Some("true");
    let (count, at) = (options.len(), options.iter().position(is_active).unwrap_or_default());
    let by = if down { 1 } else { count.saturating_sub(1) };
    activate(options.get((at + by) % count.max(1)));
}

/// Makes an option the one that Enter chooses, and brings it in sight; without one, nothing can be chosen.
fn activate(option: Option<&HtmlElement>) {
    if let Some(before) = dom::find(ACTIVE) {
        let _ = before.set_attribute("aria-selected", "false");
    }
    let Some(field) = dom::find("#palette-text") else { return };
    let _ = field.set_attribute("aria-expanded", if option.is_some() { "true" } else { "false" });
    let (Some(option), Some(list)) = (option, dom::find("#palette-list")) else {
        let _ = field.remove_attribute("aria-activedescendant");
        return;
    };
    let _ = field.set_attribute("aria-activedescendant", &option.id());
    let _ = option.set_attribute("aria-selected", "true");
    let (top, bottom) = (option.offset_top(), option.offset_top() + option.offset_height());
    if top < list.scroll_top() {
        list.set_scroll_top(top);
    } else if bottom > list.scroll_top() + list.client_height() {
        list.set_scroll_top(bottom - list.client_height());
    }
}

/// Does what an option stands for.
fn run(state: PageState, option: &HtmlElement) {
    if let Some(key) = option.get_attribute("data-key").and_then(|key| key.parse().ok()) {
        panel_input::open(state, key);
    } else if let Some(query) = option.get_attribute("data-view") {
        panel_input::uncover(state);
        window::go(state, &query, History::Push);
    } else if let Some(control) = option.get_attribute("data-target").and_then(|target| dom::find(&target)) {
        if control.closest("main").is_ok_and(|main| main.is_some()) {
            panel_input::uncover(state);
        }
        // On phones the form is folded.
        if let Some(fold) = dom::find(".register .fold").filter(|_| control.id() == "name") {
            let _ = fold.set_attribute("open", "");
        }
        // What is in a closed menu cannot take the focus, but can be clicked.
        let _ = control.focus();
        control.click();
    }
}
