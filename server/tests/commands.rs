//! The commands: exit codes, what they print for machines, how they read secrets.

use crate::support;

use std::fs;

use serde_json::{Value, json};
use store::Location;
use support::{Home, PASSWORD, SECRET};

/// The sorted names of an object's fields.
fn fields(object: &Value) -> String {
    let names: Vec<_> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    names.join(" ")
}

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
fn for_machines_an_object_has_the_apis_names_and_never_a_secret() {
    let home = Home::made();
    let consumer = home.json(&["consumer", "register", "Requirements sync", "--secret-stdin"], SECRET);
    let expected = "allow_oauth_1_0 callback_url callback_urls contact created_at created_by disapproved_until ends_at \
                    functional_user has_secret key last_used_at may_administer name networks note owner reason request_fingerprint \
                    requested_from requested_times resembles revision rsa_public_key status trusted trusted_wished updated_at";
    assert_eq!(fields(&consumer), expected);
    assert_eq!(consumer["created_by"], "the command line");
    assert!(consumer["created_at"].as_str().unwrap().ends_with('Z'), "{consumer}");
    let user = home.json(&["user", "add", "ada", "--configure-server", "--password-stdin"], PASSWORD);
    let expected = "configure_server created_at disabled has_password last_signed_in_at name second_factor \
                    sessions username";
    assert_eq!(fields(&user), expected);
    assert_eq!(home.json(&["user", "list"], ""), json!([user]));
    assert_eq!(home.json(&["user", "permit", "ada"], ""), user);
    let reset = home.json(&["user", "reset-password", "ada"], "");
    assert_eq!((fields(&reset), &reset["user"]), ("password_link user".to_owned(), &user));
    assert_eq!(fields(&reset["password_link"]), "expires_at url");
    let findings = home.json(&["check"], "");
    for finding in findings.as_array().unwrap() {
        assert_eq!((fields(finding).as_str(), &finding["ok"]), ("detail ok subject", &json!(true)));
    }
    let shown = match home.location() {
        Location::Sqlite(_) => "./data/latchkey.db".to_owned(),
        shared @ Location::Postgres(_) => shared.to_string(),
    };
    assert_eq!(home.json(&["migrate"], "")["database"], shown);
}

#[test]
fn for_people_register_prints_the_key_alone_and_lists_have_headings() {
    let home = Home::with_users();
    let said = home.run(&["consumer", "register", "Änderungen", "--secret-stdin"], SECRET);
    let key = said.stdout.trim_end();
    assert_eq!((key.len(), &*said.stderr), (36, ""), "{said:?}");
    let list = home.run(&["consumer", "list"], "").stdout;
    let row = list.lines().nth(1).unwrap();
    assert!(
        list.starts_with("CONSUMER KEY") && row.starts_with(key) && row.ends_with("Änderungen"),
        "{list}"
    );
    let users = home.run(&["user", "list"], "").stdout;
    assert!(users.starts_with("USERNAME") && users.lines().count() == 3, "{users}");
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

#[test]
fn accounts_live_their_lives_by_commands() {
    let home = Home::new();
    home.add_user("Grace", false);
    home.add_user("root", true);
    for (verb, flag, value) in [
        ("permit", "configure_server", true),
        ("forbid", "configure_server", false),
        ("disable", "disabled", true),
        ("disable", "disabled", true),
        ("enable", "disabled", false),
    ] {
        assert_eq!(home.json(&["user", verb, "grace"], "")[flag], value, "{verb}, whatever the case");
    }
    let server = home.serve();
    server.signed_in("GRACE");
    server.home.json(&["user", "passwd", "grace", "--password-stdin"], "another horse battery");
    server.visitor().post("/sign-in", &[("username", "grace"), ("password", PASSWORD)]).is(401);
}

#[test]
fn what_becomes_of_a_short_password_is_said_where_its_user_is_permitted() {
    let home = Home::with_users();
    let said = home.run(&["user", "permit", "grace"], "");
    assert_eq!(said.code, Some(0), "{said:?}");
    let words =
        "grace has Configure Server; if the password is shorter than the 12 characters of an administrator, ";
    assert!(said.stdout.starts_with(words), "{said:?}");
}

#[test]
fn a_link_to_set_a_password_is_printed_alone_and_under_the_address_of_the_server() {
    let home = Home::made();
    let added = home.run(&["user", "add", "bob", "--link", "--display-name", "Bob Marsh"], "");
    assert_eq!(added.code, Some(0), "{added:?}");
    let link = added.stdout.trim_end();
    assert!(link.starts_with("http://127.0.0.1:3000/set-password?token="), "{added:?}");
    assert!(!link.contains('\n'), "{added:?}");
    assert_eq!(home.json(&["user", "list"], "")[0]["name"], "Bob Marsh");
    for (listen, base) in [
        ("0.0.0.0:4000", "http://localhost:4000"),
        ("[::1]:4000", "http://[::1]:4000"),
        ("unix:public.sock", "http://localhost"),
        // Only a start picks the port.
        ("127.0.0.1:0", ""),
    ] {
        let reset = home.run(&["user", "reset-password", "bob", "--listen", listen], "");
        assert!(reset.stdout.starts_with(&format!("{base}/set-password?token=")), "{reset:?}");
    }
    let again = ["user", "reset-password", "bob", "--public-url", "https://keys.example/latchkey/"];
    let reset = home.json(&again, "");
    let url = reset["password_link"]["url"].as_str().unwrap();
    assert!(url.starts_with("https://keys.example/latchkey/set-password?token="), "{url}");
    assert_eq!(reset["user"]["username"], "bob");
    let server = home.serve();
    server.visitor().get(link.strip_prefix("http://127.0.0.1:3000").unwrap()).is(410);
    let path = url.strip_prefix("https://keys.example/latchkey").unwrap();
    server.visitor().get(path).is(200);
}

#[test]
fn what_is_refused_or_not_found_ends_with_1_and_says_why() {
    let home = Home::with_users();
    let unknown = "00000000-0000-0000-0000-000000000000";
    for (arguments, stdin, words) in [
        (&["user", "add", "ADA", "--password-stdin"][..], PASSWORD, "exists already"),
        (&["user", "add", "no name!", "--password-stdin"], PASSWORD, "username"),
        (&["user", "add", ".", "--password-stdin"], PASSWORD, "no address can name it"),
        (&["user", "add", "eve", "--password-stdin"], "short", "at least 8"),
        (&["user", "disable", "nobody"], "", "nobody"),
        (&["user", "disable", "ada"], "", "last administrator"),
        (&["user", "forbid", "ada"], "", "last administrator"),
        (&["user", "passwd", "nobody", "--password-stdin"], PASSWORD, "nobody"),
        (&["user", "sign-out", "nobody"], "", "nobody"),
        (&["user", "reset-password", "nobody"], "", "nobody"),
        (&["consumer", "register", " ", "--secret-stdin"], SECRET, "Enter a name."),
        (&["consumer", "register", "App", "--secret-stdin"], "short", "at least 8"),
        (&["consumer", "register", "App", "--secret-stdin"], "", "Enter a secret."),
        (&["consumer", "show", unknown], "", unknown),
        (&["consumer", "approve", unknown], "", unknown),
        (&["consumer", "remove", unknown, "--yes"], "", unknown),
        (&["consumer", "edit", unknown, "--name", "x"], "", unknown),
    ] {
        let said = home.run(arguments, stdin);
        assert_eq!(said.code, Some(1), "{arguments:?}: {said:?}");
        assert!(said.sentence().contains(words) && said.stdout.is_empty(), "{arguments:?}: {said:?}");
    }
    let said = home.run(&["consumer", "register", "", "--secret-stdin"], "short");
    assert_eq!(said.stderr.lines().count(), 2, "every wrong field: {said:?}");
}

#[test]
fn wrong_usage_ends_with_2_and_touches_nothing() {
    let home = Home::new();
    let unknown = "00000000-0000-0000-0000-000000000000";
    for arguments in [
        &["user", "add", "ada"][..],
        &["user", "passwd", "ada"],
        &["user", "add"],
        &["consumer", "register", "App"],
        &["consumer", "show", "no key"],
        &["consumer", "edit", unknown],
        &["consumer", "edit", unknown, "--trusted", "perhaps"],
        &["consumer", "edit", unknown, "--may-administer"],
        &["consumer", "edit", unknown, "--may-administer", "perhaps"],
        &["consumer", "approve", unknown, "--may-administer"],
        &["consumer", "list", "word"],
    ] {
        let said = home.run(arguments, PASSWORD);
        assert_eq!(said.code, Some(2), "{arguments:?}: {said:?}");
        assert!(!said.sentence().is_empty() && said.stdout.is_empty());
    }
    assert!(!home.data().exists(), "nothing was made");
    let said =
        home.run(&["user", "add", "ada", "--password-stdin", "a password in the wrong place"], PASSWORD);
    assert_eq!(said.code, Some(2));
    assert!(!said.stderr.contains("wrong place"), "it may be a secret: {said:?}");
}

#[test]
fn one_line_break_at_the_end_of_a_secret_is_dropped_and_no_more() {
    let home = Home::made();
    for (name, ending) in [("unix", "\n"), ("windows", "\r\n"), ("none", "")] {
        let password = format!("{PASSWORD}{ending}");
        home.json(&["user", "add", name, "--password-stdin"], &password);
    }
    for ending in ["\n\n", "\r\n\r\n", "\r", " \n"] {
        let password = format!("{PASSWORD}{ending}");
        let said = home.run(&["user", "add", "more", "--password-stdin"], &password);
        // A space is part of the password; a further line break is a control character.
        assert_eq!(said.code, Some(i32::from(ending != " \n")), "{ending:?}: {said:?}");
    }
    let server = home.serve();
    for name in ["unix", "windows", "none"] {
        server.signed_in(name);
    }
    let visitor = server.visitor();
    visitor.post("/sign-in", &[("username", "more"), ("password", PASSWORD)]).is(401);
    visitor.post("/sign-in", &[("username", "more"), ("password", &format!("{PASSWORD} "))]).is(303);
}

#[test]
fn a_byte_order_mark_before_a_secret_is_dropped_and_utf_16_is_refused_in_words() {
    let home = Home::made();
    home.json(&["user", "add", "ada", "--password-stdin"], &format!("\u{feff}{PASSWORD}\r\n"));
    let marked = format!("\u{feff}{SECRET}");
    home.json(&["consumer", "register", "Requirements sync", "--secret-stdin"], &marked);
    let wide: String = PASSWORD.chars().flat_map(|character| [character, '\0']).collect();
    let said = home.run(&["user", "add", "grace", "--password-stdin"], &wide);
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.sentence().contains("UTF-16") && !said.stderr.contains(PASSWORD), "{said:?}");
    home.serve().signed_in("ada");
}

#[test]
fn a_blank_line_at_the_end_of_the_vault_key_does_no_harm() {
    let home = Home::made();
    home.register("Requirements sync");
    let text = fs::read_to_string(home.vault_key()).unwrap();
    fs::write(home.vault_key(), format!("{text}\n")).unwrap();
    let check = home.run(&["check"], "");
    assert_eq!(check.code, Some(0), "{check:?}");
    home.json(&["vault", "rotate"], "");
    home.serve();
}

#[test]
fn a_backup_does_not_go_through_standard_output() {
    let home = Home::made();
    let said = home.run(&["backup", "-"], "");
    assert_eq!((said.code, &*said.stdout), (Some(2), ""), "{said:?}");
    assert!(said.sentence().contains("./-"), "{said:?}");
    assert!(!home.path().join("-").exists());
}

#[test]
fn an_rsa_key_comes_from_a_file() {
    let home = Home::made();
    let key = home.register("Requirements sync");
    let pem = include_str!("../../service/tests/keys/rsa-2048-spki.pem");
    fs::write(home.path().join("key.pem"), pem).unwrap();
    fs::write(home.path().join("none.pem"), "").unwrap();
    let edit = |file: &str| home.run(&["consumer", "edit", &key, "--rsa-public-key", file, "--json"], "");
    assert_eq!(edit("key.pem").json()["rsa_public_key"], pem.trim());
    assert_eq!(edit("none.pem").json()["rsa_public_key"], Value::Null);
    assert_eq!(edit("missing.pem").code, Some(2));
    fs::write(home.path().join("wrong.pem"), "no key").unwrap();
    assert_eq!(edit("wrong.pem").code, Some(1));
}

#[test]
fn check_looks_and_changes_nothing() {
    let home = Home::new();
    let said = home.run(&["check"], "");
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(!home.data().exists());
    let home = home.and_made();
    home.register("Requirements sync");
    fs::remove_file(home.vault_key()).unwrap();
    let said = home.run(&["check", "--json"], "");
    assert_eq!(said.code, Some(1), "{said:?}");
    let wrong: Vec<_> =
        said.json().as_array().unwrap().iter().filter(|one| one["ok"] == false).cloned().collect();
    assert_eq!((wrong.len(), &wrong[0]["subject"]), (1, &json!("vault key")), "{wrong:?}");
    assert!(!home.vault_key().exists(), "no other key was made in its place");
}

#[test]
fn check_tells_of_counts_that_are_wrong_and_migrate_puts_them_right() {
    let home = Home::made();
    home.register("Requirements sync");
    home.sql("UPDATE consumer_counts SET number = 7");
    let said = home.run(&["check"], "");
    let told =
        "counts: WRONG: 7 pending, 0 approved and 0 disapproved consumers are kept, but there are 1 pending";
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.stdout.contains(told) && said.stdout.contains("`latchkey migrate`"), "{said:?}");
    assert_eq!(home.run(&["migrate"], "").code, Some(0));
    let said = home.run(&["check"], "");
    assert_eq!(said.code, Some(0), "{said:?}");
}

#[test]
fn check_tells_of_a_certificate_that_the_server_could_not_start_with() {
    let home = Home::new();
    let files = ["--tls-cert", "missing.pem", "--tls-key", "missing.key"];
    let said = home.run(&[&["check", "--json"], &files[..]].concat(), "");
    assert_eq!(said.code, Some(1), "{said:?}");
    let findings = said.json();
    let wrong: Vec<_> = findings.as_array().unwrap().iter().filter(|one| one["ok"] == false).collect();
    assert_eq!((wrong.len(), &wrong[0]["subject"]), (1, &json!("certificate")), "{findings}");
    assert!(wrong[0]["detail"].as_str().unwrap().contains("LATCHKEY_TLS_CERT=missing.pem"), "{findings}");
}

#[test]
fn migrate_makes_the_database_and_may_be_run_again() {
    let home = Home::new();
    let database =
        if home.is_postgres() { home.location().to_string() } else { "./data/latchkey.db".to_owned() };
    for told in ["is made", "was up to date"] {
        let said = home.run(&["migrate"], "");
        assert_eq!((said.code, &*said.stdout), (Some(0), &*format!("{database} {told}.\n")), "{said:?}");
    }
    assert_eq!(home.json(&["migrate"], ""), json!({ "database": database, "made": false, "migrated": 0 }));
    assert!(home.vault_key().exists());
}

#[test]
fn commands_work_beside_a_running_server_in_both_directions() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let consumer = ada.register("By the page");
    let key = consumer["key"].as_str().unwrap();
    assert_eq!(server.home.json(&["consumer", "show", key], ""), consumer);
    server.home.register("By the command line");
    assert_eq!(ada.names().len(), 2);
    server.home.json(&["consumer", "approve", key], "");
    let late = ada.call("disapprove", &[("key", key), ("revision", "1")]).is(409).json();
    assert_eq!(late["Conflict"]["by"], "the command line");
    assert_eq!(late["Conflict"]["changes"], json!(["the status to Approved"]));
}
