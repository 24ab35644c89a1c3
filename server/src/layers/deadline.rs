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

/// A request's body is there within this time.
const BODY: Duration = Duration::from_secs(20);
/// A request that is there is answered within this time: what a database has not answered by then it will not answer.
/// Longer than a turn after wrong passwords (4 s), or than a change waits for somebody else's (5 s).
const ANSWER: Duration = Duration::from_secs(8);

/// Refuses requests whose body does not come, and those that cannot be answered in time: a layer before everything that
/// reads a body.
pub(crate) async fn refuse_what_takes_too_long(request: Request, next: Next) -> Result<Response, Infallible> {
    let (request, arrived) = tell_arrival(request);
    let too_long = async {
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
        response = too_long => response,
    })
}

/// What is given ends when all of the body was read, or nobody wants the rest.
fn tell_arrival(request: Request) -> (Request, impl Future<Output = ()>) {
    let (unread, read) = oneshot::channel::<Infallible>();
    let request = if request.body().is_end_stream() {
        request
    } else {
        request.map(|body| Body::from_stream(body.into_data_stream().inspect(move |_| _ = &unread)))
    };
    // It comes to nothing else: nothing can be sent.
    (request, read.map(drop))
}
