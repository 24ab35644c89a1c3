//! The log: which request a line belongs to, and one line for each that failed.

use crate::support;

use http::{Method, Request};
use regex::Regex;
use serde_json::json;
use support::{
    Browser, Home, SECRET,
    browser::send,
    guide::snippet,
    signer::{App, Provider, send_json},
};

const HOME: &str = "/settings/oauth-consumers";
const CONSUMERS: &str = "/api/v1/consumers";

/// From now on nothing can ask for consumers.
fn take_the_consumers_away(home: &Home) {
    home.sql("ALTER TABLE consumers RENAME TO taken_away");
}

#[test]
fn a_failed_call_or_page_is_one_line_with_the_number_that_its_answer_carries() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    take_the_consumers_away(&server.home);
    server.log();
    let call = ada.get(&format!("{CONSUMERS}?q=hush")).is(503);
    let page = ada.get(&format!("{HOME}?q=hush")).is(503);
    let ids = [call.header("x-request-id"), page.header("x-request-id")];
    assert!(ids.iter().all(|id| id.len() == 32 && id.chars().all(|c| c.is_ascii_hexdigit())), "{ids:?}");
    assert_eq!(call.json()["request_id"], ids[0]);
    assert!(page.header("content-type").starts_with("text/html"), "{page:?}");
    assert!(page.text().contains(&format!("Reference: {}", ids[1])), "{}", page.text());
    let log = server.log_until(ids[1]);
    assert_eq!(log.len(), 2, "a line each: {log:?}");
    for ((line, id), path) in log.iter().zip(ids).zip([CONSUMERS, HOME]) {
        for part in ["ERROR", id, "method=GET", &format!("path={path}}}"), "status=503", "error="] {
            assert!(line.contains(part), "{part}: {line}");
        }
        assert!(!line.contains("hush"), "a query may hold secrets: {line}");
    }
}

#[test]
fn no_door_tells_the_world_what_broke_inside_and_the_log_does_under_the_number_it_gives() {
    let provider = Provider::start();
    let ada = provider.signed_in("ada");
    let stranger = App { key: "7d444840-9dc0-11d1-b245-5ffdce74fad2".to_owned(), ..provider.app("Known") };
    let described = stranger.get("https://tool.example/").sign();
    take_the_consumers_away(&provider.home);
    let form = [("name", "Lost"), ("secret", SECRET), ("secret_again", SECRET)];
    let ask = Request::post(format!("{}/oauth/requestKey", provider.url));
    let doors = [
        ("the API", ada.get(CONSUMERS), true),
        ("a page", ada.get(HOME), true),
        ("a form", ada.post(HOME, &form), true),
        ("the page's own call", ada.call("rows", &[]), true),
        ("a signed call", stranger.echo().send(), true),
        ("temporary credentials", stranger.ask("oob").send(), true),
        ("a request for a key", send_json(ask, &json!({ "name": "Friend", "secret": SECRET })), true),
        ("a gateway", described.described(&described.forwarded()), false),
    ];
    let log = provider.log_until(doors[7].1.header("x-request-id"));
    let folder = provider.home.path().to_str().unwrap().to_owned();
    for (door, answer, in_its_text) in doors {
        let answer = answer.is(503);
        let (id, text) = (answer.header("x-request-id"), answer.text());
        assert!(!in_its_text || text.contains(id), "{door}: {text}");
        assert!(text.contains("Something is wrong on this server"), "{door}: {text}");
        for inside in ["no such table", "does not exist", "relation", "SQL", "sqlite", &folder] {
            assert!(!text.contains(inside), "{door} tells {inside}: {text}");
        }
        let lines: Vec<_> = log.iter().filter(|line| line.contains("ERROR") && line.contains(id)).collect();
        assert_eq!(lines.len(), 1, "{door}: {log:?}");
        assert!(lines[0].contains("The database did not answer as it should"), "{door}: {lines:?}");
    }
}

#[test]
fn a_secret_that_the_vault_key_does_not_open_is_told_with_the_key_s_path_in_the_log_alone() {
    let provider = Provider::start();
    let app = provider.app("Sealed");
    let described = app.get("https://tool.example/").sign();
    // As a machine sees it that has not got the new key file yet.
    provider.home.sql("UPDATE consumers SET secret_key_id = 9");
    let doors = [
        ("a signed call", app.echo().send()),
        ("temporary credentials", app.ask("oob").send()),
        ("a gateway", described.described(&described.forwarded())),
    ];
    let log = provider.log_until(doors[2].1.header("x-request-id"));
    for (door, answer) in doors {
        let answer = answer.is(503);
        let (id, text) = (answer.header("x-request-id"), answer.text());
        assert!(text.contains("Something is wrong on this server"), "{door}: {text}");
        for inside in ["vault", "key 9", "data/", provider.home.path().to_str().unwrap()] {
            assert!(!text.contains(inside), "{door} tells {inside}: {text}");
        }
        let lines: Vec<_> = log.iter().filter(|line| line.contains("ERROR") && line.contains(id)).collect();
        assert_eq!(lines.len(), 1, "{door}: {log:?}");
        assert!(lines[0].contains("vault.key does not hold key 9"), "{door}: {lines:?}");
    }
}

#[test]
fn which_request_failed_is_said_by_a_log_of_errors_alone_too() {
    let server = Home::with_users().serve_with(&[("LATCHKEY_LOG", "error"), ("LATCHKEY_LOG_FORMAT", "json")]);
    let ada = server.signed_in("ada");
    take_the_consumers_away(&server.home);
    let id = ada.get(CONSUMERS).is(503).header("x-request-id").to_owned();
    let log = server.log_until(&id);
    let line: serde_json::Value = serde_json::from_str(log.last().unwrap()).unwrap();
    let said = (&line["span"]["method"], &line["span"]["path"], &line["fields"]["status"]);
    assert_eq!(said, (&"GET".into(), &CONSUMERS.into(), &503.into()), "{line}");
}

#[test]
fn the_filter_that_is_advised_shows_what_the_program_does() {
    let said = Home::new().serve_in_vain(&[("LATCHKEY_LOG", "verbose")]);
    let (_, advised) = said.sentence().trim_end_matches('.').rsplit_once("such as ").unwrap();
    assert_eq!(advised, "info,latchkey=debug");
    let server = Home::new().serve_with(&[("LATCHKEY_LOG", advised)]);
    let page = server.visitor().get("/sign-in?next=/hush").is(200);
    let log = server.log_until(page.header("x-request-id"));
    let line = log.last().unwrap();
    assert!(
        line.contains("DEBUG") && line.contains("path=/sign-in}") && line.contains("status=200"),
        "{line}"
    );
    assert!(!log.iter().any(|line| line.contains("hush")), "{log:?}");
}

#[test]
fn a_request_s_number_is_ours_and_never_what_a_stranger_sends() {
    let server = Home::with_users().serve();
    let visitor = server.visitor();
    let request = visitor.request(Method::GET, CONSUMERS).header("x-request-id", "a stranger's words");
    let refused = send(request.body(()).unwrap()).is(401);
    let id = refused.header("x-request-id");
    assert_eq!(id.len(), 32);
    assert_eq!(refused.json()["request_id"], id, "what is refused can be quoted too");
    assert_ne!(visitor.get("/sign-in").is(200).header("x-request-id"), id);
}

/// The expression of the guide's filter, as fail2ban reads it.
fn failregex() -> Regex {
    let filter = snippet("ban-with-fail2ban.md", "latchkey.conf");
    let failregex = filter.lines().find_map(|line| line.strip_prefix("failregex = ")).unwrap();
    // What fail2ban puts in place of its tag, without host names.
    Regex::new(&failregex.replace("<ADDR>", r"(?P<address>\d+\.\d+\.\d+\.\d+|[0-9A-Fa-f:]+)")).unwrap()
}

/// Something that is denied, and what its line ends with.
type Deed<'a> = (&'a str, Box<dyn Fn() -> u16 + 'a>);

/// The form of a sign-in that fails.
fn attempt<'a>(username: &'a str, password: &'a str) -> [(&'a str, &'a str); 2] {
    [("username", username), ("password", password)]
}

#[test]
fn what_is_denied_is_a_line_with_address_and_reason_and_the_user_where_it_is_a_name() {
    let server = Home::with_users().serve();
    let (visitor, grace) = (server.visitor(), server.signed_in("grace"));
    server.signed_in("ada").set_up_second_factor();
    let other_site = || {
        let request = grace.bare(Method::POST, "/sign-out").header("sec-fetch-site", "cross-site");
        send(request.body(()).unwrap())
    };
    let deeds: [Deed<'_>; 14] = [
        (
            "reason=wrong_password user=ada",
            Box::new(|| visitor.post("/sign-in", &attempt("ada", "hush")).status),
        ),
        (
            "reason=unknown_user user=eve",
            Box::new(|| visitor.post("/sign-in", &attempt("eve", "hush")).status),
        ),
        (
            "reason=unknown_user",
            Box::new(|| visitor.post("/sign-in", &attempt("a name\nhush", "hush")).status),
        ),
        (
            "reason=wrong_code user=ada",
            Box::new(|| visitor.give_code(&visitor.give_password("ada"), "hush").status),
        ),
        (
            "reason=wrong_password user=grace",
            Box::new(|| grace.post("/sign-in/again", &[("password", "hush")]).status),
        ),
        ("reason=set_up_link", Box::new(|| visitor.get("/set-up?token=hush").status)),
        ("reason=password_link", Box::new(|| visitor.get("/set-password?token=hush").status)),
        ("reason=unknown_token", Box::new(|| visitor.get("/oauth/authorize?oauth_token=hush").status)),
        ("reason=not_signed_in", Box::new(|| visitor.get(CONSUMERS).status)),
        ("reason=not_permitted user=grace", Box::new(|| grace.get(CONSUMERS).status)),
        ("reason=not_permitted user=grace", Box::new(|| grace.get("/events").status)),
        ("reason=not_permitted user=grace", Box::new(|| grace.call("rows", &[]).status)),
        ("reason=not_permitted user=grace", Box::new(|| grace.get(HOME).status)),
        ("reason=other_site", Box::new(|| other_site().status)),
    ];
    server.log();
    for (words, deed) in deeds {
        assert!(deed() >= 400, "{words}");
        let log = server.log_until("latchkey::denied");
        let line = log.last().unwrap();
        assert!(line.ends_with(&format!("denied address=127.0.0.1 {words}")), "{words}: {line}");
        assert!(line.contains("WARN") && !line.contains("hush"), "{line}");
    }
    let metrics = Browser::new(&server.line("internal listener on ")).get("/metrics").is(200);
    for counted in [
        "latchkey_refused_total{reason=\"unknown_user\"} 2",
        "latchkey_refused_total{reason=\"set_up_link\"} 1",
        "latchkey_sign_ins_total{result=\"wrong\"} 3",
        "latchkey_sign_ins_total{result=\"signed_in\"} 2",
        "latchkey_sign_ins_total{result=\"code_needed\"} 1",
        "latchkey_sign_ins_total{result=\"wrong_code\"} 1",
    ] {
        assert!(metrics.text().contains(counted), "{counted}: {}", metrics.text());
    }
}

#[test]
fn the_filter_of_the_guide_finds_attacks_and_nothing_else() {
    let server = Home::with_users().serve();
    let (visitor, failregex) = (server.visitor(), failregex());
    let line = |words: &str| server.log_until(words).pop().unwrap();
    server.log();
    visitor.post("/sign-in", &attempt("ada", "wrong password")).is(401);
    let found = line("wrong_password");
    assert_eq!(&failregex.captures(&found).unwrap_or_else(|| panic!("{found}"))["address"], "127.0.0.1");
    visitor.post("/sign-in", &attempt("no name!", "wrong password")).is(401);
    assert!(failregex.is_match(&line("unknown_user")));
    server.signed_in("grace").set_up_second_factor();
    visitor.give_code(&visitor.give_password("grace"), "000000x").is(401);
    assert!(failregex.is_match(&line("wrong_code")));
    visitor.get("/set-up?token=guessed").is(410);
    assert!(failregex.is_match(&line("set_up_link")));
    visitor.get("/set-password?token=guessed").is(410);
    assert!(failregex.is_match(&line("password_link")));
    visitor.get(CONSUMERS).is(401);
    assert!(!failregex.is_match(&line("not_signed_in")));
    // A stranger's own words cannot pass for such a line: a path has no blanks.
    let forged = "/api/v1/latchkey::denied:%20denied%20address=192.0.2.1%20reason=wrong_password";
    visitor.get(forged);
    visitor.get(CONSUMERS).is(401);
    let log = server.log_until("not_signed_in");
    assert!(!log.iter().any(|line| failregex.is_match(line)), "{log:?}");
}

#[test]
fn a_flood_of_denied_requests_is_a_few_lines_and_all_of_it_is_counted() {
    let server = Home::with_users().serve();
    let visitor = server.visitor();
    server.log();
    for _ in 0..50 {
        visitor.get(CONSUMERS).is(401);
    }
    // The last of another kind, which is written.
    visitor.get("/set-up?token=guessed").is(410);
    let log = server.log_until("set_up_link");
    assert_eq!(log.iter().filter(|line| line.contains("not_signed_in")).count(), 10, "{log:?}");
    let metrics = Browser::new(&server.line("internal listener on ")).get("/metrics").is(200);
    assert!(
        metrics.text().contains("latchkey_refused_total{reason=\"not_signed_in\"} 50"),
        "{}",
        metrics.text()
    );
}
