//! The set-up link, and the first administrator that it makes.

use crate::support;

use support::{Browser, Home, PASSWORD};

const HOME: &str = "/settings/oauth-consumers";

/// The path and query of the set-up link, and its token.
fn set_up_link(link: &str, url: &str) -> (String, String) {
    let path = link.strip_prefix(url).expect("the link is on this server");
    (path.to_owned(), path.strip_prefix("/set-up?token=").unwrap().to_owned())
}

fn set_up(browser: &Browser, token: &str, username: &str, again: &str) -> support::browser::Answer {
    let form = [("token", token), ("username", username), ("password", PASSWORD), ("password_again", again)];
    browser.post("/set-up", &form)
}

#[test]
fn the_set_up_link_makes_the_first_administrator_once() {
    let server = Home::new().serve();
    let (link, token) = set_up_link(&server.line("set up at "), &server.url);
    let mut visitor = server.visitor();
    visitor.get("/set-up").is(410);
    visitor.get("/set-up?token=guessed").is(410);
    let form = visitor.get(&link).is(200);
    assert!(form.text().contains("Create administrator") && form.text().contains(&token));
    let wrong = set_up(&visitor, &token, "no name!", "another horse battery").is(422);
    assert!(wrong.text().contains("The two passwords differ.") && wrong.text().contains("Use the letters"));
    assert_eq!(set_up(&visitor, "guessed", "eve", PASSWORD).status, 410);
    let made = set_up(&visitor, &token, "ada", PASSWORD).is(303);
    visitor.take_cookie(&made);
    visitor.get(HOME).is(200);
    let dead = server.visitor();
    for page in [dead.get(&link), set_up(&dead, &token, "eve", PASSWORD)] {
        let page = page.is(410);
        assert!(page.text().contains("not valid any more"), "{}", page.text());
        assert_eq!(page.header("set-cookie"), "");
    }
    let users = server.home.json(&["user", "list"], "");
    assert_eq!(users.as_array().unwrap().len(), 1);
    assert_eq!((&users[0]["username"], &users[0]["configure_server"]), (&"ada".into(), &true.into()));
}

#[test]
fn the_set_up_link_dies_with_an_administrator_made_elsewhere_and_is_another_after_each_start() {
    let server = Home::new().serve();
    let (first, _) = set_up_link(&server.line("set up at "), &server.url);
    let (home, _) = server.stop();
    let server = home.serve();
    let (link, token) = set_up_link(&server.line("set up at "), &server.url);
    server.visitor().get(&link).is(200);
    server.visitor().get(&first).is(410);
    server.home.add_user("ada", true);
    server.visitor().get(&link).is(410);
    set_up(&server.visitor(), &token, "eve", PASSWORD).is(410);
}

#[test]
fn the_set_up_link_is_under_the_public_address() {
    let server = Home::new().serve_with(&[("LATCHKEY_PUBLIC_URL", "https://keys.example/latchkey")]);
    let link = server.line("set up at ");
    assert!(link.starts_with("https://keys.example/latchkey/set-up?token="), "{link}");
}

#[test]
fn a_weak_password_is_refused_in_words_on_the_set_up_page() {
    let server = Home::new().serve();
    let (_, token) = set_up_link(&server.line("set up at "), &server.url);
    let visitor = server.visitor();
    for (password, words) in [
        ("elevenchars", "at least 12 characters"),
        ("123456789012", "easy to guess"),
        ("latchkey ada ada", "easy to guess"),
    ] {
        let form =
            [("token", &*token), ("username", "ada"), ("password", password), ("password_again", password)];
        let page = visitor.post("/set-up", &form).is(422);
        assert!(page.text().contains(words), "{password}: {}", page.text());
        assert!(!page.text().contains(password), "{}", page.text());
    }
    let form = [("token", &*token), ("username", "ada"), ("password", "short"), ("password_again", "other")];
    let page = visitor.post("/set-up", &form).is(422);
    for words in ["at least 12 characters", "The two passwords differ."] {
        assert!(page.text().contains(words), "both are told at once: {}", page.text());
    }
    set_up(&visitor, &token, "ada", PASSWORD).is(303);
}
