//! Both listeners as they are served: they answer from the start on, open once there are routes, and close together.

use std::{io, sync::Arc};

use axum::Router;
use axum_server::{Handle, tls_rustls::RustlsConfig};
use futures::future::select_all;
use tokio::{sync::watch, task::JoinHandle};

use crate::serve::{
    admission::Admission,
    bound::{Bound, End},
    connections::{serve_internal, serve_public},
    entrance::Entrance,
    stop::{GRACE, finished},
    unix_socket::SocketFile,
    unread::Manner,
};

/// A listener that is served.
pub(super) struct Door {
    server: JoinHandle<io::Result<()>>,
    /// Closed once the server has ended, however that came about.
    serving: watch::Receiver<()>,
    handle: Handle<End>,
    routes: watch::Sender<Option<Router>>,
    file: Option<SocketFile>,
}

impl Door {
    /// Serves the public listener, with `waiting` until it is opened.
    pub(super) fn public(
        listener: Bound,
        tls: Option<RustlsConfig>,
        manner: Manner,
        admission: Arc<Admission>,
        waiting: Router,
    ) -> Self {
        let (entrance, routes) = Entrance::new(waiting);
        let (file, handle) = (listener.file(), Handle::new());
        let server = serve_public(listener, tls, manner, admission, entrance, handle.clone());
        Self::of(server, handle, routes, file)
    }

    /// Serves the internal listener, with `waiting` until it is opened.
    pub(super) fn internal(
        listener: Bound,
        manner: Manner,
        admission: Arc<Admission>,
        waiting: Router,
    ) -> Self {
        let (entrance, routes) = Entrance::new(waiting);
        let (file, handle) = (listener.file(), Handle::new());
        let server = serve_internal(listener, manner, admission, entrance, handle.clone());
        Self::of(server, handle, routes, file)
    }

    fn of(
        server: impl Future<Output = io::Result<()>> + Send + 'static,
        handle: Handle<End>,
        routes: watch::Sender<Option<Router>>,
        file: Option<SocketFile>,
    ) -> Self {
        let (held, serving) = watch::channel(());
        let server = tokio::spawn(async move {
            let _held = held;
            server.await
        });
        Self { server, serving, handle, routes, file }
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

    /// Resolves when the server is to stop, or has to: once a listener is not served any more.
    pub(super) fn until_one_ends_or<F>(&self, stop: F) -> impl Future<Output = ()> + use<F>
    where
        F: Future<Output = ()>,
    {
        let ends = self.all().map(|door| {
            let mut serving = door.serving.clone();
            // Nothing is ever sent.
            Box::pin(async move { serving.changed().await })
        });
        let one_ends = select_all(ends.collect::<Vec<_>>());
        async {
            tokio::select! {
                () = stop => {}
                _ = one_ends => tracing::error!("a listener has ended, so the server stops"),
            }
        }
    }

    /// Whether each listener is still served.
    pub(super) fn are_served(&self) -> bool {
        self.all().all(|door| door.serving.has_changed().is_ok())
    }

    /// Removes the files of unix sockets, which still answer.
    pub(super) fn remove_files(&self) {
        for file in self.all().filter_map(|door| door.file.as_ref()) {
            file.remove();
        }
    }

    /// Takes no more connections, and lets requests that are under way finish for a while. Fails where a listener had ended
    /// before.
    pub(super) async fn close(self) -> io::Result<()> {
        for door in self.all() {
            door.handle.graceful_shutdown(Some(GRACE));
        }
        let public_ended = named("public", finished(self.public.server).await);
        let internal_ended = match self.internal {
            Some(internal) => named("internal", finished(internal.server).await),
            None => Ok(()),
        };
        public_ended.and(internal_ended)
    }
}

fn named(listener: &str, ended: io::Result<()>) -> io::Result<()> {
    ended.map_err(|error| io::Error::new(error.kind(), format!("the {listener} listener has ended: {error}")))
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    fn door(server: impl Future<Output = io::Result<()>> + Send + 'static) -> Door {
        Door::of(server, Handle::new(), watch::channel(None).0, None)
    }

    /// A listener that is served until the sender is dropped.
    fn lasting() -> (watch::Sender<()>, Door) {
        let (lasts, mut until) = watch::channel(());
        let server = async move {
            let _ = until.changed().await;
            Ok(())
        };
        (lasts, door(server))
    }

    /// Why the server stops by itself.
    async fn reason(doors: Doors, lasts: watch::Sender<()>) -> String {
        doors.until_one_ends_or(pending()).await;
        assert!(!doors.are_served());
        drop(lasts);
        doors.close().await.unwrap_err().to_string()
    }

    #[tokio::test]
    async fn a_listener_that_ends_stops_the_server_which_says_why() {
        let (lasts, internal) = lasting();
        let public = door(async { Err(io::Error::other("no more sockets")) });
        let told = reason(Doors { public, internal: Some(internal) }, lasts).await;
        assert_eq!(told, "the public listener has ended: no more sockets");

        let (lasts, public) = lasting();
        let panicking: fn() -> io::Result<()> = || panic!("no more luck");
        let internal = Some(door(async move { panicking() }));
        let told = reason(Doors { public, internal }, lasts).await;
        assert!(told.starts_with("the internal listener has ended: "), "{told}");
    }

    #[tokio::test]
    async fn a_server_that_is_to_stop_does_not_wait_for_its_listeners() {
        let doors = Doors { public: door(pending()), internal: Some(door(pending())) };
        doors.until_one_ends_or(ready(())).await;
        assert!(doors.are_served());
    }
}
