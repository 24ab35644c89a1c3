//! Which rows are on the page: loads those that come near, lets those go that are far away, and finds a place again.

use std::time::Duration;

use domain::{ConsumerKey, View};
use leptos::{ev, prelude::*, task::spawn_local};

use super::{
    calls,
    data::ViewRows,
    elements,
    flow::{AGAIN_AFTER, Asked, Doing, Flow},
    history::{self, History},
    numbers::Side,
    place::{Place, address_at},
    rows::Table,
    scroll,
    sight::{Sight, Want},
    state::{PageState, without_moving},
};
use crate::{
    error::AppError,
    ui::{browser::SCRIPTED, dom},
};

/// How many rows are on the page where the window moves: each change of it costs what all of them cost.
const MOST: usize = 100;

/// How many where one of them is to stay: that with an open menu or dialog, or the one from which a range would be selected.
const MOST_TO_STAY: usize = 200;

/// How many rows are shown at once where none of them is on the page: more than most windows are high, and few enough to be
/// drawn within a frame or two.
const AT_ONCE: u64 = 48;

/// How many rows are drawn within one task: a phone that is four times as slow stays under 50 ms.
const AT_A_TIME: usize = 5;

/// How many rows the page has to draw before it can stand in the place of the server's: those in sight, and all of them where
/// its reader is further down already.
pub(super) fn drawn_first() -> usize {
    let is_at_begin = || window().scroll_y().is_ok_and(|top| top < 1.0) && history::noted().is_none();
    if !SCRIPTED || !is_at_begin() || dom::find("section.consumers tbody :focus").is_some() {
        return usize::MAX;
    }
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(f64::INFINITY);
    elements::rows().iter().take_while(|row| row.get_bounding_client_rect().top() < height).count() + 1
}

/// Draws the rows that are out of sight.
fn draw_rest(state: PageState) {
    if state.rows.is_drawn() {
        return look(state);
    }
    let more = move || {
        state.rows.draw_more(AT_A_TIME);
        draw_rest(state);
    };
    set_timeout(more, Duration::ZERO);
}

/// Follows the scroll bar and the browser's history.
pub(super) fn start(state: PageState) {
    history::restore_by_hand();
    let scrolls = window_event_listener(ev::scroll, move |_| look(state));
    let resizes = window_event_listener(ev::resize, move |_| look(state));
    let travels = window_event_listener(ev::popstate, move |_| travel(state));
    on_cleanup(move || [scrolls, resizes, travels].into_iter().for_each(WindowListenerHandle::remove));
    // A page that is loaded again, or gone back to, has its place.
    if let Some(place) = history::noted() {
        spawn_local(find(state, place));
    }
    draw_rest(state);
}

/// Asks for another view, which is given as the query of its address.
pub(super) fn go(state: PageState, query: &str, entry: History) {
    let Ok(view) = query.parse::<View>() else { return };
    if view != state.view() {
        history::visit(state, &address_at(&history::path(state), &view), entry);
        want(state, view);
    } else if state.flow.with_value(|flow| flow.loading) || state.rows.read(|table| *table.view() == view) {
        // Its rows are under way, or here.
        return;
    }
    spawn_local(arrive(state, Place::default()));
}

/// Tells those who do not see the table how many rows a view has.
fn tell(state: PageState) {
    elements::tell(&format!("{} found", state.rows.counted().found()));
}

fn want(state: PageState, view: View) {
    state.flow.update_value(|flow| flow.wanted = view);
    state.wanted.set(());
}

/// Goes where the browser's history leads.
fn travel(state: PageState) {
    let query = window().location().search().unwrap_or_default();
    let view = query.trim_start_matches('?').parse::<View>().unwrap_or_default();
    let place = history::noted().unwrap_or_default();
    if view != state.view() {
        want(state, view);
        spawn_local(arrive(state, place));
    } else if place.key.is_some() {
        spawn_local(find(state, place));
    }
}

/// Shows the view that is asked for, at a place, or from its first row on.
async fn arrive(state: PageState, place: Place) {
    if !show(state, state.view(), place.index.saturating_sub(Sight::NEAR), || true).await {
        return;
    }
    if place.key.is_some() {
        find(state, place).await;
    } else {
        scroll::to_table();
    }
    tell(state);
}

/// Scrolls to a place, whose rows are loaded where they are not.
async fn find(state: PageState, place: Place) {
    let is_here = |key: &ConsumerKey| state.rows.get(*key).is_some();
    if !place.key.as_ref().is_some_and(is_here) && place.index > 0 {
        show(state, state.view(), place.index.saturating_sub(Sight::NEAR), || true).await;
    }
    leptos::task::tick().await;
    scroll::to_place(state.rows.read(|table| place.row(table)), place.top);
}

/// Shows the rows of a view that begin where this many stand before them, or says why not; returns whether they are shown.
async fn show(state: PageState, view: View, before: u64, are_wanted: impl Fn() -> bool) -> bool {
    match load(state, view, before, are_wanted).await {
        Some(Ok(_)) => true,
        Some(Err(error)) => {
            refused(state, &error);
            false
        }
        None => false,
    }
}

/// The same without a word; returns the newest activity that the rows contain, and nothing where others were asked for since, or
/// these are not wanted any more once they are here.
pub(super) async fn load(
    state: PageState,
    view: View,
    before: u64,
    are_wanted: impl Fn() -> bool,
) -> Option<Result<i64, AppError>> {
    let asked = state.flow.try_update_value(Flow::ask)?;
    let (is_same, is_counted, total) =
        state.rows.read(|table| (*table.view() == view, table.is_counted(), table.total()));
    // From the end where that is nearer.
    let behind = total.saturating_sub(before + AT_ONCE);
    let mut side = if is_same && is_counted && before > total / 2 { Side::Above } else { Side::Below };
    let mut skipped = if side == Side::Above { behind } else { before };
    let mut answer = fetch(&view, side, "", skipped, AT_ONCE).await;
    if matches!(&answer, Ok(rows) if rows.items.is_empty() && skipped > 0) {
        // There are fewer rows by now.
        (side, skipped) = (Side::Above, 0);
        answer = fetch(&view, side, "", skipped, AT_ONCE).await;
    }
    let meanwhile = state.flow.try_update_value(|flow| flow.answered(asked)).flatten()?;
    let rows = match answer {
        Ok(rows) => rows,
        Err(error) => return Some(Err(error)),
    };
    state.note_answer(Asked::Rows, true);
    if !are_wanted() {
        look(state);
        return None;
    }
    let (total, count) = (rows.total.unwrap_or(total), rows.items.len() as u64);
    let start = if side == Side::Above { total.saturating_sub(skipped + count) } else { skipped };
    let load = || {
        state.rows.load(view, rows.items, start, rows.total);
        state.catch_up(meanwhile);
    };
    with_menu(state, || if is_same { without_moving(state.row_in_use(), load) } else { load() });
    Some(Ok(rows.seen))
}

/// Shows the rows of a place that the page was scrolled to. Those of a place that it was only dragged across are not drawn.
async fn jump(state: PageState, before: u64, at_end: bool) {
    let are_wanted = || Sight::of(state).is_none_or(|sight| sight.misses(before, AT_ONCE));
    if show(state, state.view(), before, are_wanted).await && at_end {
        leptos::task::tick().await;
        scroll::to_end();
    }
}

/// Loads this many rows on a side of the window.
async fn extend(state: PageState, side: Side, most: u64) {
    let Some(asked) = state.flow.try_update_value(Flow::ask) else { return };
    let (view, cursor) = state.rows.read(|table| (table.view().clone(), table.edge(side)));
    let answer = fetch(&view, side, &cursor, 0, most).await;
    let Some(meanwhile) = state.flow.try_update_value(|flow| flow.answered(asked)).flatten() else { return };
    let rows = match answer {
        Ok(rows) => rows,
        Err(error) => return refused(state, &error),
    };
    state.note_answer(Asked::Rows, true);
    let count = rows.items.len();
    let is_end = (count as u64) < most;
    let spare = Sight::of(state).map_or(0, |sight| sight.spare(side));
    let may_drop = spare.min(beyond_what_stays(state, side));
    let too_many = (state.rows.counted().shown + count).saturating_sub(MOST);
    let extend = || {
        state.rows.extend(side, rows.items, is_end, too_many.min(may_drop));
        state.catch_up(meanwhile);
    };
    with_menu(state, || without_moving(None, extend));
}

/// Changes which rows are loaded. A menu goes with its row, which is far out of sight.
fn with_menu(state: PageState, change: impl FnOnce()) {
    let opened_on = state.overlay.row().filter(|key| state.rows.get(*key).is_some());
    change();
    if opened_on.is_some_and(|key| state.rows.get(key).is_none()) && state.overlay.close_menu().is_some() {
        dom::focus_in_place(elements::TABLE_HEADING);
    }
}

/// How many rows stand beyond those that stay for a while, on the side that is opposite to this one: what a menu or dialog is open
/// on, and where a range would begin.
fn beyond_what_stays(state: PageState, side: Side) -> usize {
    if state.rows.counted().shown >= MOST_TO_STAY {
        return usize::MAX;
    }
    let begin = state.selected.read(|chosen| chosen.last().filter(|key| chosen.has(*key)));
    let stay = [begin, state.overlay.row()];
    let beyond = |table: &Table| {
        let places = table.order().iter().enumerate().filter(|(_, key)| stay.contains(&Some(**key)));
        let last = table.order().len().saturating_sub(1);
        places.map(|(at, _)| if side == Side::Below { at } else { last - at }).min()
    };
    state.rows.read(beyond).unwrap_or(usize::MAX)
}

/// Rows of a view as they stand on the page; `Above` reads them from the end on.
async fn fetch(view: &View, side: Side, cursor: &str, skipped: u64, most: u64) -> Result<ViewRows, AppError> {
    let mut view = view.clone();
    if side == Side::Above {
        view.order = Some(view.order().reversed());
    }
    let mut rows = calls::rows(&view, cursor, skipped, most).await?;
    if side == Side::Above {
        rows.items.reverse();
    }
    Ok(rows)
}

/// Says that rows did not come. Where that may pass, they are asked for again, and the sign says so until they are here.
fn refused(state: PageState, error: &AppError) {
    if !state.flow.with_value(|flow| flow.is_missing(Asked::Rows)) {
        state.shell.notice.set(format!("These rows could not be loaded. {error}"));
    }
    if !error.may_pass() {
        return;
    }
    state.note_answer(Asked::Rows, false);
    if state.flow.try_update_value(|flow| flow.begins(Doing::AskingAgain)) == Some(true) {
        let again = move || {
            if state.flow.try_update_value(|flow| flow.ends(Doing::AskingAgain)).is_some() {
                look(state);
            }
        };
        set_timeout(again, AGAIN_AFTER);
    }
}

/// Looks before the next frame whether rows are missing.
pub(super) fn look(state: PageState) {
    if state.flow.try_update_value(|flow| flow.begins(Doing::Looking)) != Some(true) {
        return;
    }
    request_animation_frame(move || {
        state.flow.update_value(|flow| flow.ends(Doing::Looking));
        let (counts, sight) = (state.rows.counted(), Sight::of(state));
        if sight.is_some() {
            history::note_soon(state);
        }
        if state.flow.with_value(|flow| flow.loading) || !state.rows.is_drawn() {
            return;
        }
        if state.rows.read(|table| *table.view() != state.view()) {
            // Its rows did not come.
            spawn_local(arrive(state, history::noted().unwrap_or_default()));
            return;
        }
        if counts.shown == 0 && counts.above + counts.below > 0 {
            // All that were loaded have left the view.
            let before = counts.above.saturating_sub(Sight::NEAR);
            spawn_local(async move { _ = show(state, state.view(), before, || true).await });
            return;
        }
        match sight.and_then(Sight::wants) {
            None => state.note_answer(Asked::Rows, true),
            Some(Want::More(side, rows)) => spawn_local(extend(state, side, rows)),
            Some(Want::Rows { before, at_end }) => spawn_local(jump(state, before, at_end)),
        }
    });
}

/// Before the next frame, takes away rows that have left the view.
pub(super) fn tidy(state: PageState) {
    if !state.is_untidy() || state.flow.try_update_value(|flow| flow.begins(Doing::Tidying)) != Some(true) {
        return;
    }
    request_animation_frame(move || {
        state.flow.update_value(|flow| flow.ends(Doing::Tidying));
        state.tidy();
    });
}

/// Before the next frame, numbers the rows.
pub(super) fn number(state: PageState) {
    if state.flow.try_update_value(|flow| flow.begins(Doing::Numbering)) != Some(true) {
        return;
    }
    request_animation_frame(move || {
        state.flow.update_value(|flow| flow.ends(Doing::Numbering));
        number_rows(state);
    });
}

/// Puts the numbers of the rows where screen readers look for them.
fn number_rows(state: PageState) {
    let first = state.rows.counted().above + 2;
    for (row, number) in elements::rows().into_iter().zip(first..) {
        let number = number.to_string();
        if row.get_attribute("aria-rowindex").as_ref() != Some(&number) {
            let _ = row.set_attribute("aria-rowindex", &number);
        }
    }
}
