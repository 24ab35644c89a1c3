//! The register form, which works without a script.

use super::HOME;
use crate::support::{Home, SECRET};

#[test]
fn the_register_form_works_without_a_script() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let fields = [("name", " Requirements sync "), ("secret", SECRET), ("secret_again", SECRET)];
    let answer = ada.post(HOME, &fields).is(303);
    let key = server.home.json(&["consumer", "list"], "")[0]["key"].as_str().unwrap().to_owned();
    let shown = answer.header("location").to_owned();
    assert_eq!(shown, format!("{HOME}?registered={key}"));
    for _ in 0..2 {
        let page = ada.get(&shown).is(200);
        let told = page.text().split("class=\"registered\"").nth(1).expect("the message is there").to_owned();
        let told = told.split("</section>").next().unwrap();
        assert!(told.contains(&key) && told.contains("Requirements sync"), "the new key is shown: {told}");
        assert!(!told.contains("the same name"), "{told}");
        assert!(!page.text().contains(SECRET), "the secret is not");
    }
    assert_eq!(ada.names().len(), 1, "loading the page again registers nothing");
}

#[test]
fn without_a_script_a_name_in_use_is_pointed_out_whether_the_form_is_accepted_or_not() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    ada.register("Requirements sync");
    let send = |secret| {
        ada.post(HOME, &[("name", "Requirements sync"), ("secret", secret), ("secret_again", secret)])
    };
    let refused = send("short").is(422);
    assert!(refused.text().contains("Another consumer has this name already, or one"), "{}", refused.text());
    let shown = send(SECRET).is(303).header("location").to_owned();
    assert!(ada.get(&shown).is(200).text().contains("Another consumer has the same name"));
    assert_eq!(ada.names().len(), 2, "it is allowed");
}

#[test]
fn an_address_that_names_a_consumer_that_is_not_there_claims_no_registration() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let gone = ada.register("Gone")["key"].as_str().unwrap().to_owned();
    ada.call("remove", &[("key", &gone), ("revision", "1")]).is(200);
    for key in [&*gone, "00000000-0000-4000-8000-000000000000", "two+words", "", "%3Cscript%3E"] {
        let page = ada.get(&format!("{HOME}?registered={key}")).is(200);
        assert!(!page.text().contains("is registered."), "{key}");
    }
}

#[test]
fn the_register_form_tells_what_is_wrong_beside_the_field_and_keeps_the_name() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let refused = |name: &str, secret, again| {
        let fields = [("name", name), ("secret", secret), ("secret_again", again)];
        ada.post(HOME, &fields).is(422).text().to_owned()
    };
    let page = refused("Kept", "short", "short");
    assert!(
        page.contains("Use at least 8 characters; this has 5.") && page.contains("value=\"Kept\""),
        "{page}"
    );
    assert!(refused("Kept", SECRET, "another secret").contains("The two secrets differ."));
    let page = refused("Kept", "short", "other");
    assert!(page.contains("Use at least 8 characters") && page.contains("The two secrets differ."), "{page}");
    let page = refused("", "short", "short");
    assert!(page.contains("Enter a name.") && page.contains("Use at least 8 characters"), "{page}");
    let page = refused("", SECRET, "another secret");
    assert!(page.contains("Enter a name.") && page.contains("The two secrets differ."), "{page}");
    assert!(refused(&"x".repeat(101), SECRET, SECRET).contains("Use at most 100 characters; this has 101."));
    let script = refused("<script>alert(1)</script>", "short", "short");
    assert!(!script.contains("<script>alert"), "{script}");
    assert_eq!(ada.names(), [""; 0]);
}
