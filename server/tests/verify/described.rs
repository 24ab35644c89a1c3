//! A request that a gateway describes in headers.

use http::Request;

use crate::support::{
    browser::{Answer, send},
    signer::{ECHO, Provider, Signed, until},
};

const TOOL: &str = "https://tool.example/items/a%2Fb?q=x%20y&q=";

type Headers = Vec<(String, String)>;

fn headers(pairs: &[(&str, &str)]) -> Headers {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// As nginx is configured to describe it.
fn original(signed: &Signed) -> Headers {
    headers(&[("X-Original-Method", &signed.verb), ("X-Original-URL", &signed.url)])
}

/// The identity that a gateway passes on: user, key, name.
fn identity(answer: &Answer) -> [Option<&str>; 3] {
    ["x-latchkey-user", "x-latchkey-consumer-key", "x-latchkey-consumer-name"].map(|name| {
        let mut values = answer.headers.get_all(name).iter();
        let value = values.next().map(|value| value.to_str().unwrap());
        assert_eq!(values.next(), None, "{name} once");
        value
    })
}

/// The log tells of the first, and of no more within a minute; it is written beside the answer, so it may come a moment later.
#[track_caller]
fn is_in_the_log(provider: &Provider, what: &str) {
    let told = |line: &String| {
        line.contains("WARN") && line.contains("the gateway is misconfigured") && line.contains(what)
    };
    until("a warning in the log", || provider.log().iter().any(told).then_some(()));
}

#[test]
fn either_family_of_headers_tells_the_request_and_both_may_agree() {
    let provider = Provider::start();
    let app = provider.app_of("Families", "grace");
    for verb in ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "PROPFIND"] {
        let signed =
            || app.call(verb, "https://tool.example/items/a%2Fb").query(&[("q", "x y"), ("q", "")]).sign();
        let forwarded = signed();
        assert_eq!(forwarded.url, TOOL);
        let answer = forwarded.described(&forwarded.forwarded()).is(200);
        assert_eq!(identity(&answer), [Some("grace"), Some(&*app.key), Some("Families")], "{verb}");
        assert!(answer.body.is_empty());
        let nginx = signed();
        nginx.described(&original(&nginx)).is(200);
        let both = signed();
        both.described(&[both.forwarded(), original(&both)].concat()).is(200);
    }
}

#[test]
fn a_proxy_in_front_of_nginx_may_tell_scheme_and_host() {
    let provider = Provider::start();
    let signed = provider.app("Proxy").get(TOOL.split('?').next().unwrap()).sign();
    let more = headers(&[("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "tool.example")]);
    signed.described(&[original(&signed), more].concat()).is(200);
}

#[test]
fn descriptions_that_disagree_are_refused_and_the_log_says_why() {
    let provider = Provider::start();
    let app = provider.app_of("Disagree", "grace");
    let signed = app.get("https://tool.example/items").sign();
    for (name, value) in [
        ("X-Original-Method", "POST"),
        ("X-Original-URL", "https://tool.example/other"),
        ("X-Original-URL", "https://tool.example/items?x"),
        ("X-Original-URL", "http://tool.example/items"),
        ("X-Forwarded-Method", "DELETE"),
        ("X-Forwarded-Host", "other.example"),
        ("X-Forwarded-Proto", "http"),
        ("X-Forwarded-Uri", "/other"),
    ] {
        let mut both = [signed.forwarded(), original(&signed)].concat();
        let changed = both.iter_mut().find(|(other, _)| other == name).unwrap();
        value.clone_into(&mut changed.1);
        signed.described(&both).refused_at_verify("parameter_rejected");
    }
    is_in_the_log(&provider, "POST https://tool.example/items");
    let twice = [original(&signed), original(&signed)].concat();
    signed.described(&twice).refused_at_verify("parameter_rejected");
    let twice = [signed.forwarded(), headers(&[("X-Forwarded-Uri", "/other")])].concat();
    signed.described(&twice).refused_at_verify("parameter_rejected");
    signed.verify().is(200);
}

#[test]
fn too_few_headers_to_tell_the_url_are_refused_and_the_log_says_why() {
    let provider = Provider::start();
    let app = provider.app_of("Too few", "grace");
    let signed = app.get("https://tool.example/items").sign();
    let mut cases = vec![Vec::new(), original(&signed)[..1].to_vec(), original(&signed)[1..].to_vec()];
    for missing in 0..4 {
        let mut headers = signed.forwarded();
        headers.remove(missing);
        cases.push(headers);
    }
    for headers in cases {
        signed.described(&headers).refused_at_verify("parameter_rejected");
    }
    is_in_the_log(&provider, "X-Original-Method and X-Original-URL");
    signed.verify().is(200);
}

#[test]
fn what_is_no_url_is_refused() {
    let provider = Provider::start();
    let signed = provider.app("No URL").get("https://tool.example/items").sign();
    for url in
        ["", "/items", "tool.example/items", "ftp://tool.example/items", "https://user@tool.example/items"]
    {
        let described = headers(&[("X-Original-Method", "GET"), ("X-Original-URL", url)]);
        signed.described(&described).refused_at_verify("parameter_rejected");
    }
    let foreign = headers(&[("X-Original-Method", "GET"), ("X-Original-URL", "https://ä.example/items")]);
    signed.described(&foreign).refused_at_verify("parameter_rejected");
    let other = headers(&[("X-Original-Method", "GET"), ("X-Original-URL", "https://tool.example/ä")]);
    signed.described(&other).refused_at_verify("signature_invalid");
}

#[test]
fn any_method_asks_and_the_described_one_counts() {
    let provider = Provider::start();
    let app = provider.app_of("Methods", "grace");
    for asked in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let signed = app.call("DELETE", "https://tool.example/items").sign();
        let ask = || {
            let mut request = Request::builder().method(asked).uri(format!("{}/verify", provider.internal));
            for (name, value) in signed.forwarded() {
                request = request.header(name, value);
            }
            send(request.header("authorization", signed.authorization.as_deref().unwrap()).body(()).unwrap())
        };
        assert_eq!(identity(&ask().is(200))[0], Some("grace"), "{asked}");
        let refused = ask().is(401);
        assert!(refused.header("www-authenticate").contains("nonce_used"));
    }
}

#[test]
fn names_are_percent_encoded_in_headers_but_for_unreserved_characters() {
    let provider = Provider::start();
    provider.home.add_user("a.b_c@d-e", false);
    let user = provider.signed_in("a.b_c@d-e");
    for (name, expected) in [
        ("Plain-name_1.~", "Plain-name_1.~"),
        ("Änderungen & co", "%C3%84nderungen%20%26%20co"),
        ("100% \"x\", y=z;", "100%25%20%22x%22%2C%20y%3Dz%3B"),
        ("変更 \u{1f511}", "%E5%A4%89%E6%9B%B4%20%F0%9F%94%91"),
        ("a%0d%0aX-Latchkey-User: ada", "a%250d%250aX-Latchkey-User%3A%20ada"),
    ] {
        let app = provider.app(name).dance(&user);
        let answer = app.get("https://tool.example/").sign().verify().is(200);
        assert_eq!(identity(&answer), [Some("a.b_c%40d-e"), Some(&*app.key), Some(expected)]);
    }
}

#[test]
fn a_consumer_that_signs_for_itself_has_no_user_header() {
    let provider = Provider::start();
    let app = provider.app("Two legs");
    for call in [app.get("https://tool.example/"), app.get("https://tool.example/").with("oauth_token", "")] {
        let answer = call.sign().verify().is(200);
        assert_eq!(identity(&answer), [None, Some(&*app.key), Some("Two%20legs")]);
    }
}

#[test]
fn forged_identity_headers_come_back_neither_with_yes_nor_with_no() {
    let provider = Provider::start();
    let app = provider.app("Forged");
    let forged = |call: crate::support::signer::Call| {
        call.header("X-Latchkey-User", "ada")
            .header("X-Latchkey-Consumer-Key", "forged")
            .header("X-Latchkey-Consumer-Name", "forged")
            .sign()
    };
    let answer = forged(app.get("https://tool.example/")).verify().is(200);
    assert_eq!(identity(&answer), [None, Some(&*app.key), Some("Forged")]);
    forged(app.get("https://tool.example/").at(-4000)).verify().refused_at_verify("timestamp_refused");
    let public = forged(app.get(ECHO)).send().is(200);
    assert_eq!(public.json()["user"], serde_json::Value::Null);
    assert_eq!(identity(&public), [None; 3]);
}

#[test]
fn a_form_that_the_gateway_passes_on_is_part_of_what_is_signed() {
    let provider = Provider::start();
    let app = provider.app_of("Forms", "grace");
    let signed = app.call("POST", "https://tool.example/items").form(&[("a", "1"), ("b", "x y")]).sign();
    let mut without = signed.clone();
    without.form = None;
    without.verify().refused_at_verify("signature_invalid");
    let mut changed = signed.clone();
    changed.form = Some("a=2&b=x+y".to_owned());
    changed.verify().refused_at_verify("signature_invalid");
    let mut plus = signed;
    plus.form = Some("a=1&b=x+y".to_owned());
    plus.verify().is(200);
}

#[test]
fn any_other_body_is_no_part_of_what_is_signed_however_large() {
    let provider = Provider::start();
    let app = provider.app_of("Uploads", "grace");
    for body in ["{\"a\":\"1\"}".to_owned(), "x".repeat(16 * 1024 * 1024)] {
        let opaque = app.call("POST", "https://tool.example/items").sign();
        let mut request = Request::post(format!("{}/verify", provider.internal));
        for (name, value) in opaque.forwarded() {
            request = request.header(name, value);
        }
        let request = request.header("authorization", opaque.authorization.as_deref().unwrap());
        send(request.header("content-type", "application/json").body(body).unwrap()).is(200);
    }
}

#[test]
fn nobody_reaches_verify_by_the_public_listener_nor_the_rest_by_the_internal_one() {
    let provider = Provider::start();
    let signed = provider.app("Listeners").get("https://tool.example/").sign();
    for path in ["/verify", "/verify/", "/verify/x", "/verify/json", "/metrics", "/healthz", "/readyz"] {
        provider.visitor().get(path).is(404);
    }
    let mut misled = signed.clone();
    misled.internal.clone_from(&provider.url);
    assert_ne!(misled.verify().status, 200);
    for path in ["/", "/api/v1/echo", "/oauth/requestToken", "/sign-in", "/rootservices", "/verifying"] {
        assert_eq!(provider.inside(path).status, 404, "{path}");
    }
    signed.verify().is(200);
}
