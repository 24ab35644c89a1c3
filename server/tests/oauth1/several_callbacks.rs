//! Several callbacks of a consumer, and those of applications that have a scheme of their own.

use http::Method;
use serde_json::{Value, json};

use crate::support::{
    consent,
    signer::{App, CONSUMERS, Provider, send_json},
};

const WEB: &str = "https://app.example/cb";
const DESKTOP: &str = "myapp://cb";
const PHONE: &str = "com.example.app:/oauth/cb?from=latchkey";

/// The fields that an edit of the callbacks is wrong in; none where it is saved.
fn wrong(provider: &Provider, app: &App, changes: &Value) -> Vec<String> {
    let request = provider.ada().request(Method::PATCH, &format!("{CONSUMERS}/{}", app.key));
    let answer = send_json(request.header("if-match", "*"), changes);
    if answer.status == 200 {
        return Vec::new();
    }
    let errors = answer.is(422).json();
    errors["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["field"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn each_registered_callback_is_accepted_and_oob_means_the_first() {
    let provider = Provider::start();
    let (grace, app) = (provider.signed_in("grace"), provider.app("Several"));
    let edited = provider.edit(&app, &json!({ "callback_urls": [DESKTOP, WEB, PHONE, WEB, "MyApp://cb"] }));
    assert_eq!(edited["callback_urls"], json!([DESKTOP, WEB, PHONE]));
    assert_eq!(edited["callback_url"], DESKTOP);
    for (asked, callback) in [("oob", DESKTOP), (DESKTOP, DESKTOP), (WEB, WEB), (PHONE, PHONE)] {
        let temporary = app.temporary(asked);
        let answer = consent::decide(&grace, &provider.url, &temporary.0, "allow");
        let verifier = consent::verifier(&answer, &temporary.0, callback);
        let location = answer.header("location");
        assert!(location.starts_with(callback), "{location}");
        app.exchange(&temporary, &verifier).send().is(200);
    }
    for asked in
        ["https://app.example/", "myapp://cb/", "myapp://CB", "myapp:cb", "com.example.app:/oauth/cb"]
    {
        let refused = app.ask(asked).send().refused(400, "parameter_rejected");
        assert_eq!(refused["oauth_parameters_rejected"], "oauth_callback", "{asked}");
    }
}

#[test]
fn an_application_is_called_back_only_where_it_is_registered_and_the_refusal_says_so() {
    let provider = Provider::start();
    let (grace, app) = (provider.signed_in("grace"), provider.app("Desktop"));
    let refused = app.ask(DESKTOP).send().refused(400, "parameter_rejected");
    assert!(refused["oauth_problem_advice"].contains("registered"), "{refused:?}");
    provider.edit(&app, &json!({ "callback_url": DESKTOP }));
    let open = app.temporary(DESKTOP);
    provider.edit(&app, &json!({ "callback_url": null }));
    let page = grace.get(&format!("/oauth/authorize?oauth_token={}", open.0)).is(410);
    assert!(page.text().contains("taken this one away"), "{}", page.text());
    app.ask(DESKTOP).send().refused(400, "parameter_rejected");
}

#[test]
fn the_consent_page_says_what_it_opens_and_its_policy_allows_that_scheme_alone() {
    let provider = Provider::start();
    let (grace, app) = (provider.signed_in("grace"), provider.app("Opens"));
    for (callback, scheme, shown) in
        [(DESKTOP, "myapp:", DESKTOP), (PHONE, "com.example.app:", "com.example.app:/oauth/cb")]
    {
        provider.edit(&app, &json!({ "callback_urls": [callback] }));
        let (token, _) = app.temporary("oob");
        let page = grace.get(&format!("/oauth/authorize?oauth_token={token}")).is(200);
        let policy = page.header("content-security-policy");
        assert!(policy.ends_with(&format!("; form-action 'self' {scheme}")), "{policy}");
        assert!(page.text().contains(&format!("<strong>{shown}</strong>")), "{}", page.text());
        assert!(page.text().contains("an application on your device"), "{}", page.text());
    }
    provider.edit(&app, &json!({ "trusted": true }));
    let (token, _) = app.temporary("oob");
    let asked = format!("/oauth/authorize?oauth_token={token}");
    let sign_in = provider.visitor().get(&format!("/sign-in?next={}", oauth::encode(&asked))).is(200);
    let policy = sign_in.header("content-security-policy");
    assert!(policy.ends_with("; form-action 'self' com.example.app:"), "{policy}");
    let unasked = grace.get(&asked);
    consent::verifier(&unasked, &token, PHONE);
}

#[test]
fn a_callback_that_could_harm_is_registered_by_no_way() {
    let provider = Provider::start();
    let app = provider.app("Harmless");
    for callback in [
        "javascript:alert(1)",
        "JAVASCRIPT://app.example/%0aalert(1)",
        "java\tscript:alert(1)",
        "vbscript:msgbox",
        "data:text/html,<script>",
        "blob:https://app.example/1",
        "about:blank",
        "file:///etc/passwd",
        "view-source:https://app.example/",
        "intent://cb",
        "ms-settings:about",
        "mailto:eve@evil.example",
        "ftp://app.example/",
        "localhost:3000/cb",
        "app.example:8443/cb",
        "myapp://a b",
        "myapp://cb#x",
        "myapp://eve@cb",
        "my_app://cb",
        "1app://cb",
        "*:/cb",
    ] {
        assert_eq!(
            wrong(&provider, &app, &json!({ "callback_url": callback })),
            ["callback_url"],
            "{callback}"
        );
        let list = json!({ "callback_urls": [WEB, callback] });
        assert_eq!(wrong(&provider, &app, &list), ["callback_urls"], "{callback}");
    }
    let (most, long) = (20, |n: usize| format!("myapp://{}", "x".repeat(n - 8)));
    let several = |n| (0..n).map(|n| format!("myapp://{n}")).collect::<Vec<_>>();
    assert_eq!(wrong(&provider, &app, &json!({ "callback_urls": several(most + 1) })), ["callback_urls"]);
    assert_eq!(wrong(&provider, &app, &json!({ "callback_urls": [long(2001)] })), ["callback_urls"]);
    assert_eq!(
        wrong(&provider, &app, &json!({ "callback_urls": [WEB], "callback_url": DESKTOP })),
        ["callback_url"]
    );
    assert!(wrong(&provider, &app, &json!({ "callback_urls": several(most) })).is_empty());
    assert!(wrong(&provider, &app, &json!({ "callback_urls": [long(2000)] })).is_empty());
    for none in
        [json!({ "callback_urls": [] }), json!({ "callback_urls": null }), json!({ "callback_urls": [""] })]
    {
        provider.edit(&app, &json!({ "callback_urls": [WEB, DESKTOP] }));
        let edited = provider.edit(&app, &none);
        assert_eq!((&edited["callback_urls"], &edited["callback_url"]), (&json!([]), &Value::Null), "{none}");
    }
}

#[test]
fn a_program_that_knows_one_callback_changes_the_first_and_leaves_the_others() {
    let provider = Provider::start();
    let app = provider.app("Before");
    provider.edit(&app, &json!({ "callback_urls": [WEB, DESKTOP] }));
    let moved = provider.edit(&app, &json!({ "callback_url": "https://new.example/cb" }));
    assert_eq!(moved["callback_urls"], json!(["https://new.example/cb", DESKTOP]));
    let gone = provider.edit(&app, &json!({ "callback_url": null }));
    assert_eq!(gone["callback_urls"], json!([]));
}
