//! What becomes of callers whose writer panics: each is answered at once, and the next caller starts another writer.

use std::{mem, thread};

use crate::store::Store;

/// Held by the writer of nonces until nobody waits for it any more.
pub(super) struct Unfinished<'a> {
    store: &'a Store,
    is_finished: bool,
}

impl<'a> Unfinished<'a> {
    pub(super) fn new(store: &'a Store) -> Self {
        Self { store, is_finished: false }
    }

    /// Called once the queue is empty and knows that no writer runs.
    pub(super) fn finish(&mut self) {
        self.is_finished = true;
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if self.is_finished {
            return;
        }
        let waiting = {
            let mut queue = self.store.nonce_queue.queue();
            queue.writing = false;
            queue.expected = 0;
            mem::take(&mut queue.waiting)
        };
        // Dropping their senders answers them.
        drop(waiting);
        // Without a panic the process stops.
        if thread::panicking() {
            self.store.tasks.note_end("nonces", "it panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use tokio::{task::JoinHandle, time::timeout};

    use super::*;
    use crate::{database::location::Location, error::StoreError, nonces::nonce::Nonce};

    /// Only a failing test waits this long.
    const PATIENCE: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn callers_whose_writer_panics_are_answered_at_once_and_the_next_one_is_served() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("latchkey.db"));
        let store = Arc::new(Store::open(&location, &folder.path().join("vault.key")).await.unwrap());
        let nonce = |second| Nonce { timestamp: second, hash: [7; 16] };

        // A writer has begun: callers join its queue.
        store.nonce_queue.queue().writing = true;
        let (first, second) = (nonce(1), nonce(2));
        let callers =
            async { tokio::join!(store.nonces().record(first, 0), store.nonces().record(second, 0)) };
        let writer = async {
            let writer: JoinHandle<()> = tokio::spawn({
                let store = store.clone();
                async move {
                    let _unfinished = Unfinished::new(&store);
                    panic!("a mistake in the writer")
                }
            });
            assert!(writer.await.unwrap_err().is_panic());
        };
        // Polled in this order, so that both wait by then.
        let (answers, ()) = timeout(PATIENCE, async { tokio::join!(biased; callers, writer) }).await.unwrap();
        for answer in [answers.0, answers.1] {
            assert!(matches!(answer, Err(StoreError::Interrupted)), "{answer:?}");
        }
        assert_eq!(store.tasks.ends(), [("nonces", 1)]);

        let recorded = timeout(PATIENCE, store.nonces().record(nonce(1), 0)).await.unwrap().unwrap();
        assert!(recorded.is_new);
    }
}
