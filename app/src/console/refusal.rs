//! What a dialog says when the server did not do it: what happened, why, what to do. The input stays.

use domain::Conflict;
use leptos::prelude::*;

use crate::{
    error::AppError,
    ui::time::{exact, relative},
};

/// The refusal of what a dialog's button did, if any.
#[component]
pub(crate) fn Refusal(
    /// What the server answered.
    error: RwSignal<Option<AppError>>,
    /// The button to press once more.
    button: &'static str,
    /// What time it is: milliseconds since 1970.
    now: RwSignal<i64>,
    /// Where to sign in again.
    sign_in: String,
) -> impl IntoView {
    let words = move || {
        error.get().filter(|error| error.fields().is_empty()).map(|error| match &error {
            AppError::Conflict(conflict) => conflict_words(conflict, button, now.get_untracked()).into_any(),
            AppError::Removed(removed) => {
                let when = exact(removed.at);
                view! { <p>{error.to_string()} " (" {when} ")"</p> }.into_any()
            }
            AppError::SignedOut => view! {
                <p>{error.to_string()} " " <a href=sign_in.clone() target="_blank">"Sign in"</a></p>
            }
            .into_any(),
            _ => view! { <p>{error.to_string()}</p> }.into_any(),
        })
    };
    view! { <div class="problem" role="alert">{words}</div> }
}

fn conflict_words(conflict: &Conflict, button: &'static str, now_ms: i64) -> impl IntoView {
    let what = if conflict.changes.is_empty() {
        "it and changed it back".to_owned()
    } else {
        conflict.changes.join(", ")
    };
    let over = if button == "Save" { "to save what you have here over it" } else { "to go on all the same" };
    view! {
        <p>
            <strong>{conflict.by.to_string()}</strong>
            {format!(" changed {what}, {} ({}).", relative(conflict.at, now_ms), exact(conflict.at))}
        </p>
        <p>"Nothing of yours was saved. Press " <strong>{button}</strong> " once more " {over} ", or Cancel."</p>
    }
}

/// The revision to send with the next attempt: pressing the button once more means having seen the conflict.
pub(crate) fn revision_after(error: &AppError) -> Option<i64> {
    match error {
        AppError::Conflict(conflict) => Some(conflict.current.revision),
        _ => None,
    }
}
