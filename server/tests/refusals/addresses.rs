//! What a request was signed for: the public URL and the path, never what its headers claim.

use crate::support::signer::{App, ECHO, Provider};

#[test]
fn a_request_signed_for_another_host_scheme_port_or_path_is_refused() {
    let provider = Provider::start();
    let app = provider.app_of("Elsewhere", "grace");
    let port = provider.url.rsplit(':').next().unwrap();
    for url in [
        format!("http://other.example:{port}{ECHO}"),
        format!("http://localhost:{port}{ECHO}"),
        format!("https://127.0.0.1:{port}{ECHO}"),
        format!("http://127.0.0.1:1{ECHO}"),
        format!("http://127.0.0.1{ECHO}"),
        format!("{}{ECHO}/", provider.url),
        format!("{}/prefix{ECHO}", provider.url),
        format!("{}/api/v1/whoami", provider.url),
        format!("{}/api/v1/%65cho", provider.url),
    ] {
        app.echo().signed_for(&url).send().refused_at_api(401, "signature_invalid");
    }
    let asked = app.ask("oob").signed_for("http://other.example/oauth/requestToken");
    asked.send().refused(401, "signature_invalid");
    app.echo().send().is(200);
}

#[test]
fn host_and_forwarded_headers_count_for_nothing_at_the_public_listener() {
    let provider = Provider::start();
    let app = provider.app_of("Forwarded", "grace");
    let headers = [
        ("host", "localhost:1"),
        ("x-forwarded-host", "other.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "8443"),
        ("x-forwarded-uri", "/api/v1/whoami"),
        ("x-forwarded-method", "POST"),
        ("x-forwarded-prefix", "/prefix"),
        ("x-original-url", "https://other.example/"),
        ("x-http-method-override", "POST"),
        ("forwarded", "host=other.example;proto=https"),
    ];
    for (name, value) in headers {
        let echo = app.echo().header(name, value).send().is(200).json();
        assert_eq!(echo["base_string_uri"], format!("{}{ECHO}", provider.url), "{name}");
    }
    let all = headers.iter().fold(app.echo(), |call, (name, value)| call.header(name, value));
    all.clone().send().is(200);
    for url in ["http://other.example", "https://other.example", "https://other.example:8443/prefix"] {
        let call = all.clone().signed_for(&format!("{url}{ECHO}"));
        call.send().refused_at_api(401, "signature_invalid");
    }
}

#[test]
fn another_method_than_the_signed_one_is_refused() {
    let provider = Provider::start();
    let app = provider.app_of("Verbs", "grace");
    let mut signed = app.echo().sign();
    signed.verb = "POST".to_owned();
    signed.send().refused_at_api(401, "signature_invalid");
    signed.verify().refused_at_verify("signature_invalid");
    signed.verify_json().refused_at_json("signature_invalid");
}

#[test]
fn a_public_urls_prefix_is_signed_whether_or_not_the_gateway_strips_it() {
    let public = "https://tools.example:8443/keys";
    let provider = Provider::with(&[("LATCHKEY_PUBLIC_URL", public)]);
    let app = App { token: None, ..provider.app("Prefix") };
    let echo = app.echo().send().is(200).json();
    assert_eq!(echo["base_string_uri"], "https://tools.example:8443/keys/api/v1/echo");
    let with_prefix = app.get("/keys/api/v1/echo").signed_for(&format!("{public}{ECHO}"));
    let echo = with_prefix.send().is(200).json();
    assert_eq!(echo["base_string_uri"], "https://tools.example:8443/keys/api/v1/echo");
    let asked = |path: &str| app.call("POST", path).with("oauth_callback", "oob");
    asked("/oauth/requestToken").send().is(200);
    asked("/keys/oauth/requestToken").signed_for(&format!("{public}/oauth/requestToken")).send().is(200);
    for url in [
        format!("https://tools.example:8443{ECHO}"),
        format!("https://tools.example/keys{ECHO}"),
        format!("http://tools.example:8443/keys{ECHO}"),
        format!("{public}/keys{ECHO}"),
        format!("{}{ECHO}", provider.url),
    ] {
        app.echo().signed_for(&url).send().refused_at_api(401, "signature_invalid");
    }
}

#[test]
fn a_port_is_signed_unless_it_is_the_schemes_own() {
    for (public, signed) in [
        ("https://tools.example:443", "https://tools.example"),
        ("http://tools.example:80", "http://tools.example"),
        ("http://tools.example:443", "http://tools.example:443"),
        ("https://Tools.Example:80/", "https://tools.example:80"),
    ] {
        let provider = Provider::with(&[("LATCHKEY_PUBLIC_URL", public)]);
        let echo = provider.app("Ports").echo().signed_for(&format!("{signed}{ECHO}")).send().is(200).json();
        assert_eq!(echo["base_string_uri"], format!("{signed}{ECHO}"));
    }
}
