//! What surrounds every page of the console: the bar with the state of the link, and below the page what that state means
//! and a line for notices.

use std::time::Duration;

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::{link::Link, shell::Shell, sign_in::SignInDialog};
use crate::{
    frame::{
        header::{Header, NavPage},
        who::Who,
    },
    ui::effect::effect,
};

/// How long a notice stays that nobody is reading.
const NOTICE_FOR: Duration = Duration::from_secs(8);
/// The same where it offers **Undo**, which has to be found and reached first.
const UNDO_FOR: Duration = Duration::from_secs(20);

/// The bar, the page, and below it what the state of the link means and the last notice.
#[component]
pub(crate) fn Frame(
    /// Who is signed in.
    who: Who,
    /// Its place in the bar.
    here: NavPage,
    /// The page.
    children: Children,
) -> impl IntoView {
    let shell = expect_context::<Shell>();
    let signed_in = who.clone();
    view! {
        <Header prefix=shell.url("") who here>
            // Not as a text node, which something else may have replaced: it would stay Live.
            <span
                role="status" translate="no" class=move || format!("sign {}", shell.sign().class())
                inner_html=move || shell.sign().words().to_owned() prop:driven=true
            ></span>
        </Header>
        <main>{children()}</main>
        <div class="below">
            <Advice who=signed_in/>
            <NoticeLine/>
        </div>
    }
}

/// What the state of the link means, where its word alone would leave one helpless, and **Sign in** where that helps.
#[component]
fn Advice(who: Who) -> impl IntoView {
    let shell = expect_context::<Shell>();
    let signing_in = RwSignal::new(false);
    let sign_in = move |_| signing_in.set(true);
    let who = StoredValue::new(who);
    view! {
        <div class="advice-band" aria-live="assertive">
            {move || {
                let link = shell.link.get();
                let button = (link == Link::SignedOut)
                    .then(|| view! { " " <button type="button" class="btn small" on:click=sign_in>"Sign in"</button> });
                link.advice().map(|words| view! { <p>{words} {button}</p> }.into_any())
            }}
        </div>
        {move || signing_in.get().then(|| view! { <SignInDialog who=who.get_value() open=signing_in/> }.into_any())}
    }
    .into_any()
}

/// The last notice, until its time is over or it is closed. It stays while the pointer or the focus is on it.
#[component]
fn NoticeLine() -> impl IntoView {
    let shell = expect_context::<Shell>();
    let notice = shell.notice;
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
        let has_undo = notice.with(|notice| shell.undo_of(notice).is_some());
        if passes {
            timeout = set_timeout_with_handle(clear, if has_undo { UNDO_FOR } else { NOTICE_FOR }).ok();
        }
    });
    let close = move |_| {
        notice.set(String::new());
        // What is gone does not say that the pointer and the focus have left it.
        pointed.set(false);
        focused.set(false);
    };
    view! {
        <div
            class="message" aria-live="polite" translate="no" prop:driven=true
            on:pointerenter=move |_| pointed.set(true) on:pointerleave=move |_| pointed.set(false)
            on:focusin=move |_| focused.set(true) on:focusout=move |_| focused.set(false)
        >
            {move || {
                let notice = Some(notice.get()).filter(|notice| !notice.is_empty());
                let undo = notice.as_deref().and_then(|notice| shell.undo_of(notice)).map(|undo| {
                    let undo = move |_| {
                        focused.set(false);
                        undo.run(());
                    };
                    view! { <button type="button" class="link undo" on:click=undo>"Undo"</button> }
                });
                notice.map(|notice| view! {
                    <span prop:textContent=notice></span>
                    {undo}
                    <button type="button" class="icon close" aria-label="Close message" on:click=close></button>
                }.into_any())
            }}
        </div>
    }
    .into_any()
}
