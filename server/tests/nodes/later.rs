//! A node beside one of a later version, which does what this version has never heard of.

use sea_orm::{ConnectionTrait as _, Database};

use crate::support::{
    Home,
    signer::{Asker, Provider},
};

/// What the later version does: to a consumer, of which it keeps a snapshot of another shape, and to itself.
fn later_version_acts(home: &Home, key: &str) {
    let lines = [
        (format!("'{key}'"), r#"'{"hint":"9b21","ends_at":null}'"#, "credential_retired"),
        ("NULL".to_owned(), "NULL", "policy_changed"),
    ];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let database = Box::pin(Database::connect(home.url())).await.unwrap();
        for (consumer_key, after, action) in lines {
            let sql = format!(
                "INSERT INTO activity (at, actor, action, consumer_key, after)
                 VALUES (1800000000000, 'by hand-over link', '{action}', {consumer_key}, {after})"
            );
            database.execute_unprepared(&sql).await.unwrap();
        }
    });
}

#[test]
fn a_node_goes_on_beside_one_that_does_what_it_has_never_heard_of() {
    let provider = Provider::start();
    let app = provider.app_of("Steady", "grace");
    let ada = provider.signed_in("ada");
    let stream = ada.events(None);
    let before = stream.expect("ready").id;
    later_version_acts(&provider.home, &app.key);
    provider.home.register("Next");

    stream.expect("resync");
    assert_eq!(stream.expect("consumer").json()["name"], "Next");
    ada.events_after(&before).expect("resync");
    ada.get("/settings/oauth-consumers").is(200);
    let activity = ada.get("/api/v1/activity").is(200).json();
    let unknown =
        activity["items"].as_array().unwrap().iter().filter(|line| line["actor"] == "by hand-over link");
    let actions: Vec<_> = unknown.map(|line| line["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["policy_changed", "credential_retired"]);
    provider.inside("/readyz").is(200);
    let signed = app.get("https://tool.example/items").sign();
    assert_eq!(Asker::new(&provider.internal).ask(&signed), None, "accepted");
    provider.decide("disapprove", &app);
    let signed = app.get("https://tool.example/items").sign();
    assert_eq!(Asker::new(&provider.internal).ask(&signed).as_deref(), Some("consumer_key_rejected"));
}
