//! A decision on what is selected, as it was when its dialog was opened: what it is on, and how it is made part by part.

use std::sync::Arc;

use domain::{
    Consumer, ConsumerKey,
    bulk::{BulkPart, Deed, MOST_AT_ONCE},
};
use leptos::prelude::*;

use super::{
    calls,
    chosen::{PickedRow, Whole},
    outcome::Outcome,
    selection,
    state::PageState,
};
use crate::{console::request::Pending, error::AppError};

/// How many names the dialog tells.
const NAMES: usize = 5;

/// Some consumers: how many, and what the first of them are called.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) number: u64,
    pub(super) names: Vec<String>,
}

impl Group {
    fn of(consumers: &[Arc<Consumer>]) -> Self {
        let names = consumers.iter().take(NAMES).map(|consumer| consumer.name.to_string()).collect();
        Self { number: consumers.len() as u64, names }
    }
}

/// What is done, and to which consumers.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) deed: Deed,
    /// All of them.
    pub(super) all: Group,
    /// Those that have changed since they were picked: they are decided on as they are now.
    pub(super) changed: Group,
    /// Those whose names look like that of an approved consumer.
    pub(super) alike: Group,
    /// The view that is selected whole, if one is.
    pub(super) whole: Option<Whole>,
    /// Those that were picked; of a whole view, those that are left out.
    picked: Vec<PickedRow>,
}

impl Job {
    /// On what is selected now.
    pub(super) fn of(state: PageState, deed: Deed) -> Self {
        let number = selection::number(state);
        let (whole, picked) =
            state.selected.read(|chosen| (chosen.whole().cloned(), chosen.picked().to_vec()));
        let rows = match &whole {
            Some(_) => first_rows(state),
            None => picked.iter().map(|row| row.consumer.clone()).collect(),
        };
        let all = Group { number, ..Group::of(&rows) };
        // Of a whole view those that are picked are left out.
        let those = |has: fn(&PickedRow) -> bool| {
            let rows = picked.iter().filter(|row| whole.is_none() && has(row));
            Group::of(&rows.map(|row| row.consumer.clone()).collect::<Vec<_>>())
        };
        let changed = those(PickedRow::has_changed);
        let alike = those(|row| row.consumer.looks_like().is_some());
        Self { deed, all, changed, alike, whole, picked }
    }

    /// The keys of those that were picked or left out, one on a line.
    pub(super) fn keys(&self) -> String {
        lines(self.picked.iter().map(|row| row.consumer.key.to_string()))
    }

    /// Goes on from what has come of it so far, to the end or to the first part that fails. Dropped at any time, it begins no
    /// other part.
    pub(super) async fn run(
        self,
        state: PageState,
        outcome: ArcRwSignal<Outcome>,
        reason: String,
    ) -> Result<(), AppError> {
        while let Some(part) = outcome.with_untracked(|outcome| self.part(outcome, &reason)) {
            let mut part = part.await?;
            let stopped = part.stopped.take();
            self.release(state, &part);
            outcome.update(|outcome| {
                outcome.add(part, |key| self.name(key));
                outcome.is_over = stopped.is_none() && self.is_over(outcome);
            });
            if let Some(words) = stopped {
                return Err(AppError::Unavailable(words));
            }
        }
        if self.whole.is_some() {
            state.selected.clear();
        }
        Ok(())
    }

    /// Asks for the part that follows, if one does.
    fn part(&self, outcome: &Outcome, reason: &str) -> Option<Pending<BulkPart>> {
        if outcome.is_over {
            return None;
        }
        if let Some(whole) = &self.whole {
            let behind = outcome.behind.map(|key| key.to_string()).unwrap_or_default();
            return Some(calls::decide_part(self.deed, whole, &behind, &self.keys(), reason));
        }
        let rest = self.rest(outcome).iter().take(MOST_AT_ONCE);
        let picked = lines(rest.map(|row| format!("{} {}", row.consumer.key, row.consumer.revision)));
        Some(calls::decide_picked(self.deed, &picked, reason))
    }

    /// Those of the picked ones that had no turn yet.
    fn rest(&self, outcome: &Outcome) -> &[PickedRow] {
        let handled = usize::try_from(outcome.handled()).unwrap_or(usize::MAX);
        self.picked.get(handled..).unwrap_or_default()
    }

    fn is_over(&self, outcome: &Outcome) -> bool {
        if self.whole.is_some() { outcome.behind.is_none() } else { self.rest(outcome).is_empty() }
    }

    /// What was picked and is done is not selected any more; what could not be done still is.
    fn release(&self, state: PageState, part: &BulkPart) {
        if self.whole.is_none() {
            let is_done = |key| part.done.iter().chain(&part.already).any(|done| done.key == key);
            state.selected.change(|chosen| chosen.forget(is_done));
        }
    }

    fn name(&self, key: ConsumerKey) -> String {
        let picked = self.picked.iter().find(|row| row.consumer.key == key);
        picked.map_or_else(|| key.to_string(), |row| row.consumer.name.to_string())
    }
}

/// The first rows of those that are loaded and selected.
fn first_rows(state: PageState) -> Vec<Arc<Consumer>> {
    let order = state.rows.read(|table| table.order().to_vec());
    let selected = order.into_iter().filter(|key| state.selected.read(|chosen| chosen.has(*key)));
    selected.filter_map(|key| state.rows.get(key)).take(NAMES).collect()
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}
