//! An end, networks and a functional user that one node sets, as another one finds them.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{
    crowd::{none_is_accepted, while_busy},
    signer::Provider,
};

#[test]
fn no_request_to_one_node_sent_after_an_end_set_on_another_is_accepted() {
    let one = Provider::start();
    let two = one.another();
    let app = one.app_of("Busy", "grace").at(&two);
    let (all, acknowledged) = while_busy(&app, Duration::ZERO, || {
        one.edit(&app, &json!({ "ends_at": "2020-01-01" }));
        Instant::now()
    });
    none_is_accepted(&all, acknowledged, Duration::ZERO);
}

#[test]
fn a_functional_user_that_one_node_sets_is_known_to_another_on_the_next_request() {
    let one = Provider::start();
    let two = one.another();
    let app = one.app("Robot").at(&two);
    let user = || app.echo().send().is(200).json()["user"].clone();
    assert_eq!(user(), json!(null));
    for name in ["grace", "ada"] {
        one.edit(&app, &json!({ "functional_user": name }));
        assert_eq!(user(), name);
    }
    one.edit(&app, &json!({ "functional_user": null }));
    assert_eq!(user(), json!(null));
}
