//! The trace of attacks: counts each request that was denied, and writes a line of it into the log, fit for fail2ban.

use std::{sync::PoisonError, time::Instant};

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use domain::Network;
use tokio::time::sleep;

use crate::{
    state::{
        AppState,
        denials::{LeftOut, Line, Reason, WINDOW},
    },
    wire::{address::ClientAddress, denial::Denial},
};

/// Names these lines in the log, whichever file writes them: filters rely on it.
const TARGET: &str = "latchkey::denied";

/// Looks at each answer. Must be inside `layers::trace`, whose span says what was asked for.
pub(crate) async fn note_denials(
    State(state): State<AppState>,
    address: ClientAddress,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    if let Some(denial) = denial(&response) {
        state.metrics.denied(denial.reason.word());
        write(&state, address, &denial);
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

fn write(state: &AppState, ClientAddress(address): ClientAddress, denial: &Denial) {
    let mut denials = state.denials.lock().unwrap_or_else(PoisonError::into_inner);
    let (line, left_out) = denials.count(Network::of(address), denial.reason, Instant::now());
    drop(denials);
    write_left_out(&left_out);
    match line {
        Line::Written => {
            let (reason, user) = (denial.reason.word(), denial.user.as_ref().map(tracing::field::display));
            tracing::warn!(target: TARGET, %address, %reason, user, "denied");
        }
        Line::FirstLeftOut => {
            let denials = state.denials.clone();
            tokio::spawn(async move {
                sleep(WINDOW).await;
                let mut denials = denials.lock().unwrap_or_else(PoisonError::into_inner);
                let left_out = denials.take_left_out();
                drop(denials);
                write_left_out(&left_out);
            });
        }
        Line::LeftOut => {}
    }
}

fn write_left_out(left_out: &[LeftOut]) {
    for LeftOut { kind, count } in left_out {
        if let Some((network, reason)) = kind {
            tracing::warn!(target: TARGET, %network, reason = %reason.word(), count, "further requests were denied");
        } else {
            tracing::warn!(target: TARGET, count, "further requests from many networks were denied");
        }
    }
}
