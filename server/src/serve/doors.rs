//! Both listeners as they are served: they answer from the start on, open once there are routes, and close together.

use std::{io, sync::Arc};

use axum::Router;
use axum_server::{Handle, tls_rustls::RustlsConfig};
use tokio::{sync::watch, task::JoinHandle};

use crate::serve::{
    admission::Admission,
    bound::{Bound, End},
    connections::{serve_internal, serve_public},
    entrance::Entrance,
    stop::{GRACE, finished},
    unix_socket::SocketFile,
};

/// A listener that is served.
pub(super) struct Door {
    server: JoinHandle<io::Result<()>>,
    handle: Handle<End>,
    routes: watch::Sender<Option<Router>>,
    file: Option<SocketFile>,
}

impl Door {
    /// Serves the public listener, with `waiting` until it is opened.
    pub(super) fn public(
        listener: Bound,
        tls: Option<RustlsConfig>,
        is_https: bool,
        admission: Arc<Admission>,
        waiting: Router,
    ) -> Self {
        let (entrance, routes) = Entrance::new(waiting);
        let (file, handle) = (listener.file(), Handle::new());
        let server = tokio::spawn(serve_public(listener, tls, is_https, admission, entrance, handle.clone()));
        Self { server, handle, routes, file }
    }

    /// Serves the internal listener, with `waiting` until it is opened.
    pub(super) fn internal(listener: Bound, admission: Arc<Admission>, waiting: Router) -> Self {
        let (entrance, routes) = Entrance::new(waiting);
        let (file, handle) = (listener.file(), Handle::new());
        let server = tokio::spawn(serve_internal(listener, admission, entrance, handle.clone()));
        Self { server, handle, routes, file }
    }

    /// From now on these answer.
    pub(super) fn open(&self, routes: Router) {
        self.routes.send_replace(Some(routes));
    }
}

/// The listeners that there are.
pub(super) struct Doors {
    pub(super) public: Door,
    pub(super) internal: Option<Door>,
}

impl Doors {
    fn all(&self) -> impl Iterator<Item = &Door> {
        [&self.public].into_iter().chain(&self.internal)
    }

    /// Removes the files of unix sockets, which still answer.
    pub(super) fn remove_files(&self) {
        for file in self.all().filter_map(|door| door.file.as_ref()) {
            file.remove();
        }
    }

    /// Takes no more connections, and lets requests that are under way finish for a while.
    pub(super) async fn close(self) -> io::Result<()> {
        for door in self.all() {
            door.handle.graceful_shutdown(Some(GRACE));
        }
        let public_ended = finished(self.public.server).await;
        let internal_ended = match self.internal {
            Some(internal) => finished(internal.server).await,
            None => Ok(()),
        };
        public_ended.and(internal_ended)
    }
}
