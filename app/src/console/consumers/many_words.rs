//! The words of the dialog about many consumers: what it asks, and what came of it.

use domain::bulk::Deed;
use leptos::prelude::*;

use super::{
    job::Group,
    outcome::{Outcome, participle},
};
use crate::ui::number::grouped;

/// The words of a deed: the heading, the button, and what it will do to them.
pub(super) fn words(deed: Deed) -> (&'static str, &'static str, &'static str) {
    match deed {
        Deed::Approve => (
            "Approve consumer keys",
            "Approve",
            "They will be able to sign users in and to use APIs on their behalf from their next requests on: those that are Trusted at once, the others once their users allow it. None becomes Trusted by this.",
        ),
        Deed::Disapprove => (
            "Disapprove consumer keys",
            "Disapprove",
            "They will be refused from their very next requests on: they can neither sign users in nor use APIs on their behalf. Their tokens are kept, so that approving them again brings them back.",
        ),
        Deed::Remove => (
            "Remove consumer keys",
            "Remove",
            "They will be removed permanently. Their keys stop working at once, everybody who is signed in through them is signed out, and the keys cannot be brought back: the applications would need new ones.",
        ),
    }
}

/// What was done, what was not, and why.
pub(super) fn result(deed: Deed, outcome: &Outcome, number: u64) -> AnyView {
    let sentences = outcome.sentences(deed, number).into_iter().map(|words| view! { <p>{words}</p> });
    let reasons = outcome.reasons.clone().into_iter().map(|(name, why)| {
        view! { <li><bdi>{name}</bdi> ": " {why}</li> }
    });
    let more = outcome.more_reasons();
    let rest = (more > 0).then(|| format!("{} more were not {}.", grouped(more), participle(deed)));
    let done = (!outcome.names.is_empty()).then(|| {
        let (names, done) = (names(outcome.names.clone(), outcome.more_names()), participle(deed));
        view! { <p class="hint">"What was " {done} ": " {names}</p> }
    });
    view! {
        {sentences.collect_view()}
        <ul>{reasons.collect_view()} {rest.map(|rest| view! { <li>{rest}</li> })}</ul>
        {done}
    }
    .into_any()
}

/// Which of them have changed since they were picked, if any.
pub(super) fn changed(those: &Group) -> Option<AnyView> {
    let words = if those.number == 1 {
        " of them has changed since it was selected, and is decided on as it is now: "
    } else {
        " of them have changed since they were selected, and are decided on as they are now: "
    };
    warning(those, words)
}

/// Which of them look like approved consumers, if any.
pub(super) fn alike(those: &Group) -> Option<AnyView> {
    let words = if those.number == 1 {
        " of them looks like a consumer that is approved. Make sure who asked for it: "
    } else {
        " of them look like consumers that are approved. Make sure who asked for them: "
    };
    warning(those, words)
}

fn warning(those: &Group, words: &'static str) -> Option<AnyView> {
    let number = grouped(those.number);
    let warning = || view! { <p class="note warning users" translate="no"><span>{number} {words} {group(those)}</span></p> };
    (those.number > 0).then(|| warning().into_any())
}

/// The first names of a group, and how many more there are.
pub(super) fn group(those: &Group) -> AnyView {
    names(those.names.clone(), those.number.saturating_sub(those.names.len() as u64))
}

/// Names, each as it is written in its own direction, and how many more there are.
fn names(names: Vec<String>, more: u64) -> AnyView {
    let names = names.into_iter().enumerate().map(|(at, name)| {
        let before = if at > 0 { ", " } else { "" };
        view! { {before} <bdi>{name}</bdi> }
    });
    let more = (more > 0).then(|| format!(" and {} more", grouped(more)));
    view! { {names.collect_view()} {more} }.into_any()
}

/// How many they are.
pub(super) fn count(number: u64) -> String {
    if number == 1 { "1 consumer".to_owned() } else { format!("{} consumers", grouped(number)) }
}

/// What the field for the number says.
pub(super) fn number_hint(number: u64) -> String {
    format!("{}. Remove can be pressed once it fits.", grouped(number))
}

/// Whether it is the number, with or without what groups its digits.
pub(super) fn is_number(typed: &str, number: u64) -> bool {
    let digits: String =
        typed.chars().filter(|char| !matches!(char, ',' | '.' | ' ' | '\u{a0}' | '\'')).collect();
    digits == number.to_string()
}

/// How many users are signed in through them.
pub(super) fn signed_in(users: u64) -> String {
    match users {
        0 => "Nobody is signed in through them.".to_owned(),
        1 => "1 user is signed in through them.".to_owned(),
        _ => format!("{} users are signed in through them.", grouped(users)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_fits_with_and_without_its_commas_and_nothing_else_does() {
        for typed in ["1234", "1,234", " 1 234 ", "1.234"] {
            assert!(is_number(typed, 1_234), "{typed}");
        }
        for typed in ["", "123", "12345", "1234x", "-1234"] {
            assert!(!is_number(typed, 1_234), "{typed}");
        }
    }

    #[test]
    fn how_many_they_are_and_who_is_signed_in_is_told_as_people_say_it() {
        assert_eq!((&*count(1), &*count(1_000)), ("1 consumer", "1,000 consumers"));
        assert_eq!(signed_in(0), "Nobody is signed in through them.");
        assert_eq!(signed_in(1), "1 user is signed in through them.");
        assert_eq!(signed_in(1_200), "1,200 users are signed in through them.");
    }
}
