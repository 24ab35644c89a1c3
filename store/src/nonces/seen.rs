//! The nonces in SQLite's table, in memory.

use std::collections::{BTreeMap, HashSet};

use foldhash::fast::RandomState;

use crate::nonces::nonce::Nonce;

/// Every nonce that was written and not deleted, by its second.
#[derive(Debug, Default)]
pub(super) struct Seen {
    seconds: BTreeMap<i64, HashSet<[u8; 16], RandomState>>,
    /// The newest row that was read or written; `None` until the rows of earlier processes are read.
    pub(super) last_row: Option<i64>,
}

impl Seen {
    pub(super) fn has(&self, nonce: &Nonce) -> bool {
        self.seconds.get(&nonce.timestamp).is_some_and(|hashes| hashes.contains(&nonce.hash))
    }

    /// Adds a nonce. Returns `false` if it was there.
    pub(super) fn add(&mut self, nonce: &Nonce) -> bool {
        self.seconds.entry(nonce.timestamp).or_default().insert(nonce.hash)
    }

    pub(super) fn forget(&mut self, until: i64) {
        self.seconds = self.seconds.split_off(&(until + 1));
    }
}
