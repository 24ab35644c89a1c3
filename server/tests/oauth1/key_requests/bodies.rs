//! How the body of a request for a key is read.

use http::Request;
use serde_json::json;

use super::{PATH, ask, behind_a_proxy, body, consumer, key};
use crate::support::{
    SECRET,
    browser::send,
    signer::{CONSUMERS, Provider},
};

#[test]
fn without_a_name_it_gets_the_senders_address() {
    let provider = behind_a_proxy();
    for (address, name) in [("203.0.113.7", "203.0.113.7"), ("2001:db8::1", "2001:db8::1"), ("", "127.0.0.1")]
    {
        for body in [json!({ "secret": SECRET }), json!({ "name": null, "secret": SECRET })] {
            assert_eq!(consumer(&provider, &key(ask(&provider, address, &body)))["name"], name);
        }
    }
    let provider = Provider::start();
    let untrusted = key(ask(&provider, "203.0.113.7", &json!({ "secret": SECRET })));
    assert_eq!(consumer(&provider, &untrusted)["name"], "127.0.0.1");
}

#[test]
fn a_request_is_read_as_friends_were_written_for() {
    let provider = behind_a_proxy();
    let address = "203.0.113.7";
    let cases = [
        (json!({ "name": "", "trusted": "true" }), address, true),
        (json!({ "name": " \t", "trusted": "false" }), address, false),
        (json!({ "name": null, "trusted": null }), address, false),
        (json!({ "name": 7, "trusted": "yes" }), "7", false),
        (
            json!({ "name": " Friend ", "trusted": 1, "secretType": "string", "more": { "a": [] } }),
            "Friend",
            false,
        ),
    ];
    for (n, (asked, name, wished)) in cases.into_iter().enumerate() {
        let mut body = asked.clone();
        // Requests that are alike would be one.
        body["secret"] = json!(format!("{SECRET}{n}"));
        let shown = consumer(&provider, &key(ask(&provider, address, &body)));
        assert_eq!((&shown["name"], &shown["trusted_wished"]), (&json!(name), &json!(wished)), "{asked}");
        assert_eq!((&shown["trusted"], &shown["status"]), (&json!(false), &json!("pending")), "{asked}");
    }
}

#[test]
fn a_body_in_another_encoding_is_told_about_utf_8() {
    let provider = behind_a_proxy();
    let post = |body: &[u8]| {
        let request =
            Request::post(format!("{}{PATH}", provider.url)).header("x-forwarded-for", "203.0.113.7");
        send(request.body(body.to_vec()).unwrap())
    };
    let latin_1 = [b"{\"name\":\"Jos\xe9\",\"secret\":\"", SECRET.as_bytes(), b"\"}"].concat();
    let words = post(&latin_1).is(400).json()["error"].as_str().unwrap().to_owned();
    assert!(words.contains("UTF-8") && !words.contains("column") && !words.contains(SECRET), "{words}");
    let with_mark = format!("\u{feff}{}", json!({ "name": "José", "secret": SECRET }));
    assert_eq!(consumer(&provider, &key(post(with_mark.as_bytes())))["name"], "José");
}

#[test]
fn the_content_type_does_not_matter() {
    let provider = Provider::start();
    for kind in
        ["application/json", "text/plain", "application/x-www-form-urlencoded", "text/json; charset=utf-8"]
    {
        let request = Request::post(format!("{}{PATH}", provider.url)).header("content-type", kind);
        key(send(request.body(body().to_string()).unwrap()));
    }
    key(send(Request::post(format!("{}{PATH}", provider.url)).body(body().to_string()).unwrap()));
    send(Request::get(format!("{}{PATH}", provider.url)).body(()).unwrap()).is(405);
}

#[test]
fn bad_json_a_missing_secret_and_bad_lengths_are_400() {
    let provider = behind_a_proxy();
    let long = |length: usize| "x".repeat(length);
    let bodies = [
        json!({ "name": "No secret" }),
        json!({ "name": "Null", "secret": null }),
        json!({ "name": "Number", "secret": 12_345_678 }),
        json!({ "name": ["a"], "secret": SECRET }),
        json!({ "name": "Short", "secret": "1234567" }),
        json!({ "name": "Long", "secret": long(257) }),
        json!({ "name": "Control", "secret": "12345678\n" }),
        json!({ "name": long(101), "secret": SECRET }),
        json!({ "name": "a\u{7}b", "secret": SECRET }),
        json!("text"),
        json!([]),
    ];
    for (n, body) in bodies.iter().enumerate() {
        let answer = ask(&provider, &format!("203.0.113.{}", n + 1), body);
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
        let words = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(words.ends_with('.') && !words.contains(SECRET) && !words.contains("1234567"), "{words}");
    }
    for (n, text) in
        [&b""[..], b"{", b"\xff", b"{\"secret\":\"\xff\xff\xff\xff\xff\xff\xff\xff\"}"].iter().enumerate()
    {
        let request = Request::post(format!("{}{PATH}", provider.url));
        let request = request.header("x-forwarded-for", format!("203.0.113.{}", n + 100));
        send(request.body(text.to_vec()).unwrap()).is(400);
    }
    for (name, secret) in [(long(100), long(8)), (long(1), long(256)), ("ä".repeat(100), "ä".repeat(8))] {
        key(ask(&provider, "203.0.113.200", &json!({ "name": name, "secret": secret })));
    }
    let listed = provider.ada().get(CONSUMERS).is(200).json();
    assert_eq!(listed["total"], 3, "what is refused leaves nothing behind");
}
