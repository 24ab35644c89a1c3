//! What surrounds every page of the console: the bar with the state of the link, and below the page what that state means
//! and a line for notices.

use leptos::prelude::*;

use super::{link::Link, notice::NoticeLine, shell::Shell, sign_in::SignInDialog};
use crate::{
    frame::{
        header::{Header, NavPage},
        who::Who,
    },
    ui::{dom, effect::effect},
};

/// The bar, the page, and below it what the state of the link means and the last notice.
#[component]
pub(crate) fn Frame(
    /// Who is signed in.
    who: Who,
    /// Its place in the bar.
    here: NavPage,
    /// Changes when a row of the page may have moved.
    #[prop(into)]
    moved: Signal<()>,
    /// Called where the focus was on a notice that is gone, and the row that it was about cannot take it.
    lost: Callback<()>,
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
            <NoticeLine moved lost/>
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
    let mut was_out = false;
    effect(move || {
        let is_out = shell.link.get() == Link::SignedOut;
        // The button that led back goes; it may have had the focus.
        if std::mem::replace(&mut was_out, is_out) && !is_out {
            dom::focus_soon(|| dom::find("header .own-menu > button").filter(|_| dom::is_focus_lost()));
        }
    });
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
