//! Disapproving a consumer while it keeps the server busy.

use std::time::{Duration, Instant};

use crate::support::{
    crowd::{CROWD, none_is_accepted, while_busy},
    signer::Provider,
};

#[test]
fn no_request_sent_after_an_acknowledged_disapproval_is_accepted() {
    let provider = Provider::start();
    let app = provider.app_of("Busy", "grace");
    for _ in 0..3 {
        let (all, acknowledged) = while_busy(&app, Duration::ZERO, || {
            provider.decide("disapprove", &app);
            Instant::now()
        });
        none_is_accepted(&all, acknowledged, Duration::ZERO);
        provider.decide("approve", &app);
    }
}

#[test]
fn a_disapproval_by_the_command_line_counts_within_100_ms() {
    let provider = Provider::start();
    let (app, within) = (provider.app_of("Busy", "grace"), Duration::from_millis(100));
    let (all, acknowledged) = while_busy(&app, within, || {
        provider.home.json(&["consumer", "disapprove", &app.key], "");
        Instant::now()
    });
    none_is_accepted(&all, acknowledged, within);
}

#[test]
fn no_request_sent_after_everybody_was_signed_out_is_accepted() {
    let provider = Provider::start();
    let app = provider.app_of("Busy", "grace");
    let (all, acknowledged) = while_busy(&app, Duration::ZERO, || {
        provider.sign_everybody_out(&app);
        Instant::now()
    });
    let after: Vec<_> = all.iter().filter(|(sent, _)| *sent > acknowledged).collect();
    assert!(after.len() >= CROWD / 2);
    assert!(after.iter().all(|(_, problem)| problem.as_deref() == Some("token_revoked")));
}
