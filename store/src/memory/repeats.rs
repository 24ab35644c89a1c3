//! Which key requests were made again since that was last written down, and which of them wished to be trusted.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::memory::pace::Pace;

/// How a row was asked for again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Repeat {
    /// How often.
    pub(crate) times: i64,
    /// Whether any of these requests wished to be trusted: one without the wish takes none away.
    pub(crate) trusted_wished: bool,
}

impl Repeat {
    fn add(&mut self, other: Self) {
        self.times += other.times;
        self.trusted_wished |= other.trusted_wished;
    }
}

/// How each row was asked for again, by its key.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    repeats: Mutex<HashMap<String, Repeat>>,
    /// Of their writer.
    pub(crate) pace: Pace,
}

impl Repeats {
    /// Counts a repetition, and keeps its wish.
    pub(crate) fn note(&self, key: String, trusted_wished: bool) {
        self.all().entry(key).or_default().add(Repeat { times: 1, trusted_wished });
        self.pace.note();
    }

    /// Takes all of them, sorted by key.
    pub(crate) fn take(&self) -> Vec<(String, Repeat)> {
        let mut taken: Vec<_> = mem::take(&mut *self.all()).into_iter().collect();
        taken.sort_unstable();
        taken
    }

    /// Puts back what could not be written.
    pub(crate) fn put_back(&self, taken: Vec<(String, Repeat)>) {
        let mut all = self.all();
        for (key, repeat) in taken {
            all.entry(key).or_default().add(repeat);
        }
        drop(all);
        self.pace.note();
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Repeat>> {
        self.repeats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_back_keeps_its_count_and_its_wish() {
        let repeats = Repeats::default();
        repeats.note("a".to_owned(), true);
        let taken = repeats.take();
        repeats.note("a".to_owned(), false);
        repeats.note("b".to_owned(), false);
        repeats.put_back(taken);
        let a = Repeat { times: 2, trusted_wished: true };
        let b = Repeat { times: 1, trusted_wished: false };
        assert_eq!(repeats.take(), [("a".to_owned(), a), ("b".to_owned(), b)]);
        assert!(repeats.take().is_empty());
    }
}
