//! A call of the page, which always comes to an end: with the server's answer, or in words after ten seconds.

use std::pin::pin;

use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;

use crate::error::AppError;

/// How long an answer is waited for; `AppError::TimedOut` names it.
const PATIENCE_MS: u32 = 10_000;

/// The answer to a call. One that has not come in time is not waited for: the browser ends the request.
pub(crate) async fn in_time<T>(call: impl Future<Output = Result<T, AppError>>) -> Result<T, AppError> {
    match select(pin!(call), TimeoutFuture::new(PATIENCE_MS)).await {
        Either::Left((answer, _)) => answer,
        // The call is dropped with this function, which aborts it.
        Either::Right(((), _)) => Err(AppError::TimedOut),
    }
}
