//! What becomes of the fields of a form when another administrator was faster: those that its user has not touched take
//! the other's value, so that saving changes nothing back; what both have changed is asked, field by field.

use leptos::prelude::*;

use super::{
    fields::{FIELDS, Values},
    form::EditForm,
};

/// A field that both have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BothChanged {
    /// Its place among the fields.
    pub(super) at: usize,
    mine: String,
    theirs: String,
}

/// What each field shows from now on, and what is to be asked.
pub(super) fn bring_up_to_date(mine: Values, before: &Values, theirs: &Values) -> (Values, Vec<BothChanged>) {
    let mut both = Vec::new();
    let values = mine.into_iter().zip(before).zip(theirs).enumerate();
    let values = values.map(|(at, ((mine, before), theirs))| {
        if mine == *before {
            return theirs.clone();
        }
        if mine != *theirs && theirs != before {
            both.push(BothChanged { at, mine: mine.clone(), theirs: theirs.clone() });
        }
        mine
    });
    (values.collect(), both)
}

/// Which fields are asked about, for a reader who does not have them in sight.
pub(super) fn summary(both: &[BothChanged]) -> Option<String> {
    let labels: Vec<_> = both.iter().map(|both| FIELDS[both.at].label).collect();
    (!labels.is_empty()).then(|| format!("You both changed {}: choose beside each.", labels.join(", ")))
}

/// The question beside a field that both have changed: *theirs* or *yours*, which is kept unless the reader says otherwise.
pub(super) fn question(at: usize, form: EditForm, both: RwSignal<Vec<BothChanged>>) -> AnyView {
    let asked = move || {
        let BothChanged { mine, theirs, .. } =
            both.with(|both| both.iter().find(|both| both.at == at).cloned())?;
        let label = FIELDS[at].label;
        let choices = [("Theirs", "Take theirs for", theirs.clone()), ("Yours", "Keep yours for", mine)];
        let buttons = choices.map(|(word, name, value)| {
            let is_theirs = word == "Theirs";
            let theirs = theirs.clone();
            let pressed = move || (form.value(at) == theirs) == is_theirs;
            view! {
                <button
                    type="button" class="link" aria-label=format!("{name} {label}") aria-pressed=move || pressed().to_string()
                    on:click=move |_| form.set(at, &value)
                >
                    {word}
                </button>
            }
            .into_any()
        });
        let question = view! {
            <div class="both" role="group" aria-label=format!("You both changed {label}") translate="no">
                <span>"You both changed this. Theirs is " <strong><bdi>{shown(&theirs)}</bdi></strong></span>
                {buttons.into_iter().collect_view()}
            </div>
        };
        Some(question.into_any())
    };
    view! { {asked} }.into_any()
}

fn shown(value: &str) -> String {
    if value.is_empty() { "nothing".to_owned() } else { value.replace('\n', ", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brought(mine: &str, before: &str, theirs: &str) -> (String, Option<String>) {
        let one = |text: &str| vec![text.to_owned()];
        let (mut values, mut both) = bring_up_to_date(one(mine), &one(before), &one(theirs));
        (values.remove(0), both.pop().map(|both| both.theirs))
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
        assert_eq!(brought("mine", "a", ""), ("mine".to_owned(), Some(String::new())));
    }

    #[test]
    fn what_both_changed_alike_is_no_question() {
        assert_eq!(brought("b", "a", "b"), ("b".to_owned(), None));
    }

    #[test]
    fn the_questions_name_their_fields() {
        let both = |at| BothChanged { at, mine: String::new(), theirs: String::new() };
        assert_eq!(summary(&[]), None);
        let words = summary(&[both(0), both(3)]);
        assert_eq!(words.as_deref(), Some("You both changed Consumer name, Owner: choose beside each."));
        assert_eq!((shown(""), shown("a\nb")), ("nothing".to_owned(), "a, b".to_owned()));
    }
}
