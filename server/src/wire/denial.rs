//! Why a request was denied, and the line of the log that says so, fit for fail2ban. The layer or handler that denies a request
//! of the public listener leaves the reason in the answer, where `layers::denials` finds it.

use std::{net::IpAddr, sync::PoisonError, time::Instant};

use axum::Extension;
use domain::{Network, Username};
use tokio::time::sleep;

use crate::state::{
    AppState,
    denials::{LeftOut, Line, Reason, WINDOW},
};

/// Names these lines in the log, whichever file writes them: filters rely on it.
const TARGET: &str = "latchkey::denied";

/// Why a request was denied, and the user it was about. Strangers choose what they type into a field: only what is a
/// well-formed username is kept.
#[derive(Clone, Debug)]
pub(crate) struct Denial {
    pub(crate) reason: Reason,
    pub(crate) user: Option<Username>,
}

impl Denial {
    /// A part of the answer, beside its status and its headers.
    pub(crate) fn of(reason: Reason) -> Extension<Self> {
        Extension(Self { reason, user: None })
    }

    /// The same, about a user.
    pub(crate) fn of_user(reason: Reason, user: Option<Username>) -> Extension<Self> {
        Extension(Self { reason, user })
    }

    /// Writes a line about it into the log, or counts it among those that are left out.
    pub(crate) fn write(&self, state: &AppState, address: IpAddr) {
        let mut denials = state.denials.lock().unwrap_or_else(PoisonError::into_inner);
        let (line, left_out) = denials.count(Network::of(address), self.reason, Instant::now());
        drop(denials);
        write_left_out(&left_out);
        match line {
            Line::Written => {
                let (reason, user) = (self.reason.word(), self.user.as_ref().map(tracing::field::display));
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
