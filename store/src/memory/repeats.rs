//! Which key requests were made again since that was last written down.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::memory::pace::Pace;

/// How often each row was asked for again, by its key.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    times: Mutex<HashMap<String, i64>>,
    /// Of their writer.
    pub(crate) pace: Pace,
}

impl Repeats {
    /// Counts a repetition.
    pub(crate) fn note(&self, key: String) {
        *self.all().entry(key).or_default() += 1;
        self.pace.note();
    }

    /// Takes all of them, sorted by key.
    pub(crate) fn take(&self) -> Vec<(String, i64)> {
        let mut taken: Vec<_> = mem::take(&mut *self.all()).into_iter().collect();
        taken.sort_unstable();
        taken
    }

    /// Puts back what could not be written.
    pub(crate) fn put_back(&self, taken: Vec<(String, i64)>) {
        let mut all = self.all();
        for (key, times) in taken {
            *all.entry(key).or_default() += times;
        }
        drop(all);
        self.pace.note();
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, i64>> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
