//! Two administrators with many tabs each change the same consumers at random: no change is lost, and every tab ends up
//! showing what the database holds.

mod tab;

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use tab::{Change, Tab};

use crate::endurance::{activity::Told, database::listed, run::Run, support::signer::Provider};

const TABS_OF_EACH: usize = 4;

#[test]
fn administrators_in_many_tabs_lose_no_change_and_see_the_same_in_the_end() {
    let mut run = Run::begin("two administrators in many tabs");
    let provider = Provider::start();
    provider.home.json(&["user", "permit", "grace"], "");
    let mut told = Told::default();
    told.read_on(provider.ada());
    let people = ["ada", "grace"].repeat(TABS_OF_EACH);
    let mut tabs: Vec<_> =
        (0..).zip(people).map(|(n, name)| Tab::open(n, &provider.signed_in(name), run.random(n))).collect();
    let left = AtomicUsize::new(run.sizes.tries);
    let take = || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
    thread::scope(|scope| {
        for tab in &mut tabs {
            scope.spawn(|| {
                while take() {
                    tab.act();
                }
            });
        }
    });
    // Every line goes on from the one before it, and they end at what is there: the changes were made one after another.
    told.read_on(provider.ada());
    let rows = listed(&provider.home);
    told.is(&rows);

    // What was accepted is what was made, each change from the very revision that it named.
    let made: BTreeSet<_> = told.changes.iter().map(Change::by_line).collect();
    assert_eq!(made.len(), told.changes.len(), "two changes from one revision");
    let accepted: BTreeSet<_> = tabs.iter().flat_map(|tab| &tab.accepted).cloned().collect();
    let asked: BTreeSet<_> = tabs.iter().flat_map(|tab| &tab.asked_to_remove).cloned().collect();
    let (removals, changes): (BTreeSet<_>, BTreeSet<_>) = made.into_iter().partition(Change::is_removal);
    assert_eq!(accepted, changes);
    assert!(removals.is_subset(&asked), "{removals:?} were not asked for");
    assert!(asked.iter().all(|removal| !rows.contains_key(&removal.key)), "what was removed is gone");

    let refused = tabs.iter().map(|tab| tab.refused).sum::<usize>();
    assert!(refused > 0, "they got in each other's way");
    for tab in &mut tabs {
        tab.catch_up(told.last_change);
        assert_eq!(*tab.shown(), rows);
    }
    run.figure("tabs, each with its event stream", tabs.len());
    run.figure("changes tried", run.sizes.tries);
    run.figure("changes made, each from the revision it named", changes.len() + removals.len());
    run.figure("changes refused, since somebody was faster", refused);
    run.end();
}
