//! What a listener's connections are served with: until there are routes, something that looks for them at each request, so
//! that a connection that comes early goes on with them and none has to be closed; from then on the routes themselves.

use std::{
    convert::Infallible,
    net::SocketAddr,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    extract::{
        ConnectInfo, Request, State,
        connect_info::{IntoMakeServiceWithConnectInfo, ResponseFuture},
    },
    middleware::AddExtension,
    response::Response,
};
use tokio::{sync::watch, time::timeout};
use tower_service::Service;

use crate::serve::{bound::End, waiting::PROMPT};

/// How long an early request is held before it is answered with `waiting`: most starts are over by then.
const HOLD: Duration = Duration::from_secs(1);

/// Makes the service of each connection.
pub(super) struct Entrance {
    routes: watch::Receiver<Option<Router>>,
    make: IntoMakeServiceWithConnectInfo<Router, SocketAddr>,
}

/// What early connections are served with.
#[derive(Clone, Debug)]
struct Early {
    waiting: Router,
    routes: watch::Receiver<Option<Router>>,
}

impl Entrance {
    /// Serves `waiting` until the routes are sent.
    pub(super) fn new(waiting: Router) -> (Self, watch::Sender<Option<Router>>) {
        let (open, routes) = watch::channel(None);
        let early = Early { waiting, routes: routes.clone() };
        let early: Router = Router::new().fallback(enter).with_state(early);
        (Self { routes, make: early.into_make_service_with_connect_info() }, open)
    }
}

impl Service<End> for Entrance {
    type Response = AddExtension<Router, ConnectInfo<SocketAddr>>;
    type Error = Infallible;
    type Future = ResponseFuture<Router, SocketAddr>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, end: End) -> Self::Future {
        // An error only means that the start has failed.
        if self.routes.has_changed().unwrap_or(false) {
            let routes = self.routes.borrow_and_update().clone();
            if let Some(routes) = routes {
                self.make = routes.into_make_service_with_connect_info();
            }
        }
        self.make.call(end)
    }
}

async fn enter(State(mut early): State<Early>, request: Request) -> Response {
    let hold = if PROMPT.contains(&request.uri().path()) { Duration::ZERO } else { HOLD };
    let opened = early.routes_within(hold).await;
    let Ok(response) = opened.unwrap_or(early.waiting).call(request).await;
    response
}

impl Early {
    /// The routes, if they are there within this time.
    async fn routes_within(&mut self, time: Duration) -> Option<Router> {
        let found = timeout(time, self.routes.wait_for(Option::is_some)).await;
        // Without a sender the start has failed.
        found.ok()?.ok()?.clone()
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::StatusCode};

    use super::*;

    fn answering(status: StatusCode) -> Router {
        Router::new().fallback(move || async move { status })
    }

    async fn ask(
        connection: &mut impl Service<Request, Response = Response, Error = Infallible>,
        path: &str,
    ) -> StatusCode {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let Ok(response) = connection.call(request).await;
        response.status()
    }

    #[tokio::test]
    async fn an_early_connection_is_told_to_come_again_and_goes_on_with_the_routes() {
        let (mut entrance, open) = Entrance::new(answering(StatusCode::SERVICE_UNAVAILABLE));
        let Ok(mut early) = entrance.call(End::of_this_machine(1)).await;
        assert_eq!(ask(&mut early, "/readyz").await, StatusCode::SERVICE_UNAVAILABLE);
        let opening = async { open.send_replace(Some(answering(StatusCode::OK))) };
        let (held, _) = tokio::join!(ask(&mut early, "/"), opening);
        assert_eq!(held, StatusCode::OK, "a request that is held is answered by the routes");
        assert_eq!(ask(&mut early, "/readyz").await, StatusCode::OK);
        let Ok(mut late) = entrance.call(End::of_this_machine(2)).await;
        assert_eq!(ask(&mut late, "/readyz").await, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_start_that_failed_holds_nobody() {
        let (mut entrance, open) = Entrance::new(answering(StatusCode::SERVICE_UNAVAILABLE));
        drop(open);
        let Ok(mut early) = entrance.call(End::of_this_machine(1)).await;
        assert_eq!(ask(&mut early, "/").await, StatusCode::SERVICE_UNAVAILABLE);
    }
}
