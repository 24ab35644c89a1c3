//! Everything that changes on the page, and how a change is applied without disturbing the reader.

use std::time::Duration;

use domain::{ConsumerKey, Event, Use, View};
use leptos::{
    prelude::*,
    task::{spawn_local, tick},
};

use time::OffsetDateTime;

use super::{
    asked::Late,
    elements,
    flow::{Arrived, Asked, Flow},
    overlay::Overlay,
    panel::Panel,
    registration::{Left, Registration},
    rows::{Applied, NewRow, Table},
    scroll::{self, ScrollAnchor},
    selected::Selected,
    signals::{NEW, TableSignals},
};
use crate::console::shell::Shell;

/// How long a new row is marked.
const NEW_FOR: Duration = Duration::from_secs(30);

/// How long a change waits for the next frame at most.
const FRAME_WITHIN: Duration = Duration::from_millis(50);

/// How high a row is where nothing else is known; `--row` of the style sheet.
const ROW_HEIGHT: u32 = 44;

/// Everything that changes on the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageState {
    /// The model: what is in the table.
    pub(super) rows: TableSignals,
    /// The row under the pointer.
    pub(super) hovered: RwSignal<Option<ConsumerKey>>,
    /// The rows that are selected.
    pub(super) selected: Selected,
    /// The menu or dialog that is open.
    pub(super) overlay: Overlay,
    /// What was registered last, while the page says so.
    pub(super) registered: RwSignal<Option<Registration>>,
    /// The clock, the link, notices.
    pub(super) shell: Shell,
    /// The consumer whose panel is open.
    pub(super) panel: Panel,
    /// What is asked for.
    pub(super) flow: StoredValue<Flow>,
    /// Fires when another view is asked for.
    pub(super) wanted: RwSignal<()>,
    /// How high a row is, in pixels.
    pub(super) row_height: RwSignal<u32>,
    /// What was asked for in dialogs that are closed, and may still be done.
    pub(super) late: StoredValue<Vec<Late>>,
    /// What has arrived since the last frame, and is applied with the next one.
    arrived: StoredValue<Arrived>,
}

impl PageState {
    /// The page as the server rendered it, of which this many rows are drawn at once.
    pub(super) fn new(table: Table, drawn: usize, shell: Shell) -> Self {
        let flow = Flow::of(table.view().clone());
        Self {
            rows: TableSignals::new(table, drawn),
            hovered: RwSignal::new(None),
            selected: Selected::new(),
            overlay: Overlay::new(),
            registered: RwSignal::new(None),
            shell,
            panel: Panel::new(),
            flow: StoredValue::new(flow),
            wanted: RwSignal::new(()),
            row_height: RwSignal::new(ROW_HEIGHT),
            late: StoredValue::new(Vec::new()),
            arrived: StoredValue::new(Arrived::default()),
        }
    }

    /// The view that is asked for.
    pub(super) fn view(self) -> View {
        self.flow.with_value(|flow| flow.wanted.clone())
    }

    /// Notes whether there was an answer; while there is none, the sign says so.
    pub(super) fn note_answer(self, to: Asked, came: bool) {
        let is_incomplete = self.flow.try_update_value(|flow| flow.note_answer(to, came));
        if let Some(is_incomplete) = is_incomplete
            && self.shell.incomplete.get_untracked() != is_incomplete
        {
            self.shell.incomplete.set(is_incomplete);
        }
    }

    /// Applies what another administrator did, without moving what the reader is looking at.
    pub(super) fn apply_live(self, event: Event) {
        self.arrives(|arrived| arrived.events.push(event));
    }

    /// Applies when consumers were last used.
    pub(super) fn apply_uses(self, uses: Vec<Use>) {
        self.arrives(|arrived| arrived.uses.extend(uses));
    }

    /// Applies what this page did itself, after what has arrived before.
    pub(super) fn apply_own(self, event: Event) {
        self.apply(Some(event));
    }

    /// Everything that arrives between two frames is applied together, before the next one is painted: its layout is then
    /// computed once. A hidden page has no frames and applies each by itself.
    fn arrives(self, arrive: impl FnOnce(&mut Arrived)) {
        let first = self.arrived.try_update_value(|arrived| {
            let first = arrived.is_empty();
            arrive(arrived);
            first && !arrived.is_empty()
        });
        if first != Some(true) {
            return;
        }
        if document().hidden() {
            self.apply(None);
        } else {
            request_animation_frame(move || self.apply(None));
            // Some windows that are covered by others have a frame each second.
            set_timeout(move || self.apply(None), FRAME_WITHIN);
        }
    }

    fn apply(self, own: Option<Event>) {
        let arrived = self.arrived.try_update_value(std::mem::take).unwrap_or_default();
        if arrived.is_empty() && own.is_none() {
            return;
        }
        self.set_time();
        // What changes in its place moves nothing, and nothing has to be measured for it.
        let moves = |event: &Event| match event {
            Event::Consumer(consumer) => {
                self.rows.get(consumer.key).is_none() || self.left_of_registration(event).is_some()
            }
            Event::Removed(_) => true,
        };
        let anchor = (own.is_some() || arrived.events.iter().any(moves))
            .then(|| ScrollAnchor::before(self.row_in_use()));
        // What moves nothing is no new row, and shows none that waits.
        let new_row = if anchor.is_some() { self.new_row() } else { NewRow::Wait };
        for event in arrived.events {
            self.follow_registration(&event, false);
            self.apply_event(event, new_row);
        }
        self.flow.update_value(|flow| flow.keep_uses(&arrived.uses));
        for used in &arrived.uses {
            self.rows.apply_use(used);
            self.panel.used(used.key, self.shell);
        }
        if let Some(own) = own {
            self.follow_registration(&own, true);
            self.apply_event(own, NewRow::Show);
        }
        self.rows.settle();
        if let Some(anchor) = anchor {
            correct(anchor);
        }
    }

    fn set_time(self) {
        let now = OffsetDateTime::from_unix_timestamp(self.shell.clock.get_untracked() / 1000);
        self.rows.write(|table| table.set_time(now.unwrap_or(OffsetDateTime::UNIX_EPOCH)));
    }

    /// Applies once more what happened while rows were asked for: those that came may be older.
    pub(super) fn catch_up(self, meanwhile: Arrived) {
        if meanwhile.is_empty() {
            return;
        }
        self.set_time();
        if !meanwhile.events.is_empty() {
            self.rows.write(Table::doubt);
        }
        // A row that has come since then waits on.
        let new_row = if meanwhile.events.is_empty() { NewRow::Wait } else { self.new_row() };
        for event in meanwhile.events {
            self.rows.apply(event, new_row);
        }
        for used in &meanwhile.uses {
            self.rows.apply_use(used);
        }
        self.rows.settle();
    }

    /// Whether there are rows that are not in the view any more, or not in their places.
    pub(super) fn is_untidy(self) -> bool {
        self.rows.read(|table| !table.astray(&[], true).is_empty())
    }

    /// Takes away the rows that are no longer in the view and not in use. Rows move to where they belong where the page can
    /// keep a row in use where it is.
    pub(super) fn tidy(self) {
        let is_over = |last: &Option<Registration>| last.as_ref().is_some_and(|last| last.is_over);
        if self.row_in_use().is_none() && self.registered.with_untracked(is_over) {
            without_moving(None, || self.registered.set(None));
        }
        if !self.is_untidy() {
            return;
        }
        let used = self.rows_in_use();
        let in_use = self.row_in_use();
        let may_move = in_use.is_none() || scroll::page_scrolls();
        if self.rows.read(|table| !table.astray(&used, may_move).is_empty()) {
            without_moving(in_use, || self.rows.tidy(&used, may_move));
        }
    }

    /// What is left to say of the last registration after an event that changes it.
    fn left_of_registration(self, event: &Event) -> Option<Left> {
        let after = |last: &Option<Registration>| last.as_ref().and_then(|last| last.after(event));
        self.registered.try_with_untracked(after).flatten()
    }

    fn follow_registration(self, event: &Event, is_own: bool) {
        match self.left_of_registration(event) {
            None => {}
            Some(Left::Secret(now)) => self.registered.update(|last| {
                if let Some(last) = last {
                    last.consumer = *now;
                }
            }),
            // Without it the table would move up below the pointer.
            Some(Left::Nothing) if !is_own && self.row_in_use().is_some() => {
                self.registered.update_untracked(|last| {
                    if let Some(last) = last {
                        last.is_over = true;
                    }
                });
            }
            Some(Left::Nothing) => self.registered.set(None),
        }
    }

    fn apply_event(self, event: Event, new_row: NewRow) {
        let key = match &event {
            Event::Consumer(consumer) => consumer.key,
            Event::Removed(key) => *key,
        };
        if let Event::Removed(key) = event {
            self.before_removal(key);
        }
        self.panel.changed(key, self.shell);
        self.flow.update_value(|flow| flow.keep(&event));
        if let Applied::Added(key) = self.rows.apply(event, new_row) {
            self.mark_new(key);
        }
    }

    /// Makes sure that the focus is not lost with a row.
    fn before_removal(self, key: ConsumerKey) {
        let next = self.rows.next(key);
        if self.overlay.row() == Some(key) {
            // Called twice if another administrator removed it first; keep the first answer.
            if self.rows.get(key).is_some() {
                self.overlay.row_is_removed(next);
            }
        } else if elements::focused_row() == Some(key) {
            elements::focus_row(next);
        }
    }

    /// Puts waiting rows on the page; returns the first of them.
    pub(super) fn show_waiting(self) -> Option<ConsumerKey> {
        if self.rows.counted().waiting == 0 {
            return None;
        }
        self.rows.show_waiting()
    }

    fn mark_new(self, key: ConsumerKey) {
        let Some(row) = self.rows.row(key) else { return };
        row.tag.set(NEW);
        let passes = move || {
            if row.tag.get_untracked() == NEW {
                row.tag.set("");
            }
        };
        set_timeout(passes, NEW_FOR);
    }

    /// The rows in use: one with a menu or dialog open on it, one with the focus in it, one whose message is read, one under
    /// the pointer.
    fn rows_in_use(self) -> [Option<ConsumerKey>; 4] {
        let read = self.shell.row_read().and_then(|row| elements::key_of(&row));
        [self.overlay.row(), elements::focused_row(), read, self.hovered.get_untracked()]
    }

    /// The first of them.
    pub(super) fn row_in_use(self) -> Option<ConsumerKey> {
        self.rows_in_use().into_iter().flatten().next()
    }

    /// Whether the focus, a menu, a dialog or a message that is read is on the table; where the pointer is, the table knows itself.
    pub(super) fn in_use(self) -> bool {
        self.overlay.row().is_some() || elements::is_table_focused() || self.shell.row_read().is_some()
    }

    /// Runs the current effect again when a row may stand elsewhere on the screen.
    pub(super) fn track_places(self) {
        self.rows.track();
        self.panel.track();
        self.shell.exact_times.track();
        // The bar that counts what is selected, and what the state of the link means, are over the table.
        self.selected.with(|_| ());
        self.shell.link.track();
    }

    /// What becomes of a new row: it waits where it would push a row in use down, with no way to scroll after it.
    fn new_row(self) -> NewRow {
        let pushes = self.row_in_use().is_some() && !scroll::page_scrolls();
        if pushes { NewRow::Wait } else { NewRow::Show }
    }
}

/// Changes rows without moving those that are looked at.
pub(super) fn without_moving(around: Option<ConsumerKey>, change: impl FnOnce()) {
    let anchor = ScrollAnchor::before(around);
    change();
    correct(anchor);
}

/// Once the effects of a change are in the document, and before it is painted.
fn correct(anchor: ScrollAnchor) {
    spawn_local(async move {
        tick().await;
        anchor.after();
    });
}

#[cfg(test)]
mod tests {
    use domain::{Actor, Consumer, ConsumerName, StatusCounts};

    use super::*;

    #[test]
    fn what_every_closure_of_the_page_holds_is_small() {
        // Unoptimised, each signal says where it was made.
        assert!(size_of::<PageState>() <= 256 || cfg!(debug_assertions));
    }
    #[test]
    fn a_use_that_is_told_while_rows_are_asked_for_stays_though_they_are_older() {
        Owner::new().with(|| {
            let (key, now) = ("a-key".parse().unwrap(), OffsetDateTime::UNIX_EPOCH);
            let name = ConsumerName::parse("App").unwrap();
            let unused = Consumer::register(key, name, false, Actor::CommandLine, now);
            let table =
                Table::new(View::default(), vec![unused.clone()], 0, Some(1), StatusCounts::default());
            let state = PageState::new(table, usize::MAX, Shell::new(String::new(), 0));
            let asked = state.flow.try_update_value(Flow::ask).unwrap();
            state.flow.update_value(|flow| flow.keep_uses(&[Use { key, last_used_at: now }]));
            let meanwhile = state.flow.try_update_value(|flow| flow.answered(asked)).flatten().unwrap();
            state.rows.load(View::default(), vec![unused], 0, Some(1));
            state.catch_up(meanwhile);
            assert_eq!(state.rows.get(key).unwrap().last_used_at, Some(now));
            assert!(!state.rows.read(Table::is_doubtful), "a use changes no number of this view");
        });
    }
}
