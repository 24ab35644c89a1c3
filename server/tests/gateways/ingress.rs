//! ingress-nginx, which no test runs: the question that it is documented to ask with the guide's annotations, and the guide's
//! snippet in nginx itself.

use super::{
    place::{GUIDE, IDENTITY},
    unclear::TYPES,
};
use crate::support::{
    gateway::{Gateway, Upstream},
    guide::snippet,
    signer::{Provider, Signed, raw},
};

/// The value of an annotation in the guide.
fn annotation(name: &str) -> String {
    let beginning = format!("nginx.ingress.kubernetes.io/{name}: ");
    let manifest = snippet(GUIDE, "ingress.yaml");
    let value = manifest.lines().find_map(|line| line.trim().strip_prefix(&*beginning));
    value.unwrap_or_else(|| panic!("{name}: {manifest}")).to_owned()
}

/// Asks as the controller's auth location does: by GET, with the client's own header fields behind those that it sets.
fn ask(signed: &Signed, of_the_client: &[&str]) -> (u16, String) {
    let auth = url::Url::parse(&annotation("auth-url")).unwrap();
    let own = [
        format!("GET {} HTTP/1.1", auth.path()),
        format!("Host: {}", auth.host_str().unwrap()),
        "Connection: close".to_owned(),
        format!("X-Original-URL: {}", signed.url),
        format!("X-Original-Method: {}", signed.verb),
        "X-Sent-From: nginx-ingress-controller".to_owned(),
        "X-Real-IP: 203.0.113.7".to_owned(),
        "X-Forwarded-For: 203.0.113.7".to_owned(),
    ];
    let authorization = signed.authorization.iter().map(|value| format!("Authorization: {value}"));
    let of_the_client = of_the_client.iter().map(|line| (*line).to_owned());
    let lines: Vec<_> = own.into_iter().chain(authorization).chain(of_the_client).collect();
    let (status, answer) =
        raw::exchange(&signed.internal, format!("{}\r\n\r\n", lines.join("\r\n")).as_bytes());
    (status, answer.to_lowercase())
}

#[test]
fn ingress_nginx_gets_the_right_answer_to_the_question_that_it_is_documented_to_ask() {
    let provider = Provider::start();
    let app = provider.app_of("Ingress", "grace");
    let names = annotation("auth-response-headers");
    assert!(names.split(',').eq(IDENTITY), "{names}");
    for verb in ["GET", "POST", "DELETE"] {
        let call = app.call(verb, "https://api.example/items/a%2Fb").query(&[("q", "Änderung 1+2")]);
        let signed = call.sign();
        let (status, answer) = ask(&signed, &["Content-Type: application/json"]);
        assert_eq!(status, 200, "{verb}: {answer}");
        for name in names.to_lowercase().split(',') {
            assert!(answer.contains(&format!("\r\n{name}: ")), "{name}: {answer}");
        }
        let (status, answer) = ask(&signed, &[]);
        assert_eq!((status, answer.contains("nonce_used")), (401, true), "{answer}");
        let (status, answer) = ask(&Signed { verb: "PUT".to_owned(), ..call.sign() }, &[]);
        assert_eq!((status, answer.contains("signature_invalid")), (401, true), "{answer}");
        // What the controller hands on of a client's makes two descriptions.
        let claims = ["X-Forwarded-Method: GET", "X-Forwarded-Uri: /other"];
        let (status, answer) = ask(&call.sign(), &claims);
        assert_eq!((status, answer.contains("parameter_rejected")), (401, true), "{answer}");
        let (status, answer) = ask(&Signed { authorization: None, ..call.sign() }, &[]);
        assert_eq!((status, answer.contains("parameter_absent")), (401, true), "{answer}");
    }
}

#[test]
fn the_snippet_for_ingress_nginx_lets_no_form_through() {
    let upstream = Upstream::start();
    let manifest = snippet(GUIDE, "ingress.yaml");
    let (_, behind) = manifest.split_once("/configuration-snippet: |\n").unwrap();
    let lines: Vec<_> = behind.lines().take_while(|line| line.starts_with("      ")).collect();
    let gateway = Gateway::nginx(&format!(
        "server {{\n listen 127.0.0.1:{{port}};\n location / {{\n{}\n proxy_pass http://{};\n }}\n}}\n",
        lines.join("\n"),
        upstream.address
    ));
    let host = gateway.url.strip_prefix("http://").unwrap();
    let send = |content_type: &str| {
        let head = format!("POST /items HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{content_type}");
        let bytes = format!("{head}\r\nContent-Length: 14\r\n\r\na=1&admin=true");
        raw::exchange(&gateway.url, bytes.as_bytes())
    };
    // Two fields are for Latchkey to refuse.
    for line in TYPES.into_iter().filter_map(|lines| (lines.len() == 1).then_some(lines[0])) {
        let (status, answer) = send(line);
        assert_eq!(status, 415, "{line}: {answer}");
        assert!(answer.ends_with("Send the parameters in the query, or as JSON.\n"), "{answer}");
        upstream.is_left_alone();
    }
    assert_eq!(send("Content-Type: application/json").0, 200);
    upstream.arrived();
}
