//! Where friends find the rest.

use crate::support::signer::Provider;

const PATHS: [&str; 2] = ["/rootservices", "/.well-known/oslc/rootservices.xml"];

/// The document, with what it says about itself checked.
#[track_caller]
fn document(provider: &Provider, path: &str) -> String {
    let answer = provider.visitor().get(path).is(200);
    assert_eq!(answer.header("content-type"), "application/rdf+xml");
    let text = answer.text();
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"), "{text}");
    assert!(text.contains("xmlns:jfs=\"http://jazz.net/xmlns/prod/jazz/jfs/1.0/\""), "{text}");
    assert!(text.contains("xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\""), "{text}");
    text.to_owned()
}

#[track_caller]
fn names_everything(document: &str, public: &str, realm: &str) {
    let mut elements: Vec<&str> =
        document.lines().map(str::trim).filter(|line| line.starts_with("<jfs:")).collect();
    elements.sort_unstable();
    let url = |name: &str, path: &str| format!("<jfs:{name} rdf:resource=\"{public}/oauth/{path}\"/>");
    let mut expected = [
        format!("<jfs:oauthRealmName>{realm}</jfs:oauthRealmName>"),
        format!("<jfs:oauthDomain>{public}</jfs:oauthDomain>"),
        url("oauthRequestConsumerKeyUrl", "requestKey"),
        url("oauthApprovalModuleUrl", "approveKey"),
        url("oauthRequestTokenUrl", "requestToken"),
        url("oauthUserAuthorizationUrl", "authorize"),
        url("oauthAccessTokenUrl", "accessToken"),
    ];
    expected.sort_unstable();
    assert_eq!(elements, expected);
}

#[test]
fn root_services_names_every_address_under_the_public_url_without_sign_in() {
    let provider = Provider::start();
    for path in PATHS {
        names_everything(&document(&provider, path), &provider.url, "Latchkey");
    }
}

#[test]
fn root_services_has_the_prefix_and_escapes_the_realm() {
    let public = "https://tools.example:8443/keys";
    let settings = [("LATCHKEY_PUBLIC_URL", public), ("LATCHKEY_REALM", "A & <B>")];
    let provider = Provider::with(&settings);
    for path in PATHS {
        for prefix in ["", "/keys"] {
            names_everything(&document(&provider, &format!("{prefix}{path}")), public, "A &amp; &lt;B&gt;");
        }
    }
}

#[test]
fn the_realm_is_in_every_challenge() {
    let provider = Provider::with(&[("LATCHKEY_REALM", "Tools, & (keys); 'x'=y")]);
    let app = provider.pending("Realm");
    let realm = "OAuth realm=\"Tools, & (keys); 'x'=y\"";
    let refused = format!("{realm}, oauth_problem=\"consumer_key_refused\"");
    for answer in [app.ask("oob").send(), app.echo().send(), app.echo().sign().verify()] {
        assert_eq!(answer.header("www-authenticate"), refused);
    }
    let nobody = provider.visitor().get("/api/v1/whoami").is(401);
    assert_eq!(nobody.header("www-authenticate"), realm);
}
