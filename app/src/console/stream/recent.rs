//! What the leading tab keeps of the activity, for tabs that come or come back.

use std::collections::VecDeque;

/// How many events are kept; a tab that has missed more fetches the list.
const MOST: usize = 200;

/// An event that has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Numbered {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) data: String,
}

/// Every event after a number, oldest first.
#[derive(Clone, Debug)]
pub(super) struct Recent {
    since: i64,
    events: VecDeque<Numbered>,
}

impl Recent {
    /// What happens after this number is kept.
    pub(super) fn since(since: i64) -> Self {
        Self { since, events: VecDeque::new() }
    }

    pub(super) fn push(&mut self, event: Numbered) {
        self.events.push_back(event);
        if self.events.len() > MOST
            && let Some(oldest) = self.events.pop_front()
        {
            self.since = oldest.id;
        }
    }

    /// What a tab has missed that has seen everything up to a number; `None` where that is not known any more.
    pub(super) fn missed(&self, seen: i64) -> Option<impl Iterator<Item = &Numbered>> {
        (seen >= self.since).then(|| self.events.iter().filter(move |event| event.id > seen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recent(since: i64, ids: impl Iterator<Item = i64>) -> Recent {
        let mut recent = Recent::since(since);
        for id in ids {
            recent.push(Numbered { id, name: "removed".to_owned(), data: "{}".to_owned() });
        }
        recent
    }

    fn missed(recent: &Recent, seen: i64) -> Option<Vec<i64>> {
        Some(recent.missed(seen)?.map(|event| event.id).collect())
    }

    #[test]
    fn a_tab_that_comes_gets_what_it_has_missed_and_no_more() {
        let recent = recent(10, [11, 14, 15].into_iter());
        assert_eq!(missed(&recent, 10), Some(vec![11, 14, 15]));
        assert_eq!(missed(&recent, 12), Some(vec![14, 15]));
        assert_eq!(missed(&recent, 15), Some(vec![]));
        assert_eq!(missed(&recent, 99), Some(vec![]), "it is ahead of the leader");
    }

    #[test]
    fn what_happened_before_the_leader_listened_is_not_known() {
        assert_eq!(missed(&recent(10, [11].into_iter()), 9), None);
    }

    #[test]
    fn a_bounded_number_is_kept_and_the_end_of_it_is_known() {
        let recent = recent(0, 1..=1000);
        assert_eq!(recent.events.len(), MOST);
        assert_eq!(missed(&recent, 799), None);
        assert_eq!(missed(&recent, 800).map(|missed| missed.len()), Some(MOST));
    }
}
