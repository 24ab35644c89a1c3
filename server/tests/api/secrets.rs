//! Secrets go to those who get them, and nowhere else.

use std::fs;

use http::Method;
use serde_json::json;

use super::{at, call, call_json};
use crate::support::{
    PASSWORD, SECRET,
    signer::{CONSUMERS, Provider, REQUEST_TOKEN},
};

#[test]
fn no_answer_no_event_no_activity_and_no_log_has_a_secret() {
    let provider = Provider::with(&[("LATCHKEY_LOG", "trace")]);
    let grace = provider.signed_in("grace");
    let ada = provider.ada();
    let stream = ada.events(None);
    stream.expect("ready");
    let app = provider.app("Secrets");
    let (temporary, verifier) = app.allowed(&grace);
    let app = app.dance(&grace);
    let token = app.token.clone().unwrap();
    let path = at(&app.key);
    let second = "the second consumer secret";
    let mut seen = vec![app.echo().send(), app.get("/api/v1/whoami").send()];
    seen.push(app.echo().method("PLAINTEXT").send());
    seen.push(app.with_secret("a guess at a secret").echo().send());
    seen.push(app.exchange(&temporary, "WRONG").send());
    seen.push(call_json(ada, Method::PATCH, &path, &[("if-match", "*")], &json!({ "secret": second })));
    let wrong = json!({ "name": "", "secret": "too\u{7}secret" });
    seen.push(call_json(ada, Method::POST, CONSUMERS, &[], &wrong));
    let broken = ada.request(Method::POST, CONSUMERS).header("content-type", "application/json");
    let broken = broken.body(format!("{{\"name\":\"a\",\"secret\":{SECRET}")).unwrap();
    seen.push(crate::support::browser::send(broken));
    for path in
        [CONSUMERS, &path, "/api/v1/activity?limit=500", "/settings/oauth-consumers", "/account/applications"]
    {
        seen.push(ada.get(path));
    }
    seen.push(app.call("GET", REQUEST_TOKEN).send());
    seen.push(provider.inside("/metrics"));
    seen.push(call(ada, Method::DELETE, &path, &[]));
    let mut texts: Vec<_> = seen
        .iter()
        .map(|answer| format!("{:?}{}", answer.headers, String::from_utf8_lossy(&answer.body)))
        .collect();
    let cookie = ada.cookie.as_deref().unwrap().split_once('=').unwrap().1.to_owned();
    let (home, log) = {
        provider.home.json(&["user", "forbid", "ada"], "");
        texts.extend(stream.rest().into_iter().map(|event| event.data));
        let log = provider.log();
        (provider.server.stop().0, log)
    };
    assert!(log.len() > 10, "{log:?}");
    texts.extend(log);
    let secrets = [
        SECRET,
        second,
        "too\u{7}secret",
        "a guess at a secret",
        PASSWORD,
        &temporary.1,
        &verifier,
        &token.1,
        &cookie,
    ];
    for text in &texts {
        for secret in secrets {
            assert!(!text.contains(secret), "{secret:?} in {text}");
        }
    }
    // What is kept is sealed or hashed.
    for file in fs::read_dir(home.data()).unwrap().map(|entry| entry.unwrap().path()) {
        let bytes = fs::read(&file).unwrap();
        for secret in secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret:?} in {}", file.display());
        }
    }
}
