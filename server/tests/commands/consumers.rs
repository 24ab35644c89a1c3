//! A consumer by commands: its life, its rights, its details, and the reasons of decisions.

use serde_json::{Value, json};

use crate::support::{Home, SECRET};

#[test]
fn a_consumer_lives_its_life_by_commands() {
    let home = Home::made();
    let registered = home.json(&["consumer", "register", " Requirements sync ", "--secret-stdin"], SECRET);
    let key = registered["key"].as_str().unwrap();
    assert_eq!(
        (&registered["name"], &registered["status"]),
        (&json!("Requirements sync"), &json!("pending"))
    );
    assert_eq!(home.json(&["consumer", "show", key], ""), registered);
    assert_eq!(home.json(&["consumer", "list"], ""), json!([registered]));
    for (verb, status, revision) in
        [("approve", "approved", 2), ("approve", "approved", 2), ("disapprove", "disapproved", 3)]
    {
        let decided = home.json(&["consumer", verb, key], "");
        assert_eq!((&decided["status"], &decided["revision"]), (&json!(status), &json!(revision)));
    }
    let callback = ["--callback", "https://app.example/cb", "--trusted", "true", "--name", "Renamed"];
    let edited = home.json(&[&["consumer", "edit", key][..], &callback].concat(), "");
    assert_eq!(edited["callback_url"], "https://app.example/cb");
    assert_eq!((&edited["name"], &edited["trusted"]), (&json!("Renamed"), &json!(true)));
    let several =
        ["--callback", "myapp://cb", "--callback", "https://app.example/cb", "--callback", "myapp://cb"];
    let edited = home.json(&[&["consumer", "edit", key][..], &several].concat(), "");
    assert_eq!(edited["callback_urls"], json!(["myapp://cb", "https://app.example/cb"]));
    assert_eq!(edited["callback_url"], "myapp://cb");
    let shown = home.run(&["consumer", "show", key], "").stdout;
    assert!(shown.contains("\ncallback_urls: myapp://cb https://app.example/cb\n"), "{shown}");
    let wrong = home.run(&["consumer", "edit", key, "--callback", "javascript:alert(1)"], "");
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    assert!(wrong.sentence().contains("application's own"), "{wrong:?}");
    let allowed = home.json(&["consumer", "edit", key, "--allow-oauth-1-0", "true"], "");
    assert_eq!((&allowed["allow_oauth_1_0"], &allowed["trusted"]), (&json!(true), &json!(true)));
    let kept = home.run(&["consumer", "edit", key, "--callback", ""], "");
    assert_eq!(kept.code, Some(1), "{kept:?}");
    assert!(kept.sentence().contains("trusted consumer keeps"), "{kept:?}");
    let none = home.json(&["consumer", "edit", key, "--callback", "", "--trusted", "false"], "");
    assert_eq!((&none["callback_url"], &none["trusted"]), (&Value::Null, &json!(false)));
    assert_eq!(none["callback_urls"], json!([]));
    let removed = home.run(&["consumer", "remove", key], "");
    assert_eq!(removed.code, Some(0), "away from a terminal nothing is asked: {removed:?}");
    assert_eq!(home.json(&["consumer", "list"], ""), json!([]));
}

#[test]
fn the_rights_of_a_consumer_are_given_taken_and_shown_by_commands() {
    let home = Home::made();
    let key = home.register("App");
    let shown = || {
        let list = home.run(&["consumer", "list"], "").stdout;
        let show = home.run(&["consumer", "show", &key], "").stdout;
        let lines =
            show.lines().filter(|line| line.starts_with("trusted:") || line.starts_with("may_administer:"));
        (list.lines().nth(1).unwrap().to_owned(), lines.collect::<Vec<_>>().join(", "))
    };
    let edit = |arguments: &[&str]| home.json(&[&["consumer", "edit", &*key][..], arguments].concat(), "");
    assert!(shown().0.contains("none"), "{:?}", shown());
    assert_eq!(edit(&["--may-administer", "true"])["may_administer"], true);
    let (row, lines) = shown();
    assert!(
        row.contains("May administer") && lines == "trusted: false, may_administer: true",
        "{row} {lines}"
    );
    let trusted = ["--may-administer", "false", "--trusted", "true", "--callback", "https://app.example/cb"];
    assert_eq!(edit(&trusted)["may_administer"], false);
    let (row, lines) = shown();
    assert!(row.contains("Trusted") && lines == "trusted: true, may_administer: false", "{row} {lines}");
    let refused = home.run(&["consumer", "edit", &key, "--may-administer", "true"], "");
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.sentence().contains("Take Trusted away first"), "{refused:?}");
}

#[test]
fn the_details_of_a_consumer_are_given_taken_and_shown_by_commands() {
    let home = Home::with_users();
    let key = home.register("App");
    let edit = |arguments: &[&str]| home.json(&[&["consumer", "edit", &*key][..], arguments].concat(), "");
    let given = edit(&[
        "--owner",
        "Quality",
        "--contact",
        "quality@app.example",
        "--note",
        "Runs at night.",
        "--functional-user",
        "grace",
        "--network",
        "10.0.0.0/8",
        "--network",
        "2001:db8::7",
        "--ends",
        "2099-01-31",
    ]);
    assert_eq!((&given["owner"], &given["functional_user"]), (&json!("Quality"), &json!("grace")));
    assert_eq!(given["networks"], json!(["10.0.0.0/8", "2001:db8::7"]));
    assert_eq!(given["ends_at"], "2099-01-31T00:00:00.000Z");
    let shown = home.run(&["consumer", "show", &key], "").stdout;
    for line in ["networks: 10.0.0.0/8 2001:db8::7", "functional_user: grace", "note: Runs at night."] {
        assert!(shown.lines().any(|shown| shown == line), "{line}: {shown}");
    }
    for (option, value) in [("--ends", "soon"), ("--network", "10.0.0.0/33"), ("--functional-user", "nobody")]
    {
        let wrong = home.run(&["consumer", "edit", &key, option, value], "");
        assert_eq!(wrong.code, Some(1), "{option}: {wrong:?}");
    }
    for (option, name, none) in [
        ("--owner", "owner", Value::Null),
        ("--contact", "contact", Value::Null),
        ("--note", "note", Value::Null),
        ("--functional-user", "functional_user", Value::Null),
        ("--network", "networks", json!([])),
        ("--ends", "ends_at", Value::Null),
    ] {
        assert_eq!(edit(&[option, ""])[name], none, "{option}");
    }
}

#[test]
fn a_decision_by_command_keeps_its_reason() {
    let home = Home::made();
    let key = home.register("App");
    let decided = |verb: &str, more: &[&str]| {
        let decided = home.json(&[&["consumer", verb, &*key][..], more].concat(), "");
        decided["reason"].clone()
    };
    assert_eq!(decided("approve", &["--reason", "Checked."]), "Checked.");
    assert_eq!(decided("disapprove", &["--reason", "The key leaked."]), "The key leaked.");
    assert_eq!(decided("approve", &[]), Value::Null);
    let wrong = home.run(&["consumer", "disapprove", &key, "--reason", &"x".repeat(501)], "");
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    assert!(wrong.sentence().contains("at most 500 characters"), "{wrong:?}");
}
