//! `check`, which changes nothing, and `migrate`, which puts right what it finds.

use std::fs;

use serde_json::json;

use crate::support::Home;

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
