//! Another secret, or another RSA key, of a consumer that keeps a node busy.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{
    crowd::{all_are_refused, while_busy},
    signer::Provider,
};

const OTHER: &str = "another secret of the same consumer";

#[test]
fn no_request_to_one_node_signed_with_a_secret_that_another_has_replaced_is_accepted() {
    let one = Provider::start();
    let two = one.another();
    let app = one.app_of("Busy", "grace").at(&two);
    let (all, acknowledged) = while_busy(&app, Duration::ZERO, || {
        one.edit(&app, &json!({ "secret": OTHER }));
        Instant::now()
    });
    all_are_refused("signature_invalid", &all, acknowledged, Duration::ZERO);
}

#[test]
fn nor_with_one_that_the_command_line_has_replaced() {
    let provider = Provider::start();
    let app = provider.app_of("Busy", "grace");
    let (all, acknowledged) = while_busy(&app, Duration::ZERO, || {
        provider.home.json(&["consumer", "edit", &app.key, "--secret-stdin"], OTHER);
        Instant::now()
    });
    all_are_refused("signature_invalid", &all, acknowledged, Duration::ZERO);
}
