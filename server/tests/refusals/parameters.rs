//! Where the protocol's parameters may stand, how often, and how they are encoded.

use serde_json::json;

use crate::support::signer::{ECHO, Place, Provider, in_header, nonce, now};

const TOOL: &str = "https://tool.example/items";
const PLACES: [Place; 3] = [Place::Header, Place::Query, Place::Form];

#[test]
fn parameters_are_taken_from_the_header_the_query_or_a_form_with_every_method() {
    let provider = Provider::start();
    let app = provider.app_of("Anywhere", "grace");
    for verb in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        for place in PLACES {
            if place == Place::Form && matches!(verb, "GET" | "DELETE") {
                continue;
            }
            let call = app.call(verb, ECHO).place(place).query(&[("b", "x y"), ("a", "ä/+&="), ("a", "")]);
            let echo = call.send().is(200).json();
            assert_eq!((&echo["method"], &echo["user"]), (&json!(verb), &json!("grace")));
            let own = echo["parameters"].as_array().unwrap();
            let own: Vec<_> =
                own.iter().filter(|pair| !pair[0].as_str().unwrap().contains("oauth")).collect();
            assert_eq!(json!(own), json!([["a", ""], ["a", "ä/+&="], ["b", "x y"]]), "{verb} {place:?}");
        }
    }
    assert!(app.call("HEAD", ECHO).send().is(200).body.is_empty());
    for place in PLACES {
        let temporary = app.ask("oob").place(place).send().is(200);
        let again = app.ask("oob").place(place).with("oauth_signature", "wrong");
        again.send().refused(401, "signature_invalid");
        assert!(temporary.text().contains("oauth_callback_confirmed=true"));
    }
    let asked = app.alone().get("/oauth/requestToken").with("oauth_callback", "oob");
    asked.place(Place::Query).send().is(200);
}

#[test]
fn a_form_is_signed_and_another_body_is_not() {
    let provider = Provider::start();
    let app = provider.app_of("Bodies", "grace");
    let echo = app.call("POST", ECHO).form(&[("a", "1"), ("a", "0")]).send().is(200).json();
    assert_eq!([&echo["parameters"][0], &echo["parameters"][1]], [&json!(["a", "0"]), &json!(["a", "1"])]);
    let mut changed = app.call("POST", ECHO).form(&[("a", "1")]).sign();
    changed.form = Some("a=2".to_owned());
    changed.send().refused_at_api(401, "signature_invalid");
    changed.verify().refused_at_verify("signature_invalid");
    changed.verify_json().refused_at_json("signature_invalid");
    app.call("POST", ECHO).sign().send_json(&json!({ "oauth_token": "any" })).is(200);
}

#[test]
fn a_parameter_of_the_protocol_is_sent_once_wherever_it_stands() {
    let provider = Provider::start();
    let app = provider.app_of("Twice", "grace");
    for name in ["oauth_nonce", "oauth_timestamp", "oauth_consumer_key", "oauth_token", "oauth_version"] {
        for place in PLACES {
            let call = app.call("POST", ECHO).place(place).with("oauth_version", "1.0").and(name, "1.0");
            call.send().refused_at_api(400, "parameter_rejected");
            assert_eq!(call.sign().verify().refused_at_verify("parameter_rejected"), name);
            assert_eq!(call.sign().verify_json().refused_at_json("parameter_rejected"), name);
        }
    }
    let both = app.echo().query(&[("oauth_nonce", "another")]);
    let refused = both.send().refused_at_api(400, "parameter_rejected");
    assert_eq!(refused["oauth_parameters_rejected"], "oauth_nonce");
    for name in ["oauth_nonce", "oauth_signature", "oauth_extension"] {
        let header = app.call("POST", ECHO).and("oauth_extension", "x").form(&[(name, "x")]);
        header.is_refused_everywhere(400, "parameter_rejected");
        let query =
            app.call("POST", ECHO).and("oauth_extension", "x").place(Place::Query).form(&[(name, "x")]);
        query.is_refused_everywhere(400, "parameter_rejected");
    }
    let mut signed = app.echo().sign();
    let twice = format!("{}, oauth_signature=\"x\"", signed.authorization.clone().unwrap());
    signed.authorization = Some(twice);
    signed.send().refused_at_api(400, "parameter_rejected");
}

#[test]
fn parameters_of_the_protocol_may_be_spread_over_header_query_and_form() {
    let provider = Provider::start();
    let app = provider.app_of("Spread", "grace");
    for away in [Place::Query, Place::Form] {
        for name in ["oauth_nonce", "oauth_signature", "oauth_consumer_key", "oauth_token", "oauth_version"] {
            let call =
                app.call("POST", ECHO).with("oauth_version", "1.0").form(&[("a", "1")]).away(name, away);
            let echo = call.send().is(200).json();
            assert_eq!(echo["user"], "grace", "{name} in {away:?}");
            let again =
                || app.call("POST", TOOL).with("oauth_version", "1.0").form(&[("a", "1")]).away(name, away);
            again().sign().verify().is(200);
            assert_eq!(again().sign().verify_json().json()["active"], true, "{name} in {away:?}");
        }
        // As twython, flickrapi, python3-discogs-client and LWP::Authen::OAuth ask.
        let asked = app.ask("https://app.example/callback").away("oauth_callback", away);
        assert!(asked.send().is(200).text().contains("oauth_callback_confirmed=true"), "{away:?}");
        let changed = app.ask("oob").away("oauth_callback", away).with("oauth_signature", "wrong");
        changed.send().refused(401, "signature_invalid");
    }
}

#[test]
fn two_authorization_headers_are_one_too_many() {
    let provider = Provider::start();
    let app = provider.app_of("Two headers", "grace");
    for second in ["OAuth oauth_nonce=\"x\"", "Basic YTpi", "OAuth", ""] {
        let call = app.echo().header("authorization", second);
        call.send().refused_at_api(400, "parameter_rejected");
        call.sign().verify().refused_at_verify("parameter_rejected");
    }
    let asked = app.ask("oob").header("authorization", "Basic YTpi");
    asked.send().refused(400, "parameter_rejected");
}

#[test]
fn another_scheme_is_no_signature_but_may_stand_beside_one() {
    let provider = Provider::start();
    let app = provider.app_of("Scheme", "grace");
    app.echo().place(Place::Query).header("authorization", "Basic YTpi").send().is(200);
    let mut basic = app.echo().sign();
    basic.authorization = Some("Basic YTpi".to_owned());
    assert_eq!(basic.send().problem(401)["oauth_problem"], json!(null));
    basic.verify().refused_at_verify("parameter_absent");
    basic.verify_json().refused_at_json("parameter_absent");
    let mut lower = app.echo().sign();
    lower.authorization = lower.authorization.map(|value| value.replace("OAuth ", "oauth   "));
    lower.send().is(200);
}

#[test]
fn what_is_no_header_of_pairs_is_rejected() {
    let provider = Provider::start();
    let app = provider.app_of("Malformed", "grace");
    let good = app.echo().sign();
    for (value, mistake) in [
        ("OAuth nonsense", "equals sign"),
        ("OAuth oauth_nonce=unquoted", "double quotes"),
        ("OAuth oauth_nonce=\"open", "closing quote"),
        ("OAuth oauth_nonce='x'", "double quotes"),
        ("OAuth oauth_nonce=\"a\" oauth_token=\"b\"", "comma"),
        ("OAuth \"a\"=\"b\"", "equals sign"),
        ("OAuth, realm=\"x\", oauth_nonce=\"a\"", "OAuth and a space"),
        ("OAuth: oauth_nonce=\"a\"", "OAuth and a space"),
        ("OAuthoauth_nonce=\"a\"", "OAuth and a space"),
        ("oauth_nonce=\"a\", oauth_token=\"b\"", "OAuth and a space"),
    ] {
        let mut bad = good.clone();
        bad.authorization = Some(value.to_owned());
        let told = bad.send().refused_at_api(400, "parameter_rejected");
        assert!(told["oauth_problem_advice"].as_str().unwrap().contains(mistake), "{value}: {told}");
        bad.verify().refused_at_verify("parameter_rejected");
        bad.verify_json().refused_at_json("parameter_rejected");
    }
    good.send().is(200);
}

#[test]
fn names_in_the_header_have_no_case_and_blanks_around_an_equals_sign_mean_nothing() {
    let provider = Provider::start();
    let app = provider.app_of("Dresses", "grace");
    for (from, to) in [
        ("OAuth realm=", "OAuth Realm="),
        ("OAuth realm=", "OAUTH REALM="),
        ("OAuth realm=\"any\", ", "OAuth\t"),
        ("OAuth realm=", "OAuth ,, realm ="),
        ("oauth_token=", "OAuth_Token="),
        ("oauth_nonce=\"", "oauth_nonce = \""),
        (", ", ","),
        (", ", " ,\t"),
    ] {
        let dressed = || {
            let (mut own, mut tool) = (app.echo().sign(), app.get(TOOL).sign());
            for signed in [&mut own, &mut tool] {
                let field = signed.authorization.take().unwrap();
                assert!(field.contains(from), "{field}");
                signed.authorization = Some(field.replace(from, to));
            }
            (own, tool)
        };
        let (own, tool) = dressed();
        assert_eq!(own.send().is(200).json()["user"], "grace", "{to}");
        tool.verify().is(200);
        assert_eq!(dressed().1.verify_json().json()["active"], true, "{to}");
    }
}

#[test]
fn what_is_not_percent_encoded_is_rejected() {
    let provider = Provider::start();
    let app = provider.app_of("Encoding", "grace");
    for text in ["%", "%4", "%zz", "%FF%", "%C3%2"] {
        let mut header = app.echo().sign();
        header.authorization = header.authorization.map(|value| format!("{value}, extra=\"{text}\""));
        let mut query = app.echo().sign();
        query.target = format!("{}?a={text}", query.target);
        query.url = format!("{}?a={text}", query.url);
        let mut name = app.echo().sign();
        name.target = format!("{}?{text}=a", name.target);
        name.url = format!("{}?{text}=a", name.url);
        let mut form = app.call("POST", ECHO).sign();
        form.form = Some(format!("a={text}"));
        for request in [header, query, name, form] {
            request.send().refused_at_api(400, "parameter_rejected");
            request.verify().refused_at_verify("parameter_rejected");
            request.verify_json().refused_at_json("parameter_rejected");
        }
    }
}

#[test]
fn each_parameter_is_decoded_once() {
    let provider = Provider::start();
    let app = provider.app_of("Once", "grace");
    let call = app.echo().query(&[("a", "%41"), ("b", "%2541"), ("c", "+"), ("d%25", "\u{1f511}\0")]);
    let echo = call.send().is(200).json();
    let own = &echo["parameters"].as_array().unwrap()[..4];
    assert_eq!(json!(own), json!([["a", "%41"], ["b", "%2541"], ["c", "+"], ["d%25", "\u{1f511}\0"]]));
    // A plus is a space in a query (section 3.4.1.3.1), and itself in the header.
    let mut plus = app.echo().query(&[("a", "1 2")]).sign();
    plus.target = plus.target.replace("%20", "+");
    plus.send().is(200);
    app.echo().with("oauth_nonce", &format!("a+b/{}", nonce())).send().is(200);
}

#[test]
fn a_nonce_is_any_1_to_255_bytes() {
    let provider = Provider::start();
    let app = provider.app_of("Nonces", "grace");
    for nonce in ["x", "/+=", "ä\u{1f511} \"\\,\n", "0", &"n".repeat(255), &"ä".repeat(127)] {
        app.echo().with("oauth_nonce", nonce).send().is(200);
    }
    for nonce in [&*"n".repeat(256), &"ä".repeat(128)] {
        app.echo().with("oauth_nonce", nonce).is_refused_everywhere(400, "parameter_rejected");
    }
    app.echo().with("oauth_nonce", "").is_refused_everywhere(400, "parameter_absent");
}

#[test]
fn a_timestamp_is_a_decimal_number() {
    let provider = Provider::start();
    let app = provider.app("Timestamps");
    let now = now().to_string();
    for timestamp in
        ["soon", "1.5e9", "-5", &format!("+{now}"), &format!("{now}.0"), &format!(" {now}"), "0x5F"]
    {
        let call = app.echo().with("oauth_timestamp", timestamp);
        call.is_refused_everywhere(400, "parameter_rejected");
    }
    for timestamp in ["0", "99999999999999999999999999", "18446744073709551616", "9223372036854775808"] {
        let call = app.echo().with("oauth_timestamp", timestamp);
        call.is_refused_everywhere(401, "timestamp_refused");
    }
    app.echo().with("oauth_timestamp", "").is_refused_everywhere(400, "parameter_absent");
}

#[test]
fn the_version_is_1_0_or_what_common_clients_send() {
    let provider = Provider::start();
    let app = provider.app("Versions");
    for version in ["1.0", "1.0A", "1.0a"] {
        app.echo().with("oauth_version", version).send().is(200);
        app.ask("oob").with("oauth_version", version).send().is(200);
    }
    for version in ["", "1", "1.0 ", "1.1", "2.0", "1.0b", "1,0"] {
        app.echo().with("oauth_version", version).is_refused_everywhere(400, "version_rejected");
    }
}

#[test]
fn a_consumer_signs_for_itself_alone_without_a_token_or_with_an_empty_one() {
    let provider = Provider::start();
    let app = provider.app("Two legs");
    for call in [app.echo(), app.echo().with("oauth_token", "")] {
        let echo = call.send().is(200).json();
        assert_eq!((&echo["user"], &echo["consumer"]["key"]), (&json!(null), &json!(app.key)));
    }
    let empty = app.get("/api/v1/whoami").with("oauth_token", "").send().is(200).json();
    assert_eq!(empty, json!({ "user": null, "consumer": { "key": app.key, "name": "Two legs" } }));
    app.ask("oob").with("oauth_token", "").send().is(200);
}

#[test]
fn ten_thousand_parameters_are_read_and_one_more_is_not() {
    let provider = Provider::start();
    let app = provider.app("Many");
    let pairs = vec![("p", ""); 10_000];
    // The four of the protocol and the signature count too.
    app.echo().query(&pairs[..9_995]).send().is(200);
    app.echo().query(&pairs[..9_996]).is_refused_everywhere(400, "parameter_rejected");
    app.call("POST", ECHO).form(&pairs[..9_995]).send().is(200);
    app.call("POST", ECHO).form(&pairs).is_refused_everywhere(400, "parameter_rejected");
    let thousands = vec![("a".to_owned(), String::new()); 5_000];
    let mut header = app.echo().query(&pairs[..5_001]).sign();
    header.authorization = Some(in_header(&thousands));
    header.send().refused_at_api(400, "parameter_rejected");
    header.verify().refused_at_verify("parameter_rejected");
}
