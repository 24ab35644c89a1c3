//! What becomes of the fields of a form when another administrator was faster: those that its user has not touched take
//! the other's value, so that saving changes nothing back; what both have changed is asked, field by field.

use leptos::prelude::*;

/// A field that both have changed.
#[derive(Clone)]
pub(super) struct BothChanged {
    label: &'static str,
    /// The other's value, as it is shown.
    theirs: String,
    take: Callback<()>,
}

/// What a field holds, as a question shows it.
pub(super) trait Shown {
    fn shown(&self) -> String;
}

impl Shown for String {
    fn shown(&self) -> String {
        if self.is_empty() { "nothing".to_owned() } else { self.replace('\n', ", ") }
    }
}

impl Shown for bool {
    fn shown(&self) -> String {
        if *self { "ticked" } else { "not ticked" }.to_owned()
    }
}

/// Brings one field up to date; returns what is to be asked, if both have changed it.
pub(super) fn bring_up_to_date<T>(
    label: &'static str,
    mine: RwSignal<T>,
    before: &T,
    theirs: T,
) -> Option<BothChanged>
where
    T: Clone + PartialEq + Shown + Send + Sync + 'static,
{
    let is_mine = mine.with_untracked(|mine| mine != before && *mine != theirs);
    if !is_mine {
        mine.set(theirs);
        return None;
    }
    if theirs == *before {
        return None;
    }
    let shown = theirs.shown();
    let take = Callback::new(move |()| mine.set(theirs.clone()));
    Some(BothChanged { label, theirs: shown, take })
}

/// The questions, with the answer that is not given by pressing **Save** once more.
#[component]
pub(super) fn Questions(both: RwSignal<Vec<BothChanged>>) -> impl IntoView {
    move || {
        let questions = both.get();
        (!questions.is_empty()).then(|| {
            let take = move |question: BothChanged| {
                question.take.run(());
                both.update(|both| both.retain(|other| other.label != question.label));
            };
            let lines = questions.into_iter().map(|question| {
                let BothChanged { label, theirs, .. } = question.clone();
                view! {
                    <li>
                        {format!("{label}: theirs is ")} <strong><bdi>{theirs}</bdi></strong> " "
                        <button type="button" class="link" aria-label=format!("Take theirs for {label}") on:click=move |_| take(question.clone())>
                            "Take theirs"
                        </button>
                    </li>
                }
            });
            view! {
                <div class="both" translate="no">
                    <p>"You both changed:"</p>
                    <ul>{lines.collect_view()}</ul>
                </div>
            }
            .into_any()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brought(mine: &str, before: &str, theirs: &str) -> (String, Option<String>) {
        Owner::new().with(|| {
            let mine = RwSignal::new(mine.to_owned());
            let both = bring_up_to_date("Name", mine, &before.to_owned(), theirs.to_owned());
            (mine.get_untracked(), both.map(|both| both.theirs))
        })
    }

    #[test]
    fn an_untouched_field_takes_the_others_value() {
        assert_eq!(brought("a", "a", "b"), ("b".to_owned(), None));
    }

    #[test]
    fn a_field_that_only_i_changed_stays_mine() {
        assert_eq!(brought("mine", "a", "a"), ("mine".to_owned(), None));
    }

    #[test]
    fn what_both_changed_stays_mine_and_is_asked() {
        assert_eq!(brought("mine", "a", "theirs"), ("mine".to_owned(), Some("theirs".to_owned())));
        assert_eq!(brought("mine", "a", ""), ("mine".to_owned(), Some("nothing".to_owned())));
    }

    #[test]
    fn what_both_changed_alike_is_no_question() {
        assert_eq!(brought("b", "a", "b"), ("b".to_owned(), None));
    }

    #[test]
    fn taking_theirs_replaces_mine() {
        Owner::new().with(|| {
            let mine = RwSignal::new(true);
            let both = bring_up_to_date("Trusted", mine, &false, false);
            assert!(both.is_none(), "they did not touch it");
            let mine = RwSignal::new("mine".to_owned());
            let both = bring_up_to_date("Name", mine, &"a".to_owned(), "theirs".to_owned());
            both.unwrap().take.run(());
            assert_eq!(mine.get_untracked(), "theirs");
        });
    }
}
