//! A node beside one of a later version, which does what this version has never heard of.

use sea_orm::{ConnectionTrait as _, Database};

use crate::support::{
    Home,
    signer::{Asker, Provider},
};

/// A line of an action that only the later version knows, with a snapshot of another shape than a consumer's.
fn line(action: &str, consumer: Option<&str>) -> String {
    let (key, after) = match consumer {
        Some(key) => (format!("'{key}'"), r#"'{"hint":"9b21","ends_at":null}'"#),
        None => ("NULL".to_owned(), "NULL"),
    };
    format!(
        "INSERT INTO activity (at, actor, action, consumer_key, after)
         VALUES (1800000000000, 'by hand-over link', '{action}', {key}, {after})"
    )
}

/// The later version writes to the database.
fn later_version_runs(home: &Home, statements: &[String]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let database = Box::pin(Database::connect(home.url())).await.unwrap();
        for sql in statements {
            database.execute_unprepared(sql).await.unwrap();
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
    let lines = [
        line("credential_retired", Some(&app.key)),
        line("policy_changed", None),
        line("key_renamed", Some("a key of a later version")),
    ];
    later_version_runs(&provider.home, &lines);
    provider.home.register("Next");

    stream.expect("resync");
    assert_eq!(stream.expect("consumer").json()["name"], "Next");
    ada.events_after(&before).expect("resync");
    ada.get("/settings/oauth-consumers").is(200);
    let activity = ada.get("/api/v1/activity").is(200).json();
    let unknown =
        activity["items"].as_array().unwrap().iter().filter(|line| line["actor"] == "by hand-over link");
    let actions: Vec<_> = unknown.map(|line| line["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["key_renamed", "policy_changed", "credential_retired"]);
    let page = ada.get("/settings/activity").is(200).text().to_owned();
    for words in ["credential_retired", "policy_changed", "key_renamed", "by hand-over link"] {
        assert!(page.contains(words), "{words} is shown as it is");
    }
    provider.inside("/readyz").is(200);
    let signed = app.get("https://tool.example/items").sign();
    assert_eq!(Asker::new(&provider.internal).ask(&signed), None, "accepted");
    provider.decide("disapprove", &app);
    let signed = app.get("https://tool.example/items").sign();
    assert_eq!(Asker::new(&provider.internal).ask(&signed).as_deref(), Some("consumer_key_rejected"));
    provider.inside("/readyz").is(200);
    let log = provider.log();
    assert!(log.iter().all(|line| !line.contains("ERROR") && !line.contains("WARN")), "{log:?}");
}

#[test]
fn a_stream_whose_session_an_unknown_action_ended_tells_nothing_more() {
    let provider = Provider::start();
    let app = provider.app_of("Steady", "grace");
    let stream = provider.signed_in("ada").events(None);
    stream.expect("ready");
    let end_sessions = "DELETE FROM sessions".to_owned();
    later_version_runs(&provider.home, &[end_sessions, line("owner_replaced", Some(&app.key))]);
    provider.home.register("Next");
    let told = stream.rest();
    assert!(told.is_empty(), "{told:?}");
}
