//! An application that moves here is not touched: its consumer key comes along, and works wherever a key does.

use domain::time::timestamp;
use http::Method;
use serde_json::{Value, json};
use service::Clock;

use crate::support::{
    Home, SECRET,
    browser::{Answer, send},
    signer::{App, CONSUMERS, Provider, refused, send_json},
};

/// Of a Jazz server, of Jira, of a server that takes more; and the longest, of all characters that there are.
const KEYS: [&str; 4] = [
    "7f2c1e640b1d4a579f0e5f7a3f0c9b21",
    "OauthKey",
    "my!app",
    "~:@+=!-._ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz012",
];

fn bring(provider: &Provider, key: &str) -> Answer {
    let body = json!({ "name": "Moved here", "secret": SECRET, "key": key });
    send_json(provider.ada().request(Method::POST, CONSUMERS), &body)
}

fn app(provider: &Provider, key: &str) -> App {
    App {
        key: key.to_owned(),
        secret: SECRET.to_owned(),
        token: None,
        address: provider.url.clone(),
        internal: provider.internal.clone(),
        public: provider.public.clone(),
    }
}

/// A consumer that brought this key along, approved.
#[track_caller]
fn approved(provider: &Provider, key: &str) -> App {
    bring(provider, key).is(201);
    let app = app(provider, key);
    provider.decide("approve", &app);
    app
}

fn at(key: &str) -> String {
    format!("{CONSUMERS}/{}", oauth::encode(key))
}

/// Without a body, whatever the revision.
fn call(provider: &Provider, method: Method, path: &str) -> Answer {
    send(provider.ada().request(method, path).header("if-match", "*").body(()).unwrap())
}

#[test]
fn a_brought_key_dances_calls_and_is_passed_on() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    for key in KEYS {
        let app = approved(&provider, key);
        let asked = refused::form(&app.ask("oob").send().is(200));
        let page = grace.get(&format!("/oauth/authorize?oauth_token={}", asked["oauth_token"])).is(200);
        assert!(page.text().contains(key), "the page names it: {}", page.text());
        let app = app.dance(&grace);
        let echo = app.echo().send().is(200).json();
        assert_eq!((&echo["user"], &echo["consumer"]["key"]), (&json!("grace"), &json!(key)));
        let verified = app.get("https://tool.example/items").sign().verify().is(200);
        assert_eq!(verified.header("x-latchkey-consumer-key"), oauth::encode(key));
        let verified = app.get("https://tool.example/items").sign().verify_json().is(200).json();
        assert_eq!((&verified["active"], &verified["consumer_key"]), (&json!(true), &json!(key)));
        let once = app.echo();
        once.send().is(200);
        once.is_refused_everywhere(401, "nonce_used");
        provider.decide("disapprove", &app);
        app.echo().is_refused_everywhere(401, "consumer_key_rejected");
        let lines = provider.ada().get(&format!("/api/v1/activity?consumer={}", oauth::encode(key))).is(200);
        assert_eq!(lines.json()["items"][0]["consumer_key"], key);
        provider.remove(&app);
        app.echo().is_refused_everywhere(401, "consumer_key_unknown");
    }
}

#[test]
fn another_spelling_is_another_key() {
    let provider = Provider::start();
    let ours = provider.app("Ours");
    for key in ["OauthKey", "my!app"] {
        approved(&provider, key).echo().send().is(200);
    }
    let of_ours = [ours.key.to_uppercase(), ours.key.replace('-', "")];
    for other in ["oauthkey", "OAUTHKEY", "my", "my!App"].into_iter().map(str::to_owned).chain(of_ours) {
        app(&provider, &other).echo().is_refused_everywhere(401, "consumer_key_unknown");
        provider.ada().get(&at(&other)).problem(404);
    }
    // Nobody but an administrator chooses a key, so that none can be made to be mistaken for another.
    approved(&provider, "oauthkey").echo().send().is(200);
}

#[test]
fn a_key_is_given_once() {
    let provider = Provider::start();
    let is_taken = |key: &str| {
        let refused = bring(&provider, key).problem(409);
        assert_eq!(refused["errors"][0]["field"], "key", "{refused}");
        assert!(refused["detail"].as_str().unwrap().contains(key), "{refused}");
    };
    bring(&provider, "OauthKey").is(201);
    is_taken("OauthKey");
    let ours = provider.pending("Ours").key;
    is_taken(&ours);
    for key in ["OauthKey", &ours] {
        provider.remove(&app(&provider, key));
        is_taken(key);
    }
    let now = timestamp(Clock::System.now());
    provider.home.json(&["prune", "--before", &now], "");
    for key in ["OauthKey", &ours] {
        is_taken(key);
    }
    assert_eq!(provider.ada().get(CONSUMERS).is(200).json()["total"], 0);
}

#[test]
fn a_text_that_is_no_key_is_told_by_its_field() {
    let provider = Provider::start();
    for key in ["", " ", "two words", "a/b", "a%20b", "a\"b", "schlüssel", ".", "..", &"k".repeat(65), "a\n"]
    {
        let refused = bring(&provider, key).problem(422);
        let fields: Vec<_> =
            refused["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
        assert_eq!(fields, ["key"], "{key:?}: {refused}");
    }
    let body = json!({ "name": "Its own", "secret": SECRET, "key": null });
    let made = send_json(provider.ada().request(Method::POST, CONSUMERS), &body).is(201).json();
    assert_eq!(made["key"].as_str().unwrap().len(), 36, "{made}");
    for wrong in [json!(7), json!(["OauthKey"])] {
        let body = json!({ "name": "Wrong", "secret": SECRET, "key": wrong });
        send_json(provider.ada().request(Method::POST, CONSUMERS), &body).problem(400);
    }
}

#[test]
fn every_path_takes_a_brought_key_encoded_or_not() {
    let provider = Provider::start();
    for key in KEYS {
        let made = bring(&provider, key).is(201);
        assert_eq!(made.json()["key"], key);
        assert_eq!(made.header("location").replace(&provider.public, ""), at(key));
        for path in [at(key), format!("{CONSUMERS}/{key}")] {
            assert_eq!(provider.ada().get(&path).is(200).json()["key"], key);
            for (verb, status) in [("approve", "approved"), ("disapprove", "disapproved")] {
                let decided = call(&provider, Method::POST, &format!("{path}/{verb}")).is(200).json();
                assert_eq!((&decided["key"], &decided["status"]), (&json!(key), &json!(status)));
            }
            let request = provider.ada().request(Method::PATCH, &path).header("if-match", "*");
            send_json(request, &json!({ "name": path })).is(200);
        }
        for asked in [oauth::encode(key).into_owned(), key.to_owned()] {
            let page = provider.ada().get(&format!("/oauth/approveKey?key={asked}")).is(200);
            assert!(page.text().contains(&format!(r#""asked_for":{{"key":"{key}""#)), "{}", page.text());
        }
        call(&provider, Method::DELETE, &at(key)).is(204);
        provider.ada().get(&at(key)).problem(404);
    }
}

#[test]
fn a_signed_call_may_name_it_in_its_path() {
    let provider = Provider::start();
    let console = provider.console("Console").dance(provider.ada());
    for key in KEYS {
        bring(&provider, key).is(201);
        assert_eq!(console.get(&at(key)).send().is(200).json()["key"], key);
    }
}

#[test]
fn commands_bring_a_key_along_and_take_it_everywhere() {
    let home = Home::made();
    for key in KEYS {
        let register = ["consumer", "register", "Moved here", "--secret-stdin", "--key", key];
        assert_eq!(home.json(&register, SECRET)["key"], key);
        assert_eq!(home.json(&["consumer", "show", key], "")["key"], key);
        assert_eq!(home.json(&["consumer", "approve", key], "")["status"], "approved");
        assert_eq!(home.json(&["consumer", "edit", key, "--name", "Renamed"], "")["name"], "Renamed");
        assert_eq!(home.json(&["consumer", "disapprove", key], "")["status"], "disapproved");
        home.json(&["consumer", "remove", key, "--yes"], "");
        let taken = home.run(&register, SECRET);
        assert_eq!(taken.code, Some(1), "{taken:?}");
        assert!(taken.sentence().contains(key) && taken.stdout.is_empty(), "{taken:?}");
    }
    for wrong in ["two words", "", ".."] {
        let refused = home.run(&["consumer", "register", "App", "--secret-stdin", "--key", wrong], SECRET);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.sentence().starts_with("key: "), "{refused:?}");
    }
    assert_eq!(home.json(&["consumer", "list"], ""), json!([]));
}

#[test]
fn the_register_form_takes_a_key_with_and_without_a_script() {
    let provider = Provider::start();
    let ada = provider.ada();
    let form = |key| {
        let fields = [("name", "Moved here"), ("secret", SECRET), ("secret_again", SECRET), ("key", key)];
        ada.post("/settings/oauth-consumers", &fields)
    };
    let page = ada.get(form(" my!app ").is(303).header("location")).is(200);
    assert!(page.text().contains("my!app"), "{}", page.text());
    let key_of = |call: Answer| -> Value { call.is(200).json()["key"].clone() };
    let by_script = |key| ada.call("register", &[("name", "Moved here"), ("secret", SECRET), ("key", key)]);
    assert_eq!(key_of(by_script("~:@+=!-._")), "~:@+=!-._");
    assert_eq!(key_of(by_script("")).as_str().unwrap().len(), 36);
    for (key, words) in [("two words", "cannot be part of a consumer key"), ("my!app", "my!app is taken")] {
        let page = form(key).is(422);
        assert!(page.text().contains(words), "{key}: {}", page.text());
        let tags = page.text().split("<details").filter_map(|rest| rest.split_once('>'));
        let tag = tags.map(|(tag, _)| tag).find(|tag| tag.contains("existing-key")).unwrap();
        assert!(tag.contains(" open"), "the field is shown: {tag}");
        assert_eq!(by_script(key).wrong_fields(), ["key"]);
    }
    form("").is(303);
}
