//! What a dialog says when the server refused: what happened, why, what to do. The input stays.

use domain::Conflict;
use leptos::prelude::*;

use super::shell::Shell;
use crate::{
    error::AppError,
    ui::time::{exact, relative},
};

/// Why the server refused what a dialog's button asked for, if it did.
#[component]
pub(crate) fn Refusal(
    /// What the server answered.
    error: RwSignal<Option<AppError>>,
    /// The button to press once more.
    button: &'static str,
) -> impl IntoView {
    let shell = expect_context::<Shell>();
    let words = move || {
        error.get().map(|error| match &error {
            AppError::Conflict(conflict) => {
                conflict_words(conflict, button, shell.clock.get_untracked()).into_any()
            }
            AppError::Removed(removed) => {
                let when = exact(removed.at);
                view! { <p>{error.to_string()} " (" {when} ")"</p> }.into_any()
            }
            AppError::SignedOut => view! {
                <p>{error.to_string()} " " <a href=shell.url("/sign-in") target="_blank">"Sign in"</a></p>
            }
            .into_any(),
            AppError::SignInAgain => view! {
                <p>
                    {error.to_string()} " "
                    <a href=shell.url("/sign-in?again=/settings/oauth-consumers") target="_blank">"Sign in again"</a>
                    {format!(" in another tab, then press {button} once more.")}
                </p>
            }
            .into_any(),
            error if error.may_pass() => view! {
                <p>{error.to_string()}</p>
                <button type="submit" class="btn small">"Try again"</button>
            }
            .into_any(),
            _ => view! { <p>{error.to_string()}</p> }.into_any(),
        })
    };
    // Words that change would not change in a translator's copy.
    view! { <div class="problem" role="alert" translate="no">{move || words()}</div> }
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
            {format!(" changed {what}, {} ({}).", relative(conflict.at, now_ms), exact(conflict.at))}
        </p>
        <p>"Nothing of yours was saved. Press " <strong>{button}</strong> " once more " {over} ", or Cancel."</p>
    }
}
