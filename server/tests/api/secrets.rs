//! Secrets go to those who get them, and nowhere else.

use std::fs;

use http::Method;
use serde_json::json;

use super::{at, call, call_json};
use crate::support::{
    Home, PASSWORD, SECRET,
    browser::{Answer, Browser, send},
    finish,
    signer::{App, CONSUMERS, Place, Provider, REQUEST_TOKEN},
};

const HOME: &str = "/settings/oauth-consumers";
const TRACE: (&str, &str) = ("LATCHKEY_LOG", "trace");

/// What the test sends where a secret or a password belongs, right and wrong ones.
const SENT: [&str; 12] = [
    SECRET,
    PASSWORD,
    "a wrong password",
    "the second consumer secret",
    "the third consumer secret",
    "the fourth consumer secret",
    "the secret of a friend",
    "a guess at a secret",
    "too\u{7}secret",
    "typed without a script",
    "typed otherwise",
    "a password by command",
];

/// Whether a text has a secret in it, as it is or as forms, queries and headers write it.
fn has(text: &str, secret: &str) -> bool {
    let once = oauth::encode(secret).into_owned();
    let (twice, form) = (oauth::encode(&once).into_owned(), once.replace("%20", "+"));
    [secret, &once, &twice, &form].iter().any(|written| text.contains(*written))
}

/// Signs in and fails to, registers and edits, by forms and by the page's own calls.
fn by_pages(provider: &Provider) -> Vec<Answer> {
    let ada = provider.ada();
    let wrong = provider.visitor().post("/sign-in", &[("username", "ada"), ("password", "a wrong password")]);
    let differ = [("name", "A"), ("secret", "typed without a script"), ("secret_again", "typed otherwise")];
    let consumer = ada.register("By the page");
    let fields = |secret| {
        let key = consumer["key"].as_str().unwrap();
        let kept = [
            ("callback_urls", ""),
            ("rsa_public_key", ""),
            ("trusted", "false"),
            ("may_administer", "false"),
            ("allow_oauth_1_0", "false"),
        ];
        let typed = [("name", "By the page"), ("secret", secret), ("secret_again", secret)];
        [&[("key", key), ("revision", "1")][..], &typed, &kept].concat()
    };
    vec![
        wrong.is(401),
        ada.post(HOME, &differ).is(422),
        ada.call("register", &[("name", ""), ("secret", "too\u{7}secret")]).is(422),
        ada.call("edit", &fields("the third consumer secret")).is(200),
        ada.call("edit", &fields("the fourth consumer secret")).is(409),
    ]
}

/// Registers and edits by the API, and asks for a key as a friend does.
fn by_api(provider: &Provider, app: &App) -> Vec<Answer> {
    let ada = provider.ada();
    let path = at(&app.key);
    let change = json!({ "secret": "the second consumer secret" });
    let wrong = json!({ "name": "", "secret": "too\u{7}secret" });
    let json = |path, body| {
        let request = ada.request(Method::POST, path).header("content-type", "application/json");
        send(request.body(body).unwrap())
    };
    let broken = |secret| format!("{{\"name\":\"a\",\"secret\":{secret}");
    vec![
        call_json(ada, Method::PATCH, &path, &[("if-match", "*")], &change).is(200),
        call_json(ada, Method::POST, CONSUMERS, &[], &wrong).is(422),
        json(CONSUMERS, broken(SECRET)).is(400),
        json("/oauth/requestKey", broken(SECRET)).is(400),
        json(
            "/oauth/requestKey",
            json!({ "name": "Friend", "secret": "the secret of a friend" }).to_string(),
        )
        .is(200),
        ada.get(CONSUMERS),
        ada.get(&path),
        ada.get("/api/v1/activity?limit=500"),
        ada.get(HOME),
        ada.get("/account/applications"),
        call(ada, Method::DELETE, &path, &[]).is(204),
    ]
}

/// Calls and asks to verify, with the secrets themselves in header, query and form.
fn signed(app: &App, temporary: &(String, String)) -> Vec<Answer> {
    let plain = app.echo().method("PLAINTEXT");
    let asked = app.get("https://tool.example/").method("PLAINTEXT").place(Place::Query).sign();
    vec![
        app.echo().send().is(200),
        app.get("/api/v1/whoami").send().is(200),
        plain.send(),
        plain.clone().place(Place::Query).send(),
        app.call("POST", "/api/v1/echo").method("PLAINTEXT").place(Place::Form).send(),
        app.call("GET", REQUEST_TOKEN).method("PLAINTEXT").place(Place::Query).send(),
        app.with_secret("a guess at a secret").echo().send().is(401),
        app.exchange(temporary, "WRONG").place(Place::Query).send().is(401),
        asked.verify(),
        asked.verify_json(),
        app.get("https://tool.example/").sign().verify().is(200),
    ]
}

/// What a browser keeps as its session.
fn session(browser: &Browser) -> String {
    browser.cookie.as_deref().unwrap().split_once('=').unwrap().1.to_owned()
}

#[test]
fn no_answer_no_event_no_activity_and_no_log_has_a_secret() {
    let provider = Provider::with(&[TRACE]);
    let (grace, ada) = (provider.signed_in("grace"), provider.ada());
    let stream = ada.events(None);
    stream.expect("ready");
    let app = provider.app("Secrets");
    let (temporary, verifier) = app.allowed(&grace);
    let app = app.dance(&grace);
    let token = app.token.clone().unwrap();
    let mut seen = signed(&app, &temporary);
    seen.extend(by_pages(&provider));
    seen.extend(by_api(&provider, &app));
    seen.push(provider.inside("/metrics"));
    let mut texts: Vec<_> = seen
        .iter()
        .map(|answer| format!("{:?}{}", answer.headers, String::from_utf8_lossy(&answer.body)))
        .collect();
    let sessions = [session(ada), session(&grace)];
    let mut command = provider.home.command(&["user", "passwd", "grace", "--password-stdin"]);
    command.env(TRACE.0, TRACE.1);
    let said = finish(command, "a password by command");
    assert_eq!(said.code, Some(0), "{said:?}");
    texts.extend([said.stdout, said.stderr]);
    provider.home.add_user("root", true);
    provider.home.json(&["user", "forbid", "ada"], "");
    texts.extend(stream.rest().into_iter().map(|event| event.data));
    let log = provider.log();
    assert!(log.iter().any(|line| line.contains("/oauth/requestToken")), "it tells of requests: {log:?}");
    texts.extend(log);
    let (home, _) = provider.server.stop();
    let secrets = [&SENT[..], &[&temporary.1, &verifier, &token.1, &sessions[0], &sessions[1]]].concat();
    for text in &texts {
        for secret in &secrets {
            assert!(!has(text, secret), "{secret:?} in {text}");
        }
    }
    // What is kept is sealed or hashed.
    for file in fs::read_dir(home.data()).unwrap().map(|entry| entry.unwrap().path()) {
        let bytes = fs::read(&file).unwrap();
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret:?} in {}", file.display());
        }
    }
}

#[test]
fn a_first_start_logs_neither_its_link_nor_what_is_typed_behind_it() {
    let server = Home::new().serve_with(&[TRACE]);
    let link = server.line("set up at ");
    let path = link.strip_prefix(&server.url).unwrap();
    let token = path.strip_prefix("/set-up?token=").unwrap();
    let mut ada = server.visitor();
    ada.get(path).is(200);
    let form =
        |again| [("token", token), ("username", "ada"), ("password", PASSWORD), ("password_again", again)];
    ada.post("/set-up", &form("typed otherwise")).is(422);
    let made = ada.post("/set-up", &form(PASSWORD)).is(303);
    ada.take_cookie(&made);
    ada.get(HOME).is(200);
    let log = server.log();
    assert!(log.iter().any(|line| line.contains("/set-up")), "it tells of requests: {log:?}");
    for line in &log {
        for secret in [token, PASSWORD, "typed otherwise", &session(&ada)] {
            assert!(!has(line, secret), "{secret:?} in {line}");
        }
    }
}
