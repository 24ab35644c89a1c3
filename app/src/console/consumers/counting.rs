//! The numbers of a view, which the server counts: they are asked for where something may have changed them.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::{
    calls,
    flow::{AGAIN_AFTER, Asked, Doing},
    numbers::Side,
    rows::Table,
    state::{PageState, without_moving},
};

/// How long after a change the numbers are asked for.
const COUNTED_AFTER: Duration = Duration::from_millis(80);

/// How long after an answer they are asked for again, where they have changed since.
const COUNTED_EACH: Duration = Duration::from_secs(1);

/// Asks for the numbers where something may have changed them.
pub(super) fn count(state: PageState) {
    let is_doubtful = state.rows.read(Table::is_doubtful);
    if !is_doubtful || state.flow.try_update_value(|flow| flow.begins(Doing::Counting)) != Some(true) {
        return;
    }
    let ask = move || {
        spawn_local(async move {
            // Where the first row is loaded it is the first one, without counting those behind the last.
            let last = |table: &Table| {
                if table.above() > 0 { table.edge(Side::Below) } else { String::new() }
            };
            let asked = || state.rows.read(|table| (table.view().clone(), last(table)));
            let ((view, cursor), events) = (asked(), state.rows.read(Table::events));
            let answer = calls::counts(&view, &cursor).await;
            let is_answered = answer.is_ok();
            let again = move || {
                let ended = state.flow.try_update_value(|flow| flow.ends(Doing::Counting));
                if ended.is_some() && is_answered {
                    count(state);
                }
            };
            set_timeout(again, COUNTED_EACH);
            // Where there is no answer, the sign says so, and the numbers are asked for until there is one.
            state.note_answer(Asked::Numbers, is_answered);
            if !is_answered {
                let later = move || {
                    if state.flow.try_with_value(|flow| flow.is_missing(Asked::Numbers)) == Some(true) {
                        count(state);
                    }
                };
                set_timeout(later, AGAIN_AFTER);
            }
            let Ok(answer) = answer else { return };
            let (shown, edge) = asked();
            let is_same = shown == view;
            // Where another row is the last one by now, how many stand behind it is asked again.
            let behind = Some(answer.behind).filter(|_| !cursor.is_empty() && edge == cursor);
            let is_moved = edge != cursor;
            without_moving(None, || {
                state.rows.write(|table| {
                    table.set_counts(answer.counts, Some(answer.total).filter(|_| is_same), behind);
                    // What happened before the answer came may not be in it.
                    if !is_same || is_moved || table.events() != events {
                        table.doubt();
                    }
                });
                state.rows.settle();
            });
        });
    };
    // What nobody has counted yet is waited for.
    let after = if state.rows.counted().is_counted { COUNTED_AFTER } else { Duration::ZERO };
    set_timeout(ask, after);
}
