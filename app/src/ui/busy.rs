//! Work that is not begun again while it goes on.

use leptos::{prelude::*, task::spawn_local};

/// Runs one piece of work at a time: while `busy`, further calls do nothing.
pub fn one_at_a_time(busy: RwSignal<bool>, work: impl Future<Output = ()> + 'static) {
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    spawn_local(async move {
        work.await;
        // The dialog may have been closed while it worked; then there is nobody left to tell.
        let _ = busy.try_set(false);
    });
}
