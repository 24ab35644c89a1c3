//! What the forms of the page **Second factor** share: where they lead, what they do, where to go on.

use leptos::prelude::*;

/// What the page's forms share.
pub(super) struct Form {
    pub(super) action: String,
    /// Where to go on afterwards, a path on this server; may be empty.
    pub(super) next: String,
}

impl Form {
    /// A form that is a card.
    pub(super) fn view(&self, act: &'static str, inside: impl IntoView) -> impl IntoView {
        self.of_class("card", act, inside)
    }

    /// A form inside a card.
    pub(super) fn inline(&self, act: &'static str, inside: impl IntoView) -> impl IntoView {
        self.of_class("inline", act, inside)
    }

    fn of_class(&self, class: &'static str, act: &'static str, inside: impl IntoView) -> impl IntoView {
        view! {
            <form method="post" action=self.action.clone() class=class>
                <input type="hidden" name="act" value=act/>
                <input type="hidden" name="next" value=self.next.clone()/>
                {inside}
            </form>
        }
    }
}
