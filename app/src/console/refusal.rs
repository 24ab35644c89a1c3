//! What a dialog says when the server refused: what happened, why, what to do. The input stays.

use domain::Conflict;
use leptos::prelude::*;

use super::shell::Shell;
use crate::{
    error::AppError,
    ui::time::{exact_here, relative},
};

/// Why the server refused what a dialog's button asked for, if it did.
#[component]
pub(crate) fn Refusal(
    /// What the server answered.
    error: RwSignal<Option<AppError>>,
    /// The button to press once more.
    button: &'static str,
    /// Whether some of many had their turn before.
    #[prop(optional, into)]
    has_begun: Signal<bool>,
) -> impl IntoView {
    let shell = expect_context::<Shell>();
    let told = move |error: &AppError| {
        if has_begun.get_untracked() { error.words_for_the_others() } else { error.to_string() }
    };
    let words = move || {
        error.get().map(|error| match &error {
            AppError::Conflict(conflict) => {
                conflict_words(conflict, button, shell.clock.get_untracked()).into_any()
            }
            AppError::Removed(removed) => {
                view! { <p>{told(&error)} " Removed on " {exact_here(removed.at)} "."</p> }.into_any()
            }
            AppError::SignedOut => view! {
                <p>{told(&error)} " " <a href=shell.url("/sign-in") target="_blank">"Sign in"</a></p>
            }
            .into_any(),
            AppError::SignInAgain => view! {
                <p>
                    {told(&error)} " "
                    <a href=shell.url("/sign-in?again=/settings/oauth-consumers") target="_blank">"Sign in again"</a>
                    {format!(" in another tab, then press {button} once more.")}
                </p>
            }
            .into_any(),
            error if error.may_pass() => view! {
                <p>{told(error)}</p>
                <button type="submit" class="btn small">"Try again"</button>
            }
            .into_any(),
            _ => view! { <p>{told(&error)}</p> }.into_any(),
        })
    };
    // In a low window it scrolls, for which the keyboard needs a way in. All other words are short, or have a link or a button.
    let tabindex = move || matches!(error.get(), Some(AppError::Conflict(_))).then_some("0");
    // Words that change would not change in a translator's copy.
    view! { <div class="problem" role="alert" translate="no" tabindex=tabindex>{move || words()}</div> }
}

fn conflict_words(conflict: &Conflict, button: &'static str, now_ms: i64) -> impl IntoView {
    let what = if conflict.changes.is_empty() {
        "it and changed it back".to_owned()
    } else {
        conflict.changes.join(", ")
    };
    let over = if button == "Save" { "to save what you have here over it" } else { "to go on all the same" };
    view! {
        <p class="conflict">
            "Meanwhile " <strong>{conflict.by.to_string()}</strong>
            {format!(" changed {what}, {}, on {}.", relative(conflict.at, now_ms), exact_here(conflict.at))}
        </p>
        <p>"Nothing of yours was saved. Press " <strong>{button}</strong> " once more " {over} ", or Cancel."</p>
    }
}
