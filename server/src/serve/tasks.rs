//! What runs for as long as the server does. Each task is watched: one that panics or ends is started again.

use std::{sync::Arc, time::Duration};

use service::Service;
use store::Store;
use tokio::{signal::unix::Signal, sync::Mutex, task::JoinSet};

use crate::{
    serve::certificate::{Served, reload_at},
    telemetry::LostLines,
};

/// Starts them all. They end when the set is dropped or shut down.
pub(super) struct Tasks {
    store: Arc<Store>,
    running: JoinSet<()>,
}

impl Tasks {
    pub(super) fn new(store: Arc<Store>) -> Self {
        Self { store, running: JoinSet::new() }
    }

    /// Reads the certificate again at each SIGHUP.
    pub(super) fn reload_certificate(&mut self, hangups: Signal, served: Option<Served>) {
        let (hangups, served) = (Arc::new(Mutex::new(hangups)), Arc::new(served));
        self.keep("certificate", move || {
            let (hangups, served) = (hangups.clone(), served.clone());
            async move {
                let mut hangups = hangups.lock().await;
                reload_at(&mut hangups, (*served).as_ref()).await;
            }
        });
    }

    /// Tells of lines of the log that were lost.
    pub(super) fn tell_lost_lines(&mut self, lost: LostLines) {
        self.keep("log", move || lost.clone().keep_telling());
    }

    /// Publishes changes, and writes down what is noted while serving.
    pub(super) fn follow_and_write(&mut self, service: &Service) {
        self.keep_of_store("feed", |store| async move { store.follow().await });
        self.keep_of_store("uses", |store| async move { store.uses().keep_writing().await });
        self.keep_of_store("files", |store| async move { store.keep_checking_files().await });
        let service = service.clone();
        self.keep("key_requests", move || {
            let service = service.clone();
            async move { service.key_requests().keep_up().await }
        });
    }

    /// Removes what has expired, and what is older than `keep`.
    pub(super) fn clean_up(&mut self, service: &Service, keep: Option<Duration>) {
        let sweeping = service.clone();
        self.keep("sweep", move || {
            let service = sweeping.clone();
            async move { service.keep_sweeping().await }
        });
        if let Some(keep) = keep {
            let pruning = service.clone();
            self.keep("prune", move || {
                let service = pruning.clone();
                async move { service.keep_pruning(keep).await }
            });
        }
    }

    /// Ends them all; a write that is under way ends first, since what it writes is noted nowhere else.
    pub(super) async fn shut_down(mut self) {
        let _held = self.store.hold_writers().await;
        self.running.shutdown().await;
    }

    fn keep_of_store<F>(&mut self, name: &'static str, begin: impl Fn(Arc<Store>) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let store = self.store.clone();
        self.keep(name, move || begin(store.clone()));
    }

    fn keep<F>(&mut self, name: &'static str, begin: impl FnMut() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let store = self.store.clone();
        self.running.spawn(async move { store.tasks().keep(name, begin).await });
    }
}
