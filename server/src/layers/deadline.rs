//! How long a request may take to arrive, and to be answered.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, HttpBody as _},
    extract::Request,
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures::{FutureExt as _, StreamExt as _};
use tokio::{
    sync::oneshot,
    time::{sleep, timeout},
};

use crate::wire::failure::Failure;

/// Time limit for a request's body.
const BODY: Duration = Duration::from_secs(20);
/// Time limit for the answer to a complete request; a database that has not answered by then is away. Longer than the
/// wait of a sign-in for its turn (7 s) and than a change waits for another's lock (5 s).
const ANSWER: Duration = Duration::from_secs(8);

/// Refuses requests whose body or answer exceeds its time limit. Must wrap everything that reads a body.
pub(crate) async fn enforce_deadlines(request: Request, next: Next) -> Result<Response, Infallible> {
    let (request, arrived) = with_arrival(request);
    let overdue = async {
        if timeout(BODY, arrived).await.is_err() {
            let advice = "The request's body did not arrive in time. Send it again.\n";
            return (StatusCode::REQUEST_TIMEOUT, [(header::CONNECTION, "close")], advice).into_response();
        }
        sleep(ANSWER).await;
        let advice = "The answer takes too long: the database may be away. Try again in a moment.\n";
        let failure = Failure::of(&"it was not answered in time");
        (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], failure, advice).into_response()
    };
    Ok(tokio::select! {
        response = next.run(request) => response,
        response = overdue => response,
    })
}

/// The future resolves once the body was read or dropped.
fn with_arrival(request: Request) -> (Request, impl Future<Output = ()>) {
    let (reading, done) = oneshot::channel::<Infallible>();
    let request = if request.body().is_end_stream() {
        request
    } else {
        request.map(|body| Body::from_stream(body.into_data_stream().inspect(move |_| _ = &reading)))
    };
    // The channel carries no value; its sender's drop is the signal.
    (request, done.map(drop))
}
