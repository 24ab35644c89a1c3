//! The bar that says how many are selected, and what can be done to all of them. It stands over the foot of the window, so that
//! no row moves.

use domain::bulk::Deed;
use leptos::prelude::*;

use super::{
    overlay::Open,
    selection::{select_whole, words},
    state::PageState,
};
use crate::ui::{dom, effect::effect};

const DEEDS: [(Deed, &str); 3] =
    [(Deed::Approve, "Approve"), (Deed::Disapprove, "Disapprove"), (Deed::Remove, "Remove")];

/// The bar, while anything is selected.
#[component]
pub(super) fn SelectionBar() -> impl IntoView {
    let state = expect_context::<PageState>();
    let total = move || state.rows.counts().total;
    let number = move || {
        let total = total();
        state.selected.with(|chosen| chosen.number(total))
    };
    let is_shown = Memo::new(move |_| number() > 0);
    effect(move || dom::mark_document("data-many", is_shown.get()));
    // Where the view has more than were picked.
    let more = Memo::new(move |_| {
        let total = total();
        state.selected.with(|chosen| chosen.whole().is_none() && total > chosen.number(total))
    });
    let bar = move || {
        let deeds = DEEDS.map(|(deed, label)| {
            let open = move |_| state.overlay.open(Open::Many(deed));
            view! { <button type="button" class="btn small" data-deed=deed.word() on:click=open>{label}</button> }
        });
        view! {
            <section class="many" aria-label="Selected consumers">
                <strong translate="no" prop:textContent=move || words(number())></strong>
                {move || more.get().then(|| view! {
                    <button
                        type="button" class="link whole" translate="no" on:click=move |_| select_whole(state)
                        prop:textContent=move || format!("Select all {} that match", state.rows.counts().found())
                    ></button>
                }.into_any())}
                <div class="deeds">{deeds.into_iter().collect_view()}</div>
                <button
                    type="button" class="icon close" aria-label="Clear selection" title="Clear selection (Esc)"
                    on:click=move |_| state.selected.clear()
                ></button>
            </section>
        }
    };
    move || is_shown.get().then(|| bar().into_any())
}
