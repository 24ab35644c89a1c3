//! A number that a dialog asks the server for.

use leptos::{prelude::*, task::spawn_local};

use super::request::Pending;
use crate::error::AppError;

/// A number that is asked for: `None` until there is an answer.
pub(crate) type Count = RwSignal<Option<Result<u64, AppError>>>;

/// A sentence with the number once it is there; where it does not come, **Try again**.
#[component]
pub(crate) fn Counted(
    /// Asks for it.
    ask: Callback<(), Pending<u64>>,
    /// The sentence until there is an answer.
    counting: &'static str,
    /// The sentence with the number.
    words: fn(u64) -> String,
    /// The sentence where the number does not come.
    unknown: &'static str,
    /// The number, where more than the sentence depends on it.
    #[prop(default = RwSignal::new(None))]
    count: Count,
) -> impl IntoView {
    let fetch = move || {
        count.set(None);
        spawn_local(async move {
            let answer = ask.run(()).await;
            // The dialog may be closed by then.
            let _ = count.try_set(Some(answer));
        });
    };
    fetch();
    let sentence = move || match count.get() {
        None => counting.to_owned(),
        Some(Ok(count)) => words(count),
        Some(Err(_)) => unknown.to_owned(),
    };
    let failed = move || count.with(|count| matches!(count, Some(Err(_))));
    view! {
        <p class="users" translate="no">
            {move || sentence()}
            {move || failed().then(|| view! {
                " " <button type="button" class="link" on:click=move |_| fetch()>"Try again"</button>
            }.into_any())}
        </p>
    }
    .into_any()
}
