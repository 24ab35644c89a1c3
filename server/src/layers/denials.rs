//! The trace of attacks: counts each request that was denied, and has a line of it written into the log.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};

use crate::{
    state::{AppState, denials::Reason},
    wire::{address::ClientAddress, denial::Denial},
};

/// Looks at each answer. Must be inside `layers::trace`, whose span says what was asked for.
pub(crate) async fn note_denials(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    if let Some(denial) = denial(&response) {
        state.metrics.denied(denial.reason.word());
        denial.write(&state, address);
    }
    response
}

/// Why the answer is a denial, if it is one: what was left in it, or else its status.
fn denial(response: &Response) -> Option<Denial> {
    let by_status = |reason| Some(Denial { reason, user: None });
    match response.extensions().get::<Denial>() {
        Some(denial) => Some(denial.clone()),
        None => match response.status() {
            StatusCode::UNAUTHORIZED => by_status(Reason::NotSignedIn),
            StatusCode::FORBIDDEN => by_status(Reason::NotPermitted),
            _ => None,
        },
    }
}
