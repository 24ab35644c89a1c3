//! One consumer's panel: in a page of its own and alone, who may see it, and what its HTML can hold.

use crate::support;

use std::iter;

use http::Method;
use serde_json::json;
use support::{
    Home,
    browser::send,
    signer::{CONSUMERS, Provider, send_json},
};

const HOME: &str = "/settings/oauth-consumers";

#[test]
fn the_page_of_a_consumer_is_the_table_with_its_panel_before_any_script_has_run() {
    let provider = Provider::start();
    let app = provider.app_of("Requirements sync", "grace");
    let page = provider.ada().get(&format!("{HOME}/{}", app.key)).is(200);
    let text = page.text();
    assert!(
        text.contains("<title>Requirements sync · OAuth consumers · Latchkey</title>")
            && text.contains("<tbody"),
        "{text}"
    );
    let panel = text.split("<aside id=\"panel\"").nth(1).expect("the panel is there");
    for words in ["Details", "Users", "Activity", &app.key, "Approved", "by ada", "grace", "OAuth 1.0a"] {
        assert!(panel.contains(words), "{words}: {panel}");
    }
    assert!(panel.contains(&format!("href=\"/settings/activity?consumer={}\"", app.key)), "{panel}");
    let (token, secret) = app.token.as_ref().unwrap();
    for secret in [support::SECRET, token, secret] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn beside_a_panel_the_table_shows_the_view_that_the_address_says() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let [pending, approved] = ["Model export", "Requirements sync"]
        .map(|name| ada.register(name)["key"].as_str().unwrap().to_owned());
    ada.call("approve", &[("key", &approved), ("revision", "1")]).is(200);
    let page = ada.get(&format!("{HOME}/{approved}?status=pending&q=model&users_after=0")).is(200);
    let row = |key: &str| format!("id=\"name-{key}\"");
    let text = page.text();
    assert!(text.contains(&row(&pending)) && !text.contains(&row(&approved)), "{text}");
    assert!(text.contains(&format!("<div data-panel data-key=\"{approved}\"")), "{text}");
    let close = format!("href=\"{HOME}?q=model&amp;status=pending\" data-close");
    assert!(text.contains(&close), "Close leads back to the view: {text}");
    let wrong = ada.get(&format!("{HOME}/{approved}?status=approvd")).is(404);
    assert!(wrong.text().contains("status=approvd: give pending"), "{}", wrong.text());
}

#[test]
fn from_a_further_page_of_users_a_link_leads_back_to_the_first() {
    let provider = Provider::start();
    let ada = provider.ada();
    let app = provider.app("Requirements sync");
    for user in [ada, &provider.signed_in("grace")] {
        app.dance(user);
    }
    let path = format!("{HOME}/{}", app.key);
    let users = |query: &str| {
        let page = ada.get(&format!("{path}?status=approved{query}")).is(200);
        ["ada", "grace"].map(|name| page.text().contains(&format!("id=\"sign-out-{name}\"")))
    };
    assert_eq!(users(""), [true, true]);
    // The account of `ada` is the first.
    assert_eq!(users("&users_after=1"), [false, true]);
    let page = ada.get(&format!("{path}?status=approved&users_after=1"));
    let first = format!("<a href=\"{path}?status=approved\" data-users=\"0\">First users</a>");
    assert!(page.text().contains(&first), "{}", page.text());
}

#[test]
fn the_table_alone_has_a_panel_that_is_hidden_and_empty() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let key = ada.register("Requirements sync")["key"].as_str().unwrap().to_owned();
    let page = ada.get(HOME).is(200);
    let panel = page.text().split("<aside id=\"panel\"").nth(1).expect("its place is there");
    let (attributes, inner) = panel.split_once('>').unwrap();
    assert!(attributes.contains(" hidden") && inner.starts_with("</aside>"), "{panel}");
    assert!(page.text().contains(&format!("href=\"{HOME}/{key}\"")), "the row leads to it");
}

#[test]
fn the_panel_alone_is_what_the_page_has() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let key = ada.register("Requirements sync")["key"].as_str().unwrap().to_owned();
    for path in [format!("{HOME}/{key}/panel"), format!("{HOME}/{key}/panel?q=sync&live")] {
        let panel = ada.get(&path).is(200);
        assert!(panel.header("content-type").starts_with("text/html"));
        assert_eq!(panel.header("cache-control"), "no-store");
        assert!(panel.text().starts_with("<div data-panel data-key=\""), "{panel:?}");
        assert!(!panel.text().contains("<html") && !panel.text().contains("autofocus"), "{panel:?}");
    }
}

#[test]
fn only_administrators_see_it_and_others_are_told_why_not() {
    let server = Home::with_users().serve();
    let key = server.home.register("Requirements sync");
    let (page, panel) = (format!("{HOME}/{key}"), format!("{HOME}/{key}/panel"));
    let (visitor, grace) = (server.visitor(), server.signed_in("grace"));
    let to_sign_in = visitor.get(&page).is(303);
    assert_eq!(to_sign_in.header("location"), format!("/sign-in?next={}", oauth::encode(&page)));
    assert!(grace.get(&page).is(403).text().contains("Configure Server"));
    for (browser, status, words) in [(&visitor, 401, "session has ended"), (&grace, 403, "Configure Server")]
    {
        for path in [&panel, &format!("{HOME}/nonsense/panel")] {
            let refused = browser.get(path).is(status);
            assert!(refused.text().starts_with("<div data-panel data-refused>"), "{refused:?}");
            assert!(
                refused.text().contains(words) && !refused.text().contains("Requirements"),
                "{refused:?}"
            );
        }
    }
}

#[test]
fn of_a_consumer_that_is_not_there_the_page_says_so_and_shows_the_others() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    ada.register("Still here");
    let gone = ada.register("Gone")["key"].as_str().unwrap().to_owned();
    ada.call("remove", &[("key", &gone), ("revision", "1")]).is(200);
    let unknown = "00000000-0000-4000-8000-000000000000";
    for (key, words) in [
        (&*gone, "This consumer was removed by ada."),
        (unknown, "There is no consumer with the key 00000000-0000-4000-8000-000000000000."),
        ("%3Cscript%3E", "There is no consumer with the key &lt;script&gt;."),
    ] {
        let page = ada.get(&format!("{HOME}/{key}")).is(404);
        assert!(page.text().contains(words) && page.text().contains("Still here"), "{}", page.text());
        let panel = ada.get(&format!("{HOME}/{key}/panel")).is(404);
        assert!(panel.text().starts_with("<div data-panel>") && panel.text().contains(words), "{panel:?}");
    }
}

#[test]
fn of_a_path_that_is_no_text_the_panel_says_so() {
    let server = Home::with_users().serve();
    let answer = server.signed_in("ada").get(&format!("{HOME}/%FF")).is(404);
    let words = "There is no consumer with a key that is not UTF-8.";
    assert!(answer.text().contains(words), "{}", answer.text());
}

#[test]
fn whatever_strangers_and_administrators_write_is_text() {
    let provider = Provider::start();
    let ada = provider.ada();
    let hostile = "</div><img src=x onerror=alert(1)>\"'&lt;";
    let body = json!({ "name": hostile, "secret": support::SECRET });
    let key = send_json(ada.request(Method::POST, CONSUMERS), &body).is(201).json();
    let path = format!("{CONSUMERS}/{}", key["key"].as_str().unwrap());
    let edit =
        json!({ "owner": hostile, "contact": hostile, "note": format!("a\n{hostile}"), "reason": hostile });
    send_json(ada.request(Method::PATCH, &path).header("if-match", "*"), &edit).is(200);
    send_json(ada.request(Method::POST, &format!("{path}/approve")), &json!({ "reason": hostile })).is(200);
    let panel = ada.get(&format!("{HOME}/{}/panel", key["key"].as_str().unwrap())).is(200);
    let text = panel.text();
    assert!(!text.contains("<img"), "{text}");
    assert_eq!(text.matches("<div").count(), text.matches("</div>").count(), "{text}");
    assert!(text.contains("the owner from none to “&lt;/div&gt;"), "the change is told: {text}");
}

#[test]
fn the_page_signs_one_user_out_and_then_everybody() {
    let provider = Provider::start();
    let ada = provider.ada();
    let app = provider.app("Dances");
    let (for_grace, for_ada) = (app.dance(&provider.signed_in("grace")), app.dance(ada));
    let sign_out = |username| ada.call("sign_out", &[("key", &*app.key), ("username", username)]);
    assert_eq!(sign_out("grace").is(200).json()["revision"], 2, "the consumer did not change");
    for_grace.echo().is_refused_everywhere(401, "token_revoked");
    for_ada.echo().send().is(200);
    sign_out("nobody").is(404);
    sign_out("").is(404);
    assert_eq!(ada.call("sign_everybody_out", &[("key", &*app.key)]).is(200).json()["revision"], 3);
    for_ada.echo().is_refused_everywhere(401, "token_revoked");
    let panel = ada.get(&format!("{HOME}/{}/panel", app.key)).is(200);
    assert!(panel.text().contains("Nobody is signed in through it."), "{panel:?}");
    assert!(panel.text().contains("grace signed out") && panel.text().contains("everybody was signed out"));
}

#[test]
fn who_signs_in_and_out_through_a_consumer_is_told_to_open_pages_at_once() {
    let provider = Provider::start();
    let app = provider.app("Dances");
    let stream = provider.ada().events(None);
    stream.expect("ready");
    let app = app.dance(&provider.signed_in("grace"));
    // A `used` event may come in between, once a second.
    let access = || iter::repeat_with(|| stream.next()).find(|event| event.name != "used").unwrap();
    for _ in ["allowed", "issued"] {
        let event = access();
        assert_eq!((&*event.name, event.json()), ("access", json!({ "key": app.key })));
    }
    let path = format!("{CONSUMERS}/{}/tokens/grace", app.key);
    send(provider.ada().request(Method::DELETE, &path).body(()).unwrap()).is(204);
    let event = access();
    assert_eq!((&*event.name, event.json()), ("access", json!({ "key": app.key })));
}
