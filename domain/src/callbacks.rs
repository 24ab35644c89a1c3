//! Lists of callbacks, in their order. The first of a consumer also stands in a field of its own: it is the one that `oob`
//! means, and the only one that earlier versions know.

use std::iter::once;

/// All callbacks, beginning with the first; `listed` may contain it or not. Without a first one there are none: an earlier
/// version, which knows no others, has taken it away.
pub(crate) fn all<'a>(first: Option<&'a str>, listed: &'a [String]) -> impl Iterator<Item = &'a str> {
    let others = listed.iter().map(String::as_str);
    first.into_iter().chain(others.filter(move |other| first.is_some_and(|first| first != *other)))
}

/// A list in which one that comes twice is one.
pub(crate) fn unique<'a>(callbacks: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut unique = Vec::<String>::new();
    for callback in callbacks {
        if !unique.iter().any(|other| other == callback) {
            unique.push(callback.to_owned());
        }
    }
    unique
}

/// The list with another first callback before `others`; without a first one there are no others.
pub(crate) fn with_first<'a>(first: Option<&'a str>, others: impl Iterator<Item = &'a str>) -> Vec<String> {
    first.map(|first| unique(once(first).chain(others))).unwrap_or_default()
}

/// The change from one list to another, as a phrase that follows "changed".
pub(crate) fn difference(before: &[&str], later: &[&str]) -> Option<String> {
    match later {
        _ if before == later => None,
        [] => Some("the callback URL to none".to_owned()),
        [only] => Some(format!("the callback URL to {only}")),
        several => Some(format!("the callback URLs to {}", several.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "https://app.example/cb";
    const B: &str = "myapp://cb";
    const C: &str = "com.example.app:/cb";

    fn owned(callbacks: &[&str]) -> Vec<String> {
        callbacks.iter().map(|callback| (*callback).to_owned()).collect()
    }

    #[test]
    fn callbacks_keep_their_order_and_one_that_comes_twice_is_one() {
        assert_eq!(unique([B, A, B, C, A].into_iter()), [B, A, C]);
        assert!(unique([].into_iter()).is_empty());
    }

    #[test]
    fn the_list_begins_with_the_first_whether_it_contains_it_or_not() {
        let all = |first, listed: &[&str]| all(first, &owned(listed)).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(all(Some(A), &[A, B]), [A, B]);
        assert_eq!(all(Some(A), &[B]), [A, B]);
        assert_eq!(all(Some(A), &[]), [A]);
        assert_eq!(all(Some(C), &[B, C]), [C, B], "an earlier version has made another one the first");
        assert!(all(None, &[A, B]).is_empty(), "an earlier version has taken it away");
    }

    #[test]
    fn the_first_is_replaced_among_others_and_takes_them_along_when_it_goes() {
        for (first, others, list) in [
            (Some(C), &[B][..], &[C, B][..]),
            (Some(B), &[B], &[B]),
            (Some(A), &[], &[A]),
            (None, &[B], &[]),
            (None, &[], &[]),
        ] {
            assert_eq!(with_first(first, others.iter().copied()), list, "{first:?} {others:?}");
        }
    }

    #[test]
    fn a_change_is_told_with_all_that_are_registered_then() {
        assert_eq!(difference(&[A, B], &[A, B]), None);
        assert_eq!(difference(&[], &[]), None);
        assert_eq!(difference(&[A], &[]).unwrap(), "the callback URL to none");
        assert_eq!(difference(&[], &[B]).unwrap(), "the callback URL to myapp://cb");
        let both = "the callback URLs to https://app.example/cb, myapp://cb";
        assert_eq!(difference(&[A], &[A, B]).unwrap(), both);
        assert_eq!(difference(&[B, A], &[A, B]).unwrap(), both, "their order is what oob rests on");
    }
}
