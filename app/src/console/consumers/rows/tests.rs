use domain::{Actor, ConsumerName, Status, query::Order};
use time::{Duration, OffsetDateTime};

use super::*;

fn key(n: u8) -> ConsumerKey {
    format!("00000000-0000-0000-0000-0000000000{n:02x}").parse().unwrap()
}

/// The consumer registered in second `n`.
fn consumer(n: u8) -> Consumer {
    let at = OffsetDateTime::UNIX_EPOCH + Duration::seconds(n.into());
    Consumer::register(key(n), ConsumerName::parse("App").unwrap(), false, Actor::CommandLine, at)
}

fn items(rows: &[u8]) -> Vec<Consumer> {
    rows.iter().map(|n| consumer(*n)).collect()
}

/// The rows of a view from one on, of this many in all.
fn window(view: &str, rows: &[u8], start: u64, total: u64) -> Table {
    let counts = StatusCounts { pending: total, ..StatusCounts::default() };
    Table::new(view.parse().unwrap(), items(rows), start, Some(total), counts)
}

/// A table whose rows are all loaded, newest first.
fn whole(rows: &[u8]) -> Table {
    window("", rows, 0, rows.len() as u64)
}

fn decided(n: u8, status: Status) -> Consumer {
    consumer(n).decide(status, OffsetDateTime::UNIX_EPOCH).unwrap()
}

fn order(table: &Table) -> Vec<ConsumerKey> {
    table.order().to_vec()
}

#[test]
fn a_new_consumer_goes_to_its_place_newest_first() {
    let mut table = whole(&[5, 1]);
    assert_eq!(table.apply(Event::Consumer(consumer(9)), NewRow::Show), Applied::Added(key(9)));
    table.apply(Event::Consumer(consumer(3)), NewRow::Show);
    assert_eq!(order(&table), [9, 5, 3, 1].map(key));
    assert_eq!(table.total(), 4);
}

#[test]
fn the_same_event_twice_changes_nothing_the_second_time() {
    let mut table = whole(&[1]);
    let event = Event::Consumer(decided(1, Status::Approved));
    assert_eq!(table.apply(event.clone(), NewRow::Show), Applied::Changed(key(1)));
    assert_eq!(table.apply(event, NewRow::Show), Applied::Nothing);
    assert_eq!(table.apply(Event::Removed(key(1)), NewRow::Show), Applied::Removed(key(1)));
    assert_eq!(table.apply(Event::Removed(key(1)), NewRow::Show), Applied::Nothing);
    assert_eq!(table.total(), 0);
}

#[test]
fn an_older_event_that_comes_late_does_not_undo_a_newer_one() {
    let mut table = whole(&[1]);
    let newer = decided(1, Status::Approved).decide(Status::Disapproved, OffsetDateTime::UNIX_EPOCH).unwrap();
    table.apply(Event::Consumer(newer), NewRow::Show);
    table.apply(Event::Consumer(decided(1, Status::Approved)), NewRow::Show);
    assert_eq!(table.get(key(1)).unwrap().status, Status::Disapproved);
}

#[test]
fn a_late_event_or_page_does_not_bring_a_removed_row_back() {
    let mut table = whole(&[1]);
    table.apply(Event::Removed(key(1)), NewRow::Show);
    assert_eq!(table.apply(Event::Consumer(decided(1, Status::Approved)), NewRow::Show), Applied::Nothing);
    table.extend(Side::Below, items(&[1]), true);
    assert_eq!(order(&table), []);
}

#[test]
fn a_changed_row_stays_where_it_is() {
    let mut table = whole(&[9, 5, 1]);
    table.apply(Event::Consumer(decided(1, Status::Approved)), NewRow::Show);
    assert_eq!(order(&table), [9, 5, 1].map(key));
}

#[test]
fn what_is_not_loaded_counts_once_however_often_it_is_asked_for() {
    let mut table = window("", &[5], 0, 2);
    let asked = Consumer { requested_times: 42, ..consumer(1) };
    assert_eq!(table.apply(Event::Consumer(asked), NewRow::Show), Applied::Nothing);
    assert_eq!(table.total(), 2);
}

#[test]
fn a_waiting_row_is_not_on_the_page_until_it_is_shown() {
    let mut table = whole(&[1]);
    table.apply(Event::Consumer(consumer(2)), NewRow::Wait);
    table.apply(Event::Consumer(consumer(3)), NewRow::Wait);
    assert_eq!((order(&table), table.waiting(), table.total()), (vec![key(1)], 2, 3));
    table.apply(Event::Consumer(decided(2, Status::Approved)), NewRow::Wait);
    assert_eq!(table.show_waiting(), Some(key(3)));
    assert_eq!((order(&table), table.waiting()), ([3, 2, 1].map(key).to_vec(), 0));
    assert_eq!(table.get(key(2)).unwrap().status, Status::Approved);
}

#[test]
fn a_waiting_row_is_shown_when_it_turns_out_to_be_ones_own() {
    let mut table = whole(&[1]);
    table.apply(Event::Consumer(consumer(2)), NewRow::Wait);
    table.apply(Event::Consumer(consumer(2)), NewRow::Show);
    assert_eq!((order(&table), table.waiting()), ([2, 1].map(key).to_vec(), 0));
}

#[test]
fn a_waiting_row_that_is_removed_waits_no_more() {
    let mut table = whole(&[1]);
    table.apply(Event::Consumer(consumer(2)), NewRow::Wait);
    table.apply(Event::Removed(key(2)), NewRow::Show);
    assert_eq!((table.waiting(), table.show_waiting(), table.total()), (0, None, 1));
}

#[test]
fn an_event_for_a_row_that_is_not_loaded_yet_leaves_it_for_its_page() {
    let mut table = window("", &[5], 0, 2);
    assert_eq!(table.apply(Event::Consumer(decided(1, Status::Approved)), NewRow::Show), Applied::Nothing);
    table.extend(Side::Below, items(&[1]), true);
    assert_eq!(order(&table), [5, 1].map(key));
}

#[test]
fn after_a_long_break_the_table_is_what_the_server_says() {
    let mut table = whole(&[9, 5, 1]);
    table.apply(Event::Consumer(consumer(10)), NewRow::Wait);
    table.load(View::default(), items(&[9, 1]), 0, Some(2));
    assert_eq!((order(&table), table.total(), table.waiting()), ([9, 1].map(key).to_vec(), 2, 0));
}

#[test]
fn asking_again_shows_and_a_late_copy_does_not_undo_it() {
    let mut table = whole(&[5]);
    let asked = |times| Event::Consumer(Consumer { requested_times: times, ..consumer(5) });
    assert_eq!(table.apply(asked(42), NewRow::Show), Applied::Changed(key(5)));
    assert_eq!(table.apply(asked(42), NewRow::Show), Applied::Nothing);
    assert_eq!(table.apply(asked(41), NewRow::Show), Applied::Nothing);
    assert_eq!((table.get(key(5)).unwrap().requested_times, table.total()), (42, 1));
}

#[test]
fn a_use_shows_in_its_row_alone_and_an_older_one_changes_nothing() {
    let mut table = whole(&[5, 1]);
    let at = |second| OffsetDateTime::UNIX_EPOCH + Duration::seconds(second);
    let used = |n, second| Use { key: key(n), last_used_at: at(second) };
    assert_eq!(table.apply_use(&used(5, 20)), Applied::Changed(key(5)));
    assert_eq!(table.apply_use(&used(5, 20)), Applied::Nothing);
    assert_eq!(table.apply_use(&used(5, 10)), Applied::Nothing);
    assert_eq!(table.apply_use(&used(9, 10)), Applied::Nothing, "its row is not loaded");
    assert_eq!(table.get(key(5)).unwrap().last_used_at, Some(at(20)));
    assert_eq!((table.get(key(5)).unwrap().revision, table.get(key(1)).unwrap().last_used_at), (1, None));
}

#[test]
fn a_change_that_comes_after_a_later_use_keeps_the_use() {
    let mut table = whole(&[1]);
    let used = Use { key: key(1), last_used_at: OffsetDateTime::UNIX_EPOCH };
    table.apply_use(&used);
    table.apply(Event::Consumer(decided(1, Status::Approved)), NewRow::Show);
    let row = table.get(key(1)).unwrap();
    assert_eq!((row.status, row.last_used_at), (Status::Approved, Some(used.last_used_at)));
}

#[test]
fn the_row_below_the_last_one_is_none() {
    let table = whole(&[9, 5, 1]);
    assert_eq!([9, 5, 1].map(|n| table.next(key(n))), [Some(key(5)), Some(key(1)), None]);
}

#[test]
fn the_counts_of_each_status_follow_every_event_of_a_row_that_is_loaded() {
    let mut table = whole(&[2, 1]);
    table.apply(Event::Consumer(decided(1, Status::Approved)), NewRow::Show);
    table.apply(Event::Removed(key(2)), NewRow::Show);
    assert_eq!(table.counts(), StatusCounts { pending: 0, approved: 1, disapproved: 0 });
}

#[test]
fn what_changes_the_numbers_has_them_asked_for_and_nothing_else_does() {
    let name = ConsumerName::parse("Another").unwrap();
    let renamed = Consumer { revision: 2, name, ..consumer(1) };
    for (event, changes) in [
        (Event::Consumer(consumer(3)), true),
        (Event::Consumer(decided(1, Status::Approved)), true),
        (Event::Removed(key(1)), true),
        (Event::Consumer(renamed), false),
    ] {
        let mut table = whole(&[2, 1]);
        table.apply(event, NewRow::Show);
        assert_eq!(table.is_doubtful(), changes);
    }
}

#[test]
fn the_numbers_of_what_came_with_the_rows_are_asked_for_when_its_event_comes() {
    let mut table = whole(&[2, 1]);
    let again = |table: &mut Table| table.apply(Event::Consumer(consumer(2)), NewRow::Show);
    assert_eq!((again(&mut table), table.is_doubtful()), (Applied::Nothing, true), "it may not be counted");
    table.set_counts(table.counts(), Some(2), None);
    assert_eq!((again(&mut table), table.is_doubtful()), (Applied::Nothing, false), "it is by now");
}

#[test]
fn a_registration_is_counted_at_once_and_then_by_the_server() {
    let mut table = whole(&[2, 1]);
    table.apply(Event::Consumer(consumer(3)), NewRow::Show);
    assert_eq!((table.counts().pending, table.total(), table.is_doubtful()), (3, 3, true));
    table.set_counts(table.counts(), Some(3), None);
    table.apply(Event::Consumer(consumer(3)), NewRow::Show);
    assert!(!table.is_doubtful(), "its own event again");
}

#[test]
fn what_happens_to_a_row_that_is_not_loaded_makes_the_numbers_doubtful() {
    for event in [Event::Consumer(decided(1, Status::Approved)), Event::Removed(key(1))] {
        let mut table = window("", &[9, 8], 0, 5);
        assert_eq!(table.apply(event, NewRow::Show), Applied::Nothing);
        assert!(table.is_doubtful());
        let counts = StatusCounts { pending: 3, approved: 1, disapproved: 0 };
        table.set_counts(counts, Some(4), Some(2));
        assert_eq!((table.is_doubtful(), table.total(), table.above(), table.below()), (false, 4, 0, 2));
    }
}

#[test]
fn the_first_row_finds_its_number_by_how_many_stand_behind_the_last() {
    let mut table = window("", &[5, 4], 3, 9);
    table.set_counts(StatusCounts::default(), Some(8), Some(4));
    assert_eq!((table.above(), table.below()), (2, 4));
}

#[test]
fn a_row_that_fits_no_longer_stays_until_it_is_not_in_use() {
    let mut table = window("status=pending", &[3, 2, 1], 0, 3);
    table.apply(Event::Consumer(decided(2, Status::Approved)), NewRow::Show);
    assert!(table.is_left_out(key(2)));
    assert_eq!((order(&table), table.total(), table.below()), ([3, 2, 1].map(key).to_vec(), 2, 0));
    table.tidy(&[Some(key(2))], true);
    assert_eq!(order(&table), [3, 2, 1].map(key));
    table.tidy(&[], true);
    assert_eq!((order(&table), table.total()), ([3, 1].map(key).to_vec(), 2));
    assert_eq!(table.counts().approved, 1);
}

#[test]
fn a_row_that_fits_again_is_in_the_view_again() {
    let mut table = window("status=pending", &[2, 1], 0, 2);
    table.apply(Event::Consumer(decided(2, Status::Approved)), NewRow::Show);
    let back = Consumer { status: Status::Pending, revision: 3, ..decided(2, Status::Approved) };
    table.apply(Event::Consumer(back), NewRow::Show);
    assert_eq!((table.is_left_out(key(2)), table.total()), (false, 2));
}

#[test]
fn a_row_that_comes_into_the_view_folds_in_where_the_window_is() {
    let mut table = window("status=approved", &[9, 5], 0, 2);
    let come = Event::Consumer(decided(7, Status::Approved));
    assert_eq!(table.apply(come, NewRow::Show), Applied::Added(key(7)));
    assert_eq!((order(&table), table.total()), ([9, 7, 5].map(key).to_vec(), 3));
    assert_eq!(table.apply(Event::Consumer(consumer(8)), NewRow::Show), Applied::Nothing, "it is pending");
    assert_eq!(table.counts().pending, 3);
}

#[test]
fn new_rows_outside_the_window_are_counted_and_leave_it_as_it_is() {
    let mut table = window("", &[6, 5], 2, 6);
    assert_eq!(table.apply(Event::Consumer(consumer(9)), NewRow::Show), Applied::Nothing);
    assert_eq!((table.above(), table.below(), table.total()), (3, 2, 7));
    assert_eq!(table.apply(Event::Consumer(consumer(1)), NewRow::Show), Applied::Nothing);
    assert_eq!((table.above(), table.below(), table.total()), (3, 3, 8));
    assert_eq!(order(&table), [6, 5].map(key));
}

#[test]
fn the_window_moves_down_and_up_and_knows_where_it_is() {
    let mut table = window("", &[9, 8, 7], 0, 9);
    table.extend(Side::Below, items(&[6, 5, 4]), false);
    table.drop_rows(Side::Above, 2);
    assert_eq!((order(&table), table.above(), table.below()), ([7, 6, 5, 4].map(key).to_vec(), 2, 3));
    table.extend(Side::Above, items(&[9, 8]), false);
    table.drop_rows(Side::Below, 3);
    assert_eq!((order(&table), table.above(), table.below()), ([9, 8, 7].map(key).to_vec(), 0, 6));
}

#[test]
fn a_page_that_is_not_full_is_the_end_whatever_was_counted() {
    let mut table = window("", &[9, 8], 0, 9);
    table.extend(Side::Below, items(&[7]), true);
    assert_eq!((table.below(), table.total()), (0, 3));
    let mut table = window("", &[2, 1], 5, 7);
    table.extend(Side::Above, items(&[3]), true);
    assert_eq!((table.above(), order(&table)), (0, [3, 2, 1].map(key).to_vec()));
}

#[test]
fn a_renamed_row_goes_to_its_place_once_it_is_not_in_use() {
    let named = |n: u8, name: &str, revision| {
        let name = ConsumerName::parse(name).unwrap();
        Consumer { name, revision, ..consumer(n) }
    };
    let rows = vec![named(1, "Bridge", 1), named(2, "clock", 1), named(3, "Door", 1)];
    let mut table = Table::new("sort=name".parse().unwrap(), rows, 0, Some(3), StatusCounts::default());
    table.apply(Event::Consumer(named(1, "Engine", 2)), NewRow::Show);
    assert_eq!(order(&table), [1, 2, 3].map(key));
    table.tidy(&[Some(key(1))], true);
    assert_eq!(order(&table), [1, 2, 3].map(key), "it is in use");
    table.tidy(&[], false);
    assert_eq!(order(&table), [1, 2, 3].map(key), "another one is, which would move with it");
    table.tidy(&[], true);
    assert_eq!(order(&table), [2, 3, 1].map(key));
    assert!(!table.is_left_out(key(1)));
}

#[test]
fn a_use_moves_no_row_but_may_take_it_out_of_the_view() {
    let at = |second| OffsetDateTime::UNIX_EPOCH + Duration::seconds(second);
    let mut table = window("sort=last_used_at", &[2, 1], 0, 2);
    table.apply_use(&Use { key: key(1), last_used_at: at(50) });
    table.tidy(&[], true);
    assert_eq!(order(&table), [2, 1].map(key));
    let mut table = window("last_used=never", &[2, 1], 0, 2);
    table.apply_use(&Use { key: key(1), last_used_at: at(50) });
    assert!(table.is_left_out(key(1)));
}

#[test]
fn the_edges_are_the_cursors_at_which_the_server_goes_on() {
    let table = window("sort=name", &[1, 2], 0, 9);
    let cursor = |number, order| Cursor::of(&consumer(number), Sort::Name).text(Sort::Name, order);
    assert_eq!(table.edge(Side::Above), cursor(1, Order::Descending), "which goes on upwards");
    assert_eq!(table.edge(Side::Below), cursor(2, Order::Ascending));
    let turned = window("sort=name&order=desc", &[2, 1], 0, 9);
    assert_eq!(turned.edge(Side::Above), cursor(2, Order::Ascending));
    assert_eq!(turned.edge(Side::Below), cursor(1, Order::Descending));
    assert_eq!(window("sort=name", &[], 0, 0).edge(Side::Below), "");
}

#[test]
fn rows_that_are_not_counted_yet_are_one_more_than_are_known_and_to_be_counted() {
    let view: View = "q=app".parse().unwrap();
    let mut table = Table::new(view.clone(), items(&[3, 2]), 0, None, StatusCounts::default());
    assert_eq!((table.is_counted(), table.is_doubtful(), table.total(), table.below()), (false, true, 3, 1));
    table.extend(Side::Below, items(&[1]), false);
    assert_eq!((table.total(), table.below()), (4, 1), "there are still more");
    table.set_counts(StatusCounts::default(), Some(9), Some(6));
    assert_eq!((table.is_counted(), table.is_doubtful(), table.total(), table.below()), (true, false, 9, 6));
    table.load(view, items(&[1]), 5, None);
    assert_eq!((table.is_counted(), table.total(), table.below()), (true, 9, 3), "the same view");
    table.load(View::default(), items(&[1]), 0, None);
    assert!(!table.is_counted());
    table.extend(Side::Below, vec![], true);
    assert_eq!((table.is_counted(), table.total()), (true, 1), "the end has come");
}

#[test]
fn a_window_that_has_emptied_waits_for_the_rows_that_are_there() {
    let mut table = window("status=pending", &[9, 8], 0, 5);
    for n in [9, 8] {
        table.apply(Event::Consumer(decided(n, Status::Approved)), NewRow::Show);
    }
    table.tidy(&[], true);
    assert_eq!((order(&table), table.total(), table.below()), (vec![], 3, 3));
    let asked_again = Consumer { requested_times: 2, ..consumer(1) };
    assert_eq!(table.apply(Event::Consumer(asked_again), NewRow::Show), Applied::Nothing);
    assert_eq!(order(&table), vec![]);
}
