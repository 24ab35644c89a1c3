//! What keeps other sites out: the headers of every kind of answer, and whose requests are refused.

use http::Method;

use super::{HOME, asset};
use crate::support::{
    Home, SECRET,
    browser::{Answer, send, with_form},
};

fn nonce(page: &Answer) -> String {
    let policy = page.header("content-security-policy");
    let (_, after) = policy.split_once("script-src 'nonce-").expect(policy);
    after.split_once('\'').unwrap().0.to_owned()
}

#[test]
fn each_page_has_a_policy_with_a_nonce_of_its_own() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let pages = [ada.get(HOME).is(200), ada.get(HOME).is(200)];
    let nonces = [nonce(&pages[0]), nonce(&pages[1])];
    assert!(nonces[0].len() >= 16 && nonces[0] != nonces[1], "{nonces:?}");
    for (page, nonce) in pages.iter().zip(&nonces) {
        let expected = format!(
            "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; object-src 'none'; \
             base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
        );
        assert_eq!(page.header("content-security-policy"), expected);
        let text = page.text();
        let scripts = text.matches("<script").count();
        assert!(scripts > 0);
        let tags = text.split("<script").skip(1).map(|tag| tag.split('>').next().unwrap());
        tags.for_each(|tag| assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "{tag}"));
    }
    let sign_in = server.visitor().get("/sign-in").is(200);
    let loads_nothing = ["src=", "import(", "modulepreload", ".wasm"];
    assert!(loads_nothing.iter().all(|word| !sign_in.text().contains(word)), "{}", sign_in.text());
    assert!(!sign_in.header("content-security-policy").contains("unsafe-inline"));
}

#[test]
fn every_kind_of_answer_carries_the_headers_that_keep_others_out() {
    let server = Home::with_users().serve();
    let (ada, visitor) = (server.signed_in("ada"), server.visitor());
    let style = asset(ada.get(HOME).text(), ".css");
    let large = "x".repeat(70_000);
    let elsewhere = ada.bare(Method::POST, "/sign-out").header("origin", "https://evil.example");
    for (what, answer, status) in [
        ("page", ada.get(HOME), 200),
        ("sign-in", visitor.get("/sign-in"), 200),
        ("redirect", visitor.get("/"), 303),
        ("no such page", visitor.get("/nowhere"), 404),
        ("dead link", visitor.get("/set-up?token=x"), 410),
        ("wrong method", visitor.get("/api/page/rows"), 405),
        ("bad query", ada.get("/events?after=x"), 400),
        ("server function", ada.call("rows", &[]), 200),
        ("refused call", visitor.call("rows", &[]), 401),
        ("refused stream", visitor.get("/events"), 401),
        ("too large", visitor.post("/sign-in", &[("username", &large)]), 413),
        ("cross-site", send(elsewhere.body(()).unwrap()), 403),
        ("asset", visitor.get(&style), 200),
        ("no such asset", visitor.get("/pkg/nothing.js"), 404),
    ] {
        let answer = answer.is(status);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            (
                "cache-control",
                if what == "asset" { "public, max-age=31536000, immutable" } else { "no-store" },
            ),
            ("strict-transport-security", ""),
        ] {
            assert_eq!(answer.header(name), value, "{name} of {what}");
        }
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"),
            "{what}: {policy}"
        );
    }
}

#[test]
fn what_another_site_makes_a_browser_send_is_refused() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let form = [("name", "Forged"), ("secret", SECRET), ("secret_again", SECRET)];
    let url = &*server.url;
    for path in ["/api/page/register", HOME, "/sign-out", "/sign-in", "/set-up"] {
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("x-nothing", "said"),
        ] {
            let answer = send(with_form(ada.bare(Method::POST, path).header(name, value), &form));
            assert_eq!(answer.status, 403, "{path} with {name}: {value}");
        }
        for (origin, site) in [(url, "cross-site"), ("https://evil.example", "none"), ("null", "none")] {
            let both = ada.bare(Method::POST, path).header("origin", origin).header("sec-fetch-site", site);
            assert_eq!(send(with_form(both, &form)).status, 403, "{path}: {origin} against {site}");
        }
    }
    assert_eq!(ada.names(), [""; 0]);
    for (name, value) in [("origin", url), ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "none")] {
        let request = ada.bare(Method::POST, "/api/page/register").header(name, value);
        send(with_form(request, &form[..2])).is(200);
    }
    let visitor = server.visitor();
    let program =
        with_form(visitor.bare(Method::POST, "/sign-in"), &[("username", "ada"), ("password", "x")]);
    assert_eq!(send(program).status, 401, "a program without a session need not say where it is");
}
