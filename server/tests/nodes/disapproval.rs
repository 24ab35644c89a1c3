//! A decision on one node about a consumer that keeps another node busy.

use std::time::{Duration, Instant};

use crate::support::{
    crowd::{none_is_accepted, while_busy},
    signer::Provider,
};

#[test]
fn no_request_to_one_node_sent_after_a_disapproval_on_another_is_accepted() {
    let one = Provider::start();
    let two = one.another();
    let app = one.app_of("Busy", "grace").at(&two);
    for _ in 0..5 {
        let (all, acknowledged) = while_busy(&app, Duration::ZERO, || {
            one.decide("disapprove", &app);
            Instant::now()
        });
        none_is_accepted(&all, acknowledged, Duration::ZERO);
        one.decide("approve", &app);
    }
}

#[test]
fn nor_after_a_disapproval_by_the_command_line() {
    let provider = Provider::start();
    let app = provider.app_of("Busy", "grace");
    let (all, acknowledged) = while_busy(&app, Duration::ZERO, || {
        provider.home.json(&["consumer", "disapprove", &app.key], "");
        Instant::now()
    });
    none_is_accepted(&all, acknowledged, Duration::ZERO);
}
