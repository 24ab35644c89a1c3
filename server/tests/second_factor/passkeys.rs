//! Passkeys over HTTP: what the pages ask, and what is written down of an answer that is not right.

use crate::support::{
    Browser, Home,
    browser::Answer,
    passkey_device::PasskeyDevice,
    second_factor::{PATH, hidden},
};

/// A host that browsers have passkeys for without TLS.
const ORIGIN: &str = "http://keys.localhost";

/// What the browser is asked on a page.
#[track_caller]
fn question(page: &Answer) -> String {
    let (_, after) = page.text().split_once("data-options=\"").unwrap_or_else(|| panic!("{page:?}"));
    after.split_once('"').unwrap().0.replace("&quot;", "\"").replace("&amp;", "&")
}

fn answer(browser: &Browser, page: &Answer, answer: &str) -> Answer {
    let challenge = hidden(page, "challenge");
    browser.post(
        "/sign-in/code",
        &[("step", hidden(page, "step")), ("challenge", challenge), ("passkey", answer)],
    )
}

/// Adds a passkey for the user who is signed in.
fn add(browser: &Browser) -> PasskeyDevice {
    let device = PasskeyDevice::at(ORIGIN);
    let asked = browser.post(PATH, &[("act", "begin-passkey"), ("name", "ultramarine")]).is(200);
    let made = device.make(&question(&asked));
    let challenge = hidden(&asked, "challenge");
    browser.post(PATH, &[("act", "add-passkey"), ("challenge", challenge), ("passkey", &made)]).is(303);
    device
}

#[test]
fn a_passkey_signs_in_and_a_wrong_answer_is_a_line_with_its_reason() {
    let server = Home::with_users().serve_with(&[("LATCHKEY_PUBLIC_URL", ORIGIN)]);
    let grace = server.signed_in("grace");
    grace.set_up_second_factor();
    let mut device = add(&grace);
    assert!(grace.get(PATH).is(200).text().contains("not used yet"));
    let mut visitor = server.visitor();
    let asked = visitor.give_password("grace");
    server.log();
    for wrong in ["{}", "no JSON", &"x".repeat(8_000)] {
        let refused = answer(&visitor, &asked, wrong).is(401);
        assert!(refused.text().contains("This passkey was not accepted."), "{}", refused.text());
        assert_eq!(refused.header("set-cookie"), "");
        let line = server.log_until("latchkey::denied").pop().unwrap();
        assert!(line.ends_with("denied address=127.0.0.1 reason=wrong_passkey user=grace"), "{line}");
    }
    // Authenticator data that says that it has a key, and has none: the library for passkeys would write its octets down.
    let mut garbled: serde_json::Value = serde_json::from_str(&device.sign(&question(&asked))).unwrap();
    garbled["response"]["authenticatorData"] = serde_json::json!("gICA".repeat(20_000 / 4));
    answer(&visitor, &asked, &garbled.to_string()).is(401);
    let lines = server.log_until("latchkey::denied");
    assert!(lines.iter().all(|line| line.len() < 1_000 && !line.contains("128, 128")), "{lines:?}");
    let begun = answer(&visitor, &asked, &device.sign(&question(&asked))).is(303);
    visitor.take_cookie(&begun);
    visitor.get("/account/sessions").is(200);
    let shown = grace.get(PATH).is(200);
    assert!(shown.text().contains("last used") && !shown.text().contains("not used yet"), "{}", shown.text());
}

#[test]
fn adding_and_removing_ask_for_a_fresh_sign_in_and_the_command_line_removes_all() {
    let server = Home::with_users().serve_with(&[("LATCHKEY_PUBLIC_URL", ORIGIN)]);
    let grace = server.signed_in("grace");
    grace.set_up_second_factor();
    add(&grace);
    let id = hidden(&grace.get(PATH).is(200), "passkey_id").to_owned();
    super::age_sessions(&server.home);
    for form in
        [[("act", "begin-passkey"), ("name", "another")], [("act", "remove-passkey"), ("passkey_id", &*id)]]
    {
        let refused = grace.post(PATH, &form).is(303);
        assert!(refused.header("location").starts_with("/sign-in?again="), "{refused:?}");
    }
    assert!(grace.get(PATH).is(200).text().contains("ultramarine"));
    server.home.run(&["user", "reset-factors", "grace"], "");
    let mut after = server.visitor();
    after.sign_in("grace", crate::support::PASSWORD);
    after.set_up_second_factor();
    assert!(!after.get(PATH).is(200).text().contains("ultramarine"));
}
