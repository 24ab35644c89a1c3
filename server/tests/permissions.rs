//! Who may call what: one table with every operation of the API and every server function of the page, and a sweep of
//! all of them by everybody.

use crate::support;

use std::collections::BTreeSet;

use http::Method;
use leptos::server_fn::axum::server_fn_paths;
use serde_json::{Value, json};
use support::{
    Browser,
    browser::{Answer, send},
    signer::{App, CONSUMERS, FORM, Provider, send_json},
};

/// Who may make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    /// No credentials are needed.
    Anybody,
    /// Any session; any signed request, two-legged ones too.
    User,
    /// Any signed request, two-legged ones too; no session.
    Signed,
    /// A user with *Configure Server*: by a session or, in the API, by a request that a consumer which may administer has
    /// signed on their behalf.
    ConfigureServer,
}

/// One call, who may make it, what is sent to have it done, and the status once it is done.
pub struct Line {
    call: &'static str,
    pub may: May,
    sent: &'static str,
    done: u16,
}

const fn line(call: &'static str, may: May, sent: &'static str, done: u16) -> Line {
    Line { call, may, sent, done }
}

/// The key of no consumer.
const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";
const CHANGED: &str = r#"{"name":"Changed","secret":"a consumer secret"}"#;
const SEEN: &str = "key={key}&revision=1";
const EDITED: &str = "key={key}&revision=1&name=Changed&secret=&trusted=false";

/// The permission table.
pub const TABLE: &[Line] = &[
    line("GET /api/v1/consumers", May::ConfigureServer, "", 200),
    line("POST /api/v1/consumers", May::ConfigureServer, CHANGED, 201),
    line("GET /api/v1/consumers.csv", May::ConfigureServer, "", 200),
    line("GET /api/v1/consumers.json", May::ConfigureServer, "", 200),
    line("GET /api/v1/consumers/{key}", May::ConfigureServer, "", 200),
    line("PATCH /api/v1/consumers/{key}", May::ConfigureServer, CHANGED, 200),
    line("DELETE /api/v1/consumers/{key}", May::ConfigureServer, "", 204),
    line("POST /api/v1/consumers/{key}/approve", May::ConfigureServer, "", 200),
    line("POST /api/v1/consumers/{key}/disapprove", May::ConfigureServer, "", 200),
    line("GET /api/v1/consumers/{key}/tokens", May::ConfigureServer, "", 200),
    line("DELETE /api/v1/consumers/{key}/tokens/{username}", May::ConfigureServer, "", 204),
    line("GET /api/v1/activity", May::ConfigureServer, "", 200),
    line("GET /api/v1/activity.csv", May::ConfigureServer, "", 200),
    line("GET /api/v1/activity.json", May::ConfigureServer, "", 200),
    line("GET /api/v1/users", May::ConfigureServer, "", 200),
    line("POST /api/v1/users", May::ConfigureServer, r#"{"username":"new-{key}"}"#, 201),
    line("GET /api/v1/users/{username}", May::ConfigureServer, "", 200),
    line("PATCH /api/v1/users/{username}", May::ConfigureServer, r#"{"disabled":true}"#, 200),
    line("POST /api/v1/users/{username}/permit", May::ConfigureServer, "", 200),
    line("POST /api/v1/users/{username}/forbid", May::ConfigureServer, "", 200),
    line("POST /api/v1/users/{username}/disable", May::ConfigureServer, "", 200),
    line("POST /api/v1/users/{username}/enable", May::ConfigureServer, "", 200),
    line("POST /api/v1/users/{username}/sign-out", May::ConfigureServer, "", 200),
    line("POST /api/v1/users/{username}/reset", May::ConfigureServer, "", 200),
    line("POST /api/v1/users/{username}/reset-password", May::ConfigureServer, "", 200),
    line("GET /api/v1/whoami", May::User, "", 200),
    line("GET /api/v1/echo", May::Signed, "", 200),
    line("POST /api/v1/echo", May::Signed, "", 200),
    line("PUT /api/v1/echo", May::Signed, "", 200),
    line("PATCH /api/v1/echo", May::Signed, "", 200),
    line("DELETE /api/v1/echo", May::Signed, "", 200),
    line("POST /api/page/who_am_i", May::Anybody, "", 200),
    line("POST /api/page/find", May::ConfigureServer, "key={key}", 200),
    line("POST /api/page/rows", May::ConfigureServer, "view=status%3Dapproved%26sort%3Dname", 200),
    line("POST /api/page/decide_part", May::ConfigureServer, "deed=approve&view=q%3Dnobody&seen=0", 200),
    line("POST /api/page/decide_picked", May::ConfigureServer, "deed=approve&picked={key}+0", 200),
    line("POST /api/page/counts", May::ConfigureServer, "", 200),
    line("POST /api/page/register", May::ConfigureServer, "name=Changed&secret=a+consumer+secret", 200),
    line("POST /api/page/edit", May::ConfigureServer, EDITED, 200),
    line("POST /api/page/approve", May::ConfigureServer, SEEN, 200),
    line("POST /api/page/disapprove", May::ConfigureServer, SEEN, 200),
    // No decision has made the revision.
    line("POST /api/page/undo", May::ConfigureServer, SEEN, 422),
    line("POST /api/page/sign_everybody_out", May::ConfigureServer, SEEN, 200),
    line("POST /api/page/sign_out", May::ConfigureServer, "key={key}&username=grace", 200),
    line("POST /api/page/remove", May::ConfigureServer, SEEN, 200),
    line("POST /api/page/name_in_use", May::ConfigureServer, "name=Changed", 200),
    line("POST /api/page/count_requests_from", May::ConfigureServer, "address=203.0.113.7", 200),
    line("POST /api/page/remove_requests_from", May::ConfigureServer, "address=203.0.113.7", 200),
    line("POST /api/page/signed_in_users", May::ConfigureServer, "keys={key}", 200),
];

impl Line {
    pub fn method(&self) -> Method {
        self.call.split_once(' ').unwrap().0.parse().unwrap()
    }

    /// The path, as the OpenAPI document writes it.
    pub fn path(&self) -> &'static str {
        self.call.split_once(' ').unwrap().1
    }

    /// Whether it is an operation of the API; a server function of the page otherwise.
    pub fn is_operation(&self) -> bool {
        self.path().starts_with("/api/v1/")
    }

    /// The status that this caller gets.
    fn status(&self, caller: &Caller) -> u16 {
        let signed = matches!(caller, Caller::TwoLegged(_) | Caller::SignedFor(..));
        let is_administrator = matches!(caller, Caller::Session(_, true) | Caller::SignedFor(_, true));
        // The page's own calls know sessions alone.
        let is_unknown = matches!(caller, Caller::Nobody(_))
            || (signed && !self.is_operation())
            || (!signed && self.may == May::Signed);
        match self.may {
            May::Anybody => self.done,
            _ if is_unknown => 401,
            May::ConfigureServer if !is_administrator => 403,
            _ => self.done,
        }
    }

    /// Makes the call for the consumer with this key, or the user who is called so, with what is to be sent or with nothing.
    fn call(&self, caller: &Caller, key: &str, sent: bool) -> Answer {
        // Who is signed in through the consumer that the operation is on.
        let username = if self.path().contains("/tokens/") { "grace" } else { key };
        let path = self.path().replace("{key}", key).replace("{username}", username);
        let body = if sent { self.sent.replace("{key}", key) } else { String::new() };
        match caller {
            Caller::Nobody(browser) | Caller::Session(browser, _) => {
                let request = browser.request(self.method(), &path).header("if-match", "*");
                let kind = if self.is_operation() { "application/json" } else { FORM };
                if sent && !(self.is_operation() && body.is_empty()) {
                    send(request.header("content-type", kind).body(body).unwrap())
                } else {
                    send(request.body(()).unwrap())
                }
            }
            Caller::TwoLegged(app) | Caller::SignedFor(app, _) => {
                let signed = app.call(self.method().as_str(), &path).header("if-match", "*").sign();
                match serde_json::from_str::<Value>(&body) {
                    Ok(json) => signed.send_json(&json),
                    Err(_) => signed.send(),
                }
            }
        }
    }
}

/// Somebody who calls; `true` where it is a user with *Configure Server*, through a consumer that may administer if through
/// one at all.
enum Caller {
    Nobody(Browser),
    Session(Browser, bool),
    TwoLegged(App),
    SignedFor(App, bool),
}

fn everybody(provider: &Provider) -> [Caller; 9] {
    let (ada, grace) = (provider.ada().clone(), provider.signed_in("grace"));
    let mut forged = provider.visitor();
    forged.cookie = Some("latchkey=forged".to_owned());
    let (app, tool) = (provider.console("Console"), provider.app("Tool"));
    let (for_ada, for_grace) = (app.dance(&ada), app.dance(&grace));
    [
        Caller::SignedFor(tool.dance(&ada), false),
        Caller::TwoLegged(tool),
        Caller::Nobody(provider.visitor()),
        Caller::Nobody(forged),
        Caller::Session(grace, false),
        Caller::Session(ada, true),
        Caller::TwoLegged(app),
        Caller::SignedFor(for_grace, false),
        Caller::SignedFor(for_ada, true),
    ]
}

#[test]
fn every_operation_and_every_server_function_stands_in_one_line_of_the_table() {
    let provider = Provider::start();
    let document = provider.visitor().get("/api/v1/openapi.json").is(200).json();
    let mut served = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods =
            item.as_object().unwrap().iter().filter(|(_, operation)| operation["responses"].is_object());
        served.extend(methods.map(|(method, _)| format!("{} {path}", method.to_uppercase())));
    }
    // The program's own library is linked in for this one reference; its registrations come with it.
    let _ = app::who_am_i;
    served.extend(server_fn_paths().map(|(path, method)| format!("{method} {path}")));
    let mut lines = BTreeSet::new();
    for Line { call, .. } in TABLE {
        assert!(
            lines.insert((*call).to_owned()),
            "{call} stands in the permission table twice: keep one line."
        );
    }
    let missing: Vec<_> = served.difference(&lines).collect();
    assert!(
        missing.is_empty(),
        "Nothing checks who may call {missing:?}, because it stands in no line of the permission table. \
         Add a line to TABLE in server/tests/permissions.rs that says who may (May::ConfigureServer unless there is \
         a reason), what to send and which status follows, and let the handler take that permission: AdminCall in \
         server/src/api, admin() in app's server functions."
    );
    let gone: Vec<_> = lines.difference(&served).collect();
    assert!(
        gone.is_empty(),
        "The permission table has lines for {gone:?}, which neither the OpenAPI document nor the page's server \
         functions have. Remove them from TABLE in server/tests/permissions.rs, or route the handler in \
         server/src/api/operations.rs."
    );
}

/// Name, status and revision of every consumer.
fn consumers(provider: &Provider) -> Vec<[Value; 3]> {
    let listed = provider.ada().get(CONSUMERS).is(200).json();
    let rows = listed["items"].as_array().unwrap();
    rows.iter().map(|row| ["name", "status", "revision"].map(|member| row[member].clone())).collect()
}

#[test]
fn whoever_may_not_is_refused_before_anything_of_the_call_is_read_and_changes_nothing() {
    let provider = Provider::start();
    let everybody = everybody(&provider);
    let key = provider.pending("Swept").key;
    let before = consumers(&provider);
    for line in TABLE {
        for caller in everybody.iter().filter(|caller| line.status(caller) != line.done) {
            let status = line.status(caller);
            for (key, sent) in [(&*key, true), (&key, false), (NOWHERE, true), ("nonsense", true)] {
                let answer = line.call(caller, key, sent);
                assert_eq!(answer.status, status, "{}: {answer:?}", line.call);
                if line.is_operation() {
                    answer.problem(status);
                    let challenge = if status == 401 { "OAuth realm=\"Latchkey\"" } else { "" };
                    assert_eq!(answer.header("www-authenticate"), challenge, "{}", line.call);
                } else {
                    let word = if status == 401 { "\"SignedOut\"" } else { "\"NotPermitted\"" };
                    assert_eq!(answer.text(), word, "{}", line.call);
                }
            }
        }
    }
    assert_eq!(consumers(&provider), before);
}

#[test]
fn whoever_may_gets_what_was_asked_for() {
    let provider = Provider::start();
    let everybody = everybody(&provider);
    for line in TABLE {
        for caller in everybody.iter().filter(|caller| line.status(caller) == line.done) {
            let key = provider.ada().register("Swept")["key"].as_str().unwrap().to_owned();
            if line.path().contains("{username}") {
                let request = provider.ada().request(Method::POST, "/api/v1/users");
                send_json(request, &json!({ "username": key })).is(201);
            }
            let answer = line.call(caller, &key, true);
            assert_eq!(answer.status, line.done, "{}: {answer:?}", line.call);
            assert_eq!(answer.header("cache-control"), "no-store", "{}", line.call);
        }
    }
    let activity = provider.ada().get("/api/v1/activity?limit=500").is(200).json();
    let lines = activity["items"].as_array().unwrap().iter();
    let removed: Vec<_> =
        lines.filter(|line| line["action"] == "consumer_removed").map(|line| &line["actor"]).collect();
    assert_eq!(
        removed, ["ada"; 3],
        "by session, by signature, by the page: what a consumer does, the user has done"
    );
}
