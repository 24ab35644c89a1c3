//! Second factors over HTTP: setting one up, the second page of signing in, being made to have one, and signing in again.

mod passkeys;

use crate::support;

use http::Method;
use serde_json::json;
use service::Clock;
use support::{
    Browser, Home, PASSWORD,
    browser::send,
    second_factor::{Authenticator, PATH, hidden, recovery_codes},
    signer::{Provider, send_json},
};

const HOME: &str = "/settings/oauth-consumers";
const APPLICATIONS: &str = "/account/applications";

/// Makes every session look as if its user had signed in 16 minutes ago.
fn age_sessions(home: &Home) {
    home.sql("UPDATE sessions SET proved_at = proved_at - 960000");
}

#[test]
fn the_secret_is_shown_as_text_and_picture_and_counts_once_a_code_confirms_it() {
    let server = Home::with_users().serve();
    let grace = server.signed_in("grace");
    assert!(grace.get(PATH).is(200).text().contains("Set up a second factor"));
    assert_eq!(grace.post(PATH, &[("act", "begin")]).is(303).header("location"), PATH);
    let page = grace.get(PATH).is(200);
    let text = page.text();
    assert!(text.contains("<svg") && text.contains("QR code of the secret"), "{text}");
    assert!(!text.contains("<img") && !text.contains("style=\""), "{text}");
    assert_eq!(page.header("cache-control"), "no-store");
    let mut app = Authenticator::scan(&page);
    for code in ["", "12345", "abcdef"] {
        let refused = grace.post(PATH, &[("act", "confirm"), ("code", code)]).is(422);
        assert!(refused.text().contains("This is not the app"), "{}", refused.text());
    }
    server.signed_in("grace");
    let codes = recovery_codes(&grace.post(PATH, &[("act", "confirm"), ("code", &app.code())]).is(200));
    assert_eq!(codes.len(), 10);
    let page = grace.get(PATH).is(200);
    assert!(page.text().contains("10 recovery codes are left."), "{}", page.text());
    assert!(codes.iter().all(|code| !page.text().contains(code)), "they are shown once");
    grace.post(PATH, &[("act", "nonsense")]).is(400);
}

#[test]
fn after_the_right_password_a_second_page_asks_for_the_code_and_only_then_a_session_begins() {
    let server = Home::with_users().serve();
    let (mut app, codes) = server.signed_in("grace").set_up_second_factor();
    let mut grace = server.visitor();
    let wrong = grace.post("/sign-in", &[("username", "grace"), ("password", "wrong password")]).is(401);
    assert!(!wrong.text().contains("/sign-in/code"), "a wrong password tells nothing of a second factor");
    let asked = grace.give_password("grace");
    assert_eq!(asked.header("set-cookie"), "");
    let step = hidden(&asked, "step").to_owned();
    let mut thief = server.visitor();
    thief.cookie = Some(format!("latchkey={step}"));
    thief.get(APPLICATIONS).is(303);
    for code in ["", "000000x", "1234567"] {
        let refused = grace.give_code(&asked, code).is(401);
        assert!(refused.text().contains("This code is wrong"), "{}", refused.text());
        assert_eq!((hidden(&refused, "step"), refused.header("set-cookie")), (&*step, ""));
    }
    let begun = grace.give_code(&asked, &app.code()).is(303);
    grace.take_cookie(&begun);
    grace.get(APPLICATIONS).is(200);
    let again = server.visitor().give_code(&asked, &codes[0]).is(401);
    assert!(again.text().contains("Enter your username and password again."), "{}", again.text());
    let mut elsewhere = server.visitor();
    let begun = elsewhere.give_code(&elsewhere.give_password("grace"), &codes[0]).is(303);
    elsewhere.take_cookie(&begun);
    elsewhere.get(APPLICATIONS).is(200);
    let used = server.visitor();
    used.give_code(&used.give_password("grace"), &codes[0]).is(401);
}

#[test]
fn after_too_many_wrong_codes_the_answer_says_when_to_come_again() {
    let server = Home::with_users().serve();
    let grace = server.signed_in("grace");
    let (mut app, _) = grace.set_up_second_factor();
    let asked = server.visitor().give_password("grace");
    let now = Clock::System.now().unix_timestamp() * 1000;
    server.home.sql(&format!("UPDATE second_factors SET wrong_codes = 10, wrong_at = {now}"));
    let code = app.code();
    let proof = [("password", PASSWORD), ("code", &*code)];
    for refused in [server.visitor().give_code(&asked, &code).is(429), grace.post("/sign-in/again", &proof)] {
        assert!(refused.text().contains("Too many wrong codes"), "{}", refused.text());
        let seconds: u64 = refused.header("retry-after").parse().unwrap();
        assert!((600..=900).contains(&seconds), "{seconds}");
    }
}

#[test]
fn the_second_page_leads_on_to_where_the_user_was_going_and_to_no_other_site() {
    let server = Home::with_users().serve();
    let (_, codes) = server.signed_in("grace").set_up_second_factor();
    let visitor = server.visitor();
    for (next, code, location) in
        [(APPLICATIONS, &codes[0], APPLICATIONS), ("//evil.example/", &codes[1], "/"), ("", &codes[2], "/")]
    {
        let pair = [("username", "grace"), ("password", PASSWORD), ("next", next)];
        let asked = visitor.post("/sign-in", &pair).is(200);
        let form = [("step", hidden(&asked, "step")), ("next", next), ("code", code)];
        assert_eq!(visitor.post("/sign-in/code", &form).is(303).header("location"), location, "{next}");
    }
}

#[test]
fn a_wrong_password_takes_no_other_way_for_who_has_a_second_factor() {
    let server = Home::with_users().serve();
    server.signed_in("grace").set_up_second_factor();
    let visitor = server.visitor();
    let answers = ["grace", "nobody"].map(|name| {
        let answer = visitor.post("/sign-in", &[("username", name), ("password", "wrong password")]).is(401);
        let (_, nonce) = answer.header("content-security-policy").split_once("'nonce-").unwrap();
        let nonce = nonce.split_once('\'').unwrap().0;
        answer.text().replace(&format!("\"{name}\""), "\"NAME\"").replace(nonce, "NONCE")
    });
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn a_second_factor_is_removed_with_password_and_code_or_from_the_command_line() {
    let home = Home::with_users();
    let server = home.serve();
    let grace = server.signed_in("grace");
    let (mut app, _) = grace.set_up_second_factor();
    let listed = server.home.json(&["user", "list"], "");
    let flags: Vec<_> =
        listed.as_array().unwrap().iter().map(|user| (&user["username"], &user["second_factor"])).collect();
    assert_eq!(flags, [(&json!("ada"), &json!(false)), (&json!("grace"), &json!(true))]);
    let remove = |password: &str, code: &str| {
        grace.post(PATH, &[("act", "remove"), ("password", password), ("code", code)])
    };
    let refused = remove("wrong password", "123456").is(422);
    assert!(refused.text().contains("This is not the password of your account."), "{}", refused.text());
    assert!(remove(PASSWORD, "12345").is(422).text().contains("This code is wrong"));
    assert_eq!(remove(PASSWORD, &app.code()).is(303).header("location"), PATH);
    server.signed_in("grace");
    grace.set_up_second_factor();
    let reset = server.home.json(&["user", "reset-factors", "grace"], "");
    assert_eq!(reset["second_factor"], false);
    server.signed_in("grace");
    let nobody = server.home.run(&["user", "reset-factors", "nobody"], "");
    assert_eq!((nobody.code, nobody.sentence()), (Some(1), "There is no user named nobody."));
    let activity = server.signed_in("ada").get("/api/v1/activity?limit=100").is(200).json();
    let lines = activity["items"].as_array().unwrap();
    let told: Vec<_> = lines
        .iter()
        .filter(|line| line["action"].as_str().unwrap().starts_with("second_factor"))
        .map(|line| (line["action"].as_str().unwrap(), line["actor"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("second_factor_removed", "the command line"),
            ("second_factor_added", "grace"),
            ("second_factor_removed", "grace"),
            ("second_factor_added", "grace"),
        ]
    );
}

#[test]
fn who_has_to_have_a_second_factor_is_led_to_it_and_everything_else_is_closed() {
    // The address that is signed stays the same.
    let public = ("LATCHKEY_PUBLIC_URL", "http://keys.example");
    let home = Home::with_users();
    let app = {
        // A consumer that acts for grace since before the setting.
        let provider = Provider::in_home(home.clone(), &[public]);
        let app = provider.app_of("Signed in", "grace");
        provider.server.stop();
        app
    };
    let provider = Provider::in_home(home, &[public, ("LATCHKEY_REQUIRE_SECOND_FACTOR", "all")]);
    let app = app.at(&provider);
    let (ada, grace) = (provider.signed_in("ada"), provider.signed_in("grace"));
    for path in [HOME, APPLICATIONS, "/account/password", "/account/sessions"] {
        let sign_in = ada.get(path).is(303);
        let led = ada.get(sign_in.header("location")).is(303);
        assert_eq!(led.header("location"), format!("{PATH}?next={}", oauth::encode(path)));
    }
    ada.call("rows", &[]).is(401);
    ada.get("/events").is(401);
    provider.log();
    for path in ["/api/v1/consumers", "/api/v1/whoami"] {
        let told = ada.get(path).problem(401);
        assert!(told["detail"].as_str().unwrap().contains("/account/second-factor"), "{told}");
        provider.log_until("reason=second_factor_missing");
    }
    let temporary = app.temporary("oob");
    let question = format!("/oauth/authorize?oauth_token={}", temporary.0);
    assert!(grace.get(&question).is(303).header("location").starts_with("/sign-in?next="));
    let decided = grace.post("/oauth/authorize", &[("oauth_token", &*temporary.0), ("decision", "allow")]);
    assert!(decided.is(303).header("location").starts_with("/sign-in?next="));
    app.echo().send().is(200);
    let page = grace.get(PATH).is(200);
    assert!(page.text().contains("Your account needs a second factor."), "{}", page.text());
    grace.set_up_second_factor();
    grace.get(APPLICATIONS).is(200);
    grace.get(&question).is(200);
    assert_eq!(ada.post("/sign-out", &[]).is(303).header("location"), "/sign-in");
    assert_eq!(ada.get(PATH).is(303).header("location"), format!("/sign-in?next={}", oauth::encode(PATH)));
}

#[test]
fn where_administrators_have_to_have_one_the_first_is_led_to_it_after_the_set_up_link() {
    let server = Home::new().serve_with(&[("LATCHKEY_REQUIRE_SECOND_FACTOR", "administrators")]);
    let link = server.line("set up at ");
    let token = link.split_once("token=").unwrap().1;
    let mut ada = server.visitor();
    let form = [("token", token), ("username", "ada"), ("password", PASSWORD), ("password_again", PASSWORD)];
    let made = ada.post("/set-up", &form).is(303);
    ada.take_cookie(&made);
    let mut path = made.header("location").to_owned();
    for _ in 0..3 {
        path = ada.get(&path).is(303).header("location").to_owned();
    }
    assert!(path.starts_with(PATH), "{path}");
    ada.get(HOME).is(303);
    ada.set_up_second_factor();
    ada.get(HOME).is(200);
    server.home.add_user("grace", false);
    server.signed_in("grace").get(APPLICATIONS).is(200);
}

#[test]
fn an_event_stream_ends_with_the_second_factor_that_it_needs() {
    let server = Home::with_users().serve_with(&[("LATCHKEY_REQUIRE_SECOND_FACTOR", "administrators")]);
    let ada = server.signed_in("ada");
    ada.set_up_second_factor();
    let stream = ada.events(None);
    server.home.json(&["user", "reset-factors", "ada"], "");
    stream.rest();
    ada.call("rows", &[]).is(401);
}

#[test]
fn a_wrong_setting_is_named() {
    let said = Home::made().serve_in_vain(&[("LATCHKEY_REQUIRE_SECOND_FACTOR", "yes")]);
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.last_words().contains("LATCHKEY_REQUIRE_SECOND_FACTOR=yes"), "{said:?}");
    assert!(said.last_words().contains("off, administrators or all"), "{said:?}");
}

const CALLBACK: &str = "https://app.example/cb";

/// Gives a consumer a right by the page and by the API; returns both statuses.
fn give(browser: &Browser, right: &str, key: &str, revision: i64) -> [u16; 2] {
    let revision = revision.to_string();
    let value = |name| if name == right { "true" } else { "false" };
    let edited = [
        ("key", key),
        ("revision", &*revision),
        ("name", "App"),
        ("secret", ""),
        ("callback_urls", CALLBACK),
        ("rsa_public_key", ""),
        ("trusted", value("trusted")),
        ("may_administer", value("may_administer")),
        ("allow_oauth_1_0", value("allow_oauth_1_0")),
    ];
    let by_page = browser.call("edit", &edited);
    if by_page.status == 403 {
        assert_eq!(by_page.text(), "\"SignInAgain\"");
    }
    let request = browser.request(Method::PATCH, &format!("/api/v1/consumers/{key}")).header("if-match", "*");
    let by_api = send_json(request, &json!({ right: true }));
    if by_api.status == 403 {
        let detail = by_api.problem(403)["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("fresh sign-in") && detail.contains("/sign-in?again="), "{detail}");
    }
    [by_page.status, by_api.status]
}

#[test]
fn giving_a_consumer_a_right_needs_a_fresh_sign_in_of_a_session_and_of_nothing_else() {
    let provider = Provider::start();
    let app = provider.app("App");
    let console = provider.console("Console").dance(provider.ada());
    let before = provider.edit(&app, &json!({ "callback_url": CALLBACK }));
    let revision = before["revision"].as_i64().unwrap();
    let ada = provider.signed_in("ada");
    age_sessions(&provider.home);
    for right in ["trusted", "may_administer", "allow_oauth_1_0"] {
        assert_eq!(give(&ada, right, &app.key, revision), [403, 403], "{right}");
    }
    let path = format!("/api/v1/consumers/{}", app.key);
    let act = || {
        send_json(
            ada.request(Method::PATCH, &path).header("if-match", "*"),
            &json!({ "functional_user": "grace" }),
        )
    };
    act().problem(403);
    provider.log_until("reason=sign_in_again");
    let form = [("username", "eve"), ("name", ""), ("configure_server", "on")];
    let page = ada.post("/settings/users/add", &form).is(303);
    assert!(page.header("location").starts_with("/sign-in?again="), "{page:?}");
    provider.log_until(
        "path=/settings/users/add}: latchkey::denied: denied address=127.0.0.1 reason=sign_in_again user=ada",
    );
    let tick =
        ada.call("approve", &[("key", &*app.key), ("revision", &revision.to_string()), ("trusted", "true")]);
    assert_eq!(tick.is(403).text(), "\"SignInAgain\"");
    let again = ada.get(&format!("/sign-in?again={HOME}")).is(200);
    assert!(again.text().contains("Sign in again") && again.text().contains(">ada<"), "{}", again.text());
    let wrong = ada.post("/sign-in/again", &[("password", "wrong password"), ("next", HOME)]).is(401);
    assert!(wrong.text().contains("This is not the password of your account."), "{}", wrong.text());
    assert_eq!(give(&ada, "trusted", &app.key, revision), [403, 403]);
    let done = ada.post("/sign-in/again", &[("password", PASSWORD), ("next", HOME)]).is(303);
    assert_eq!((done.header("location"), done.header("set-cookie")), (HOME, ""));
    assert_eq!(give(&ada, "trusted", &app.key, revision), [200, 200]);
    age_sessions(&provider.home);
    for trusted in [false, true] {
        let path = format!("/api/v1/consumers/{}", app.key);
        let signed = console.call("PATCH", &path).header("if-match", "*").sign();
        signed.send_json(&json!({ "trusted": trusted })).is(200);
    }
    for trusted in ["false", "true"] {
        provider.home.json(&["consumer", "edit", &app.key, "--trusted", trusted], "");
    }
}

#[test]
fn signing_in_again_leads_nowhere_but_to_this_server_and_without_a_session_to_the_sign_in() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    for next in ["//evil.example/", "https://evil.example/", "/\\evil.example", ""] {
        let form = [("password", PASSWORD), ("next", next)];
        assert_eq!(ada.post("/sign-in/again", &form).is(303).header("location"), "/", "{next:?}");
    }
    let visitor = server.visitor();
    let expected = format!("/sign-in?next={}", oauth::encode(HOME));
    assert_eq!(visitor.get(&format!("/sign-in?again={HOME}")).is(303).header("location"), expected);
    let posted = visitor.post("/sign-in/again", &[("password", PASSWORD), ("next", HOME)]).is(303);
    assert_eq!(posted.header("location"), expected);
}

#[test]
fn signing_in_again_takes_the_code_too_and_setting_up_asks_for_it() {
    let server = Home::with_users().serve();
    let grace = server.signed_in("grace");
    age_sessions(&server.home);
    let again = grace.post(PATH, &[("act", "begin")]).is(303);
    assert_eq!(again.header("location"), format!("/sign-in?again={}", oauth::encode(PATH)));
    grace.post("/sign-in/again", &[("password", PASSWORD), ("next", PATH)]).is(303);
    let (mut app, _) = grace.set_up_second_factor();
    age_sessions(&server.home);
    assert!(grace.post(PATH, &[("act", "renew")]).is(303).header("location").starts_with("/sign-in?again="));
    grace.post("/sign-in/again", &[("password", PASSWORD), ("next", PATH)]).is(401);
    let code = app.code();
    grace.post("/sign-in/again", &[("password", PASSWORD), ("code", &code), ("next", PATH)]).is(303);
    let renewed = recovery_codes(&grace.post(PATH, &[("act", "renew")]).is(200));
    assert_eq!(renewed.len(), 10);
}

#[test]
fn another_site_can_neither_sign_in_again_nor_give_a_code_in_a_users_name() {
    let server = Home::with_users().serve();
    let grace = server.signed_in("grace");
    for path in ["/sign-in/again", "/sign-in/code", PATH] {
        let request = grace.bare(Method::POST, path).header("sec-fetch-site", "cross-site");
        send(request.body(()).unwrap()).is(403);
    }
}
