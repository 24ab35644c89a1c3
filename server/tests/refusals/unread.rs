//! What no handler sees is refused in words too: requests that cannot be read as HTTP, addresses and methods that there are
//! not.

use http::{Method, Request};

use crate::support::{
    browser::{Answer, send},
    signer::{ACCESS_TOKEN, ECHO, FORM, Provider, REQUEST_TOKEN, raw, verify_json},
};

#[test]
fn the_allowed_methods_are_the_same_whichever_other_one_is_sent() {
    let provider = Provider::start();
    for path in [REQUEST_TOKEN, ACCESS_TOKEN, "/oauth/authorize"] {
        for method in [Method::HEAD, Method::OPTIONS, Method::PUT, Method::PATCH, Method::DELETE] {
            let request = Request::builder().method(&method).uri(format!("{}{path}", provider.url));
            let answer = send(request.body(()).unwrap()).is(405);
            assert_eq!(answer.header("allow"), "GET,POST", "{method} {path}: {answer:?}");
        }
    }
}

/// Head and body of an answer.
#[track_caller]
fn parts(answer: &str) -> (String, &str) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}"));
    (head.to_lowercase(), body)
}

#[test]
fn what_cannot_be_read_as_http_is_refused_in_words_on_both_listeners() {
    let provider = Provider::start();
    for base in [&provider.url, &provider.internal] {
        for line in [
            &b"GET /?name=\"x\" HTTP/1.1"[..],
            b"GET /?name=<x> HTTP/1.1",
            b"GET /?name=Jos\xe9 HTTP/1.1",
            b"GET /Jos\xe9 HTTP/1.1",
            b"GET /?a b HTTP/1.1",
            b"GET /?a=1#&b=2 HTTP/1.1",
            b"GET /# HTTP/1.1",
            b"G(T / HTTP/1.1",
            b"GET / HTTP/9.9",
            b"GET / HTTP/1.1\r\nHost : a",
            b"GET / HTTP/1.1\r\nContent-Length: nonsense",
            b"GET / HTTP/1.1\r\n\xffield: x",
        ] {
            let bytes = [line, b"\r\nHost: localhost\r\n\r\n"].concat();
            let (status, answer) = raw::exchange(base, &bytes);
            assert_eq!(status, 400, "{line:?}: {answer}");
            let (head, body) = parts(&answer);
            assert!(head.contains("content-type: text/plain; charset=utf-8"), "{answer}");
            assert!(head.contains(&format!("content-length: {}", body.len())), "{answer}");
            for field in
                ["connection: close", "cache-control: no-store", "x-content-type-options: nosniff", "date: "]
            {
                assert!(head.contains(field), "{field}: {answer}");
            }
            assert!(body.contains("percent-encode") && body.ends_with(".\n"), "{answer}");
        }
    }
    provider.app("Goes on").echo().send().is(200);
}

#[test]
fn a_gateway_s_question_that_cannot_be_read_is_401_as_every_refusal_there_is() {
    let provider = Provider::with(&[("LATCHKEY_REALM", "Plant 9")]);
    let described = "X-Original-Method: GET\r\nX-Original-URL: https://tool.example/items";
    for lines in [
        &b"GET /verify/find?name=Jos\xe9 HTTP/1.1"[..],
        b"GET /verify/find?name=\"x\" HTTP/1.1",
        b"GET /verify/Jos\xe9 HTTP/1.1",
        b"POST /verify/items#x HTTP/1.1",
        b"GET /verify HTTP/1.1\r\nX-Client: a\x01b",
        b"GET /verify HTTP/1.1\r\nAuthorization: OAuth \x7f",
        b"GET /verify?a=1 HTTP/1.1\r\nX-Cli(ent: a",
    ] {
        let lines = [lines, b"\r\nHost: localhost\r\n", described.as_bytes(), b"\r\n\r\n"].concat();
        let (status, answer) = raw::exchange(&provider.internal, &lines);
        assert_eq!(status, 401, "{answer}");
        let challenge = "www-authenticate: oauth realm=\"plant 9\", oauth_problem=\"parameter_rejected\"\r\n";
        let (head, body) = parts(&answer);
        assert!(head.contains(challenge) && head.contains("connection: close"), "{answer}");
        assert!(body.contains("percent-encode"), "{answer}");
        // The public listener has no such path.
        let (status, answer) = raw::exchange(&provider.url, &lines);
        assert!(status == 400 && !answer.contains("oauth_problem"), "{answer}");
    }
    // What is no part of HTTP's target or a field's value is an octet like any other.
    let signed = provider.app("Octets").get("https://tool.example/items").sign();
    let fine = format!(
        "GET /verify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{described}\r\nX-Client: a\tb é\r\nAuthorization: {}\r\n\r\n",
        signed.authorization.as_deref().unwrap()
    );
    assert_eq!(raw::exchange(&provider.internal, fine.as_bytes()).0, 200);
}

#[test]
fn behind_https_the_answer_to_what_cannot_be_read_says_so_as_every_other_does() {
    let provider = Provider::with(&[("LATCHKEY_PUBLIC_URL", "https://tools.example")]);
    let unreadable = "GET /x?\" HTTP/1.1\r\nHost: tools.example\r\n\r\n".to_owned();
    let fields = "A: b\r\n".repeat(101);
    let too_large = format!("GET /x HTTP/1.1\r\nHost: tools.example\r\n{fields}\r\n");
    for (expected, request) in [(400, unreadable), (431, too_large)] {
        let (status, answer) = raw::exchange(&provider.url, request.as_bytes());
        assert_eq!(status, expected, "{answer}");
        assert!(parts(&answer).0.contains("strict-transport-security: max-age="), "{answer}");
    }
}

#[test]
fn raw_characters_that_pass_for_a_url_are_read_and_answered_in_words() {
    let provider = Provider::start();
    for query in ["name={x}", "name=José", "name=a|b^c`d", "name=[x]\\"] {
        let bytes = format!("GET {ECHO}?{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let (status, answer) = raw::exchange(&provider.url, bytes.as_bytes());
        let (head, body) = parts(&answer);
        assert!(status == 401 && head.contains("application/problem+json"), "{query}: {answer}");
        assert!(body.contains("\"detail\""), "{query}: {answer}");
    }
}

#[test]
fn words_follow_the_answer_to_a_request_before_on_the_same_connection() {
    let provider = Provider::start();
    let bytes =
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /?\" HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let (status, answer) = raw::exchange(&provider.internal, bytes);
    assert_eq!(status, 200, "{answer}");
    let (_, rest) = answer.split_once("\r\n\r\nok\n").unwrap_or_else(|| panic!("{answer}"));
    assert!(rest.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(parts(rest).1.ends_with(".\n"), "{answer}");
}

#[test]
fn a_bare_status_of_a_router_gets_words_on_both_listeners() {
    let provider = Provider::start();
    let is_told = |status: u16, answer: Answer| {
        let answer = answer.is(status);
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8", "{answer:?}");
        assert!(answer.text().ends_with(".\n"), "{answer:?}");
    };
    let (inside, outside) = (&provider.internal, &provider.url);
    for (status, method, base, path) in [
        (404, Method::GET, inside, "/nothing"),
        (404, Method::POST, inside, "/sign-in"),
        (405, Method::GET, inside, "/verify/json"),
        (405, Method::DELETE, inside, "/metrics"),
        (405, Method::DELETE, outside, "/rootservices"),
        (405, Method::PUT, outside, "/oauth/approveKey"),
    ] {
        let request = Request::builder().method(method).uri(format!("{base}{path}"));
        is_told(status, send(request.body(()).unwrap()));
    }
    for path in [REQUEST_TOKEN, ACCESS_TOKEN, "/oauth/requestKey", "/oauth/authorize"] {
        let request = Request::post(format!("{outside}{path}")).header("content-type", FORM);
        is_told(413, send(request.body(vec![b'x'; 64 * 1024 + 1]).unwrap()));
    }
    is_told(413, verify_json(inside, &" ".repeat(256 * 1024 + 1)));
}
