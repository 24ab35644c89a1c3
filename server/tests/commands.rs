//! The commands: exit codes, what they print for machines, how they read secrets.

mod accounts;
mod check;
mod consumers;

use std::fs;

use serde_json::{Value, json};
use store::Location;

use crate::support::{Home, PASSWORD, SECRET};

/// The sorted names of an object's fields.
fn fields(object: &Value) -> String {
    let names: Vec<_> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    names.join(" ")
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
