//! The page **Users** and the link to set a password: plain pages and forms, without scripts.

use crate::support;

use support::{Browser, Home, PASSWORD, browser::Answer, second_factor::hidden, signer::Provider};

const USERS: &str = "/settings/users";
const NEW: &str = "another horse battery";

fn act(browser: &Browser, deed: &str, user: &str) -> Answer {
    browser.post(&format!("{USERS}/{deed}"), &[("user", user)])
}

/// The token of the link that a page shows.
fn token(page: &Answer) -> String {
    let (_, rest) = page.text().split_once("/set-password?token=").expect("the page shows a link");
    rest.split('"').next().unwrap().to_owned()
}

fn set_password(visitor: &Browser, token: &str, password: &str, again: &str) -> Answer {
    visitor.post("/set-password", &[("token", token), ("password", password), ("password_again", again)])
}

#[test]
fn only_administrators_see_users_and_activity() {
    let server = Home::with_users().serve();
    let grace = server.signed_in("grace");
    for path in [USERS, "/settings/users/add", "/settings/users/disable?user=ada", "/settings/activity"] {
        let page = grace.get(path).is(403);
        assert!(page.text().contains("Permission missing: Configure Server"), "{path}");
        let to = server.visitor().get(path).is(303);
        assert!(to.header("location").starts_with("/sign-in?next=%2Fsettings%2F"), "{path}");
    }
    for (deed, user) in [("disable", "ada"), ("permit", "grace"), ("reset-password", "ada")] {
        act(&grace, deed, user).is(403);
        act(&server.visitor(), deed, user).is(303);
    }
    grace.post("/settings/users/add", &[("username", "eve")]).is(403);
    grace.get("/settings/activity/lines?after=0").is(403);
    server.visitor().get("/settings/activity/lines?after=0").is(401);
    grace.get("/settings/users/rows").is(403);
    server.visitor().get("/settings/users/rows").is(401);
}

#[test]
fn a_name_and_what_is_said_of_it_are_words_of_their_own() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    ada.post("/settings/users/add", &[("username", "joost")]).is(200);
    let page = ada.get(USERS).is(200);
    assert!(
        page.text().contains("joost</bdi> <span class=\"tag\">No password yet</span>"),
        "{}",
        page.text()
    );
}

#[test]
fn an_open_page_is_told_the_list_of_users_once_something_was_done() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let seen = |list: &Answer| {
        let (_, rest) = list.text().split_once("data-seen=\"").expect("the list has its number");
        rest.split('"').next().unwrap().to_owned()
    };
    let rows = |query: &str| ada.get(&format!("{USERS}/rows?{query}"));
    let before = seen(&ada.get(USERS).is(200));
    rows(&format!("q=&after=&seen={before}")).is(204);
    act(&ada, "disable", "grace").is(303);
    let list = rows(&format!("q=&after=&seen={before}")).is(200);
    assert!(list.text().starts_with("<div id=\"users\""), "the list alone: {}", list.text());
    assert!(list.text().contains("enable?user=grace"), "{}", list.text());
    rows(&format!("q=&after=&seen={}", seen(&list))).is(204);
    let found = rows("q=ADA&after=&seen=0").is(200);
    assert!(
        found.text().contains("data-user=\"ada\"") && !found.text().contains("grace"),
        "{}",
        found.text()
    );
}

#[test]
fn the_page_shows_each_user_and_what_can_be_done_to_them() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let page = ada.get(USERS).is(200);
    for heading in ["Username", "Name", "Configure Server", "Last signed in", "Sessions"] {
        assert!(page.text().contains(&format!(">{heading}</th>")), "{heading}: {}", page.text());
    }
    for entry in [
        "forbid?user=ada",
        "permit?user=grace",
        "disable?user=grace",
        "reset-password?user=ada",
        "sign-out?user=ada",
    ] {
        assert!(page.text().contains(&format!("href=\"{USERS}/{entry}\"")), "{entry}: {}", page.text());
    }
    assert!(page.text().contains("Actions for grace") && page.text().contains("Never"));
    assert!(!page.text().contains("argon2"));
    let found = ada.get(&format!("{USERS}?q=GRA")).is(200);
    assert!(found.text().contains("Actions for grace") && !found.text().contains("Actions for ada"));
    let nobody = ada.get(&format!("{USERS}?q=%3Cb%3E")).is(200);
    assert!(nobody.text().contains("No users.") && !nobody.text().contains("<b>"), "{}", nobody.text());
}

#[test]
fn a_user_is_added_with_a_link_that_is_shown_once_and_works_once() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let form = [("username", "bob"), ("name", "Bob Marsh"), ("configure_server", "true")];
    let page = ada.post("/settings/users/add", &form).is(200);
    let token = token(&page);
    assert!(page.text().contains("bob is added"), "{}", page.text());
    let users = ada.get(USERS).is(200);
    assert!(users.text().contains("Bob Marsh") && users.text().contains("No password yet"));
    assert!(!users.text().contains(&token));
    let mut visitor = server.visitor();
    let form = visitor.get(&format!("/set-password?token={token}")).is(200);
    assert!(form.text().contains("Re-type password") && form.text().contains("bob"), "{}", form.text());
    let address = server.url.strip_prefix("http://").unwrap();
    for (password, again, words) in [
        ("short", "short", "at least 12 characters"),
        ("123456789012", "123456789012", "easy to guess"),
        ("Bob Marsh, Bob Marsh", "Bob Marsh, Bob Marsh", "easy to guess"),
        (address, address, "easy to guess"),
        (NEW, PASSWORD, "The two passwords differ."),
    ] {
        let wrong = set_password(&visitor, &token, password, again).is(422);
        assert!(wrong.text().contains(words), "{}", wrong.text());
        assert!(!wrong.text().contains(NEW), "{}", wrong.text());
    }
    let done = set_password(&visitor, &token, NEW, NEW).is(303);
    assert_eq!(done.header("location"), "/set-password?done=1");
    assert!(visitor.get("/set-password?done=1").is(200).text().contains("Your password is set"));
    visitor.sign_in("bob", NEW);
    visitor.get(USERS).is(200);
    for page in [
        visitor.get(&format!("/set-password?token={token}")),
        set_password(&server.visitor(), &token, PASSWORD, PASSWORD),
    ] {
        let page = page.is(410);
        assert!(page.text().contains("This link is not valid, or not any more"), "{}", page.text());
        assert!(!page.text().contains("bob"), "strangers learn no names: {}", page.text());
    }
    server.visitor().get("/set-password").is(410);
    server.visitor().get("/set-password?token=guessed").is(410);
}

#[test]
fn what_is_wrong_with_a_new_user_stands_beside_the_field_and_nothing_typed_is_lost() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    for (username, words) in [
        ("", "Enter a username."),
        ("no name!", "Use the letters"),
        ("GRACE", "exists already"),
        ("..", "no address can name it"),
    ] {
        let page = ada.post("/settings/users/add", &[("username", username), ("name", "Some Body")]).is(422);
        assert!(page.text().contains(words), "{words}: {}", page.text());
        assert!(page.text().contains("value=\"Some Body\""), "{}", page.text());
    }
}

#[test]
fn each_deed_is_asked_on_a_page_done_by_its_form_and_told_on_the_next_page() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let grace = server.signed_in("grace");
    for (deed, button, told) in [
        (
            "permit",
            "Permit Configure Server",
            "grace has Configure Server. If their password is shorter than the 12 characters of an administrator, ",
        ),
        ("forbid", "Forbid Configure Server", "grace does not have Configure Server any more."),
        ("sign-out", "Sign out everywhere", "grace is signed out everywhere."),
        ("disable", "Disable", "grace is disabled."),
        ("enable", "Enable", "grace is enabled."),
    ] {
        let asked = ada.get(&format!("{USERS}/{deed}?user=grace")).is(200);
        assert!(asked.text().contains(&format!(">{button}</button>")), "{}", asked.text());
        let done = act(&ada, deed, "GRACE").is(303);
        let page = ada.get(done.header("location")).is(200);
        assert!(page.text().contains(told), "{told}: {}", page.text());
    }
    grace.get("/account/applications").is(303);
    // Anyone can make such a link: only what is so is said.
    let made_up = ada.get(&format!("{USERS}?done=disable&user=grace")).is(200);
    assert!(!made_up.text().contains("grace is disabled."));
}

#[test]
fn an_unknown_user_and_an_unknown_deed_are_told_in_words() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    for page in [ada.get(&format!("{USERS}/disable?user=nobody")), act(&ada, "disable", "nobody")] {
        let page = page.is(404);
        assert!(page.text().contains("There is no user named nobody."), "{}", page.text());
    }
    for page in [ada.get(&format!("{USERS}/disable")), act(&ada, "disable", "")] {
        let page = page.is(404);
        assert!(
            page.text().contains("There is no user without a name, and none was given."),
            "{}",
            page.text()
        );
    }
    // `%FF` is not UTF-8.
    for deed in ["remove", "%FF", "disable/%FF", "%FF/disable"] {
        for page in [ada.get(&format!("{USERS}/{deed}?user=grace")), act(&ada, deed, "grace")] {
            assert!(page.is(404).text().contains("Page not found"), "{deed}");
        }
    }
}

#[test]
fn what_was_filled_in_is_there_again_after_a_sign_in_that_adding_a_user_needed() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    server.home.sql("UPDATE sessions SET proved_at = proved_at - 960000");
    let form = [("username", "bob"), ("name", "Bob & Söhne"), ("configure_server", "true")];
    let asked = ada.post("/settings/users/add", &form).is(303);
    let again = ada.get(asked.header("location")).is(200);
    let next = hidden(&again, "next").replace("&amp;", "&");
    let done = ada.post("/sign-in/again", &[("password", PASSWORD), ("next", &next)]).is(303);
    let page = ada.get(done.header("location")).is(200);
    for filled in ["value=\"bob\"", "value=\"Bob &amp; Söhne\"", " checked"] {
        assert!(page.text().contains(filled), "{filled}: {}", page.text());
    }
    let page = ada.post("/settings/users/add", &form).is(200);
    assert!(page.text().contains("bob is added"), "{}", page.text());
}

#[test]
fn a_form_of_a_user_who_is_signed_out_is_there_again_after_the_sign_in() {
    let server = Home::with_users().serve();
    let long = "x".repeat(3_000);
    for (path, form, next) in [
        ("add", [("username", "bob"), ("name", "Bob M")], "add?username=bob&name=Bob%20M"),
        ("add", [("username", "bob"), ("name", long.as_str())], "add"),
        ("disable", [("user", "grace"), ("name", "")], "disable?user=grace"),
    ] {
        let mut visitor = server.visitor();
        let asked = visitor.post(&format!("{USERS}/{path}"), &form).is(303);
        let next = format!("{USERS}/{next}");
        assert_eq!(asked.header("location"), format!("/sign-in?next={}", oauth::encode(&next)));
        visitor.sign_in("ada", PASSWORD);
        visitor.get(&next).is(200);
    }
}

#[test]
fn the_last_administrator_is_told_why_nothing_was_done() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    for deed in ["disable", "forbid"] {
        let page = act(&ada, deed, "ada").is(409);
        assert!(page.text().contains("last administrator who can sign in"), "{}", page.text());
        let command = server.home.run(&["user", deed, "ada"], "");
        assert!(command.sentence().contains("last administrator who can sign in"), "{command:?}");
    }
    ada.get(USERS).is(200);
}

#[test]
fn a_reset_ends_what_was_signed_in_once_the_new_password_is_set_and_tokens_too() {
    let provider = Provider::start();
    let app = provider.app_of("App", "grace");
    let grace = provider.signed_in("grace");
    let page = act(provider.ada(), "reset-password", "grace").is(200);
    grace.get("/account/applications").is(200);
    let token = token(&page);
    set_password(&provider.visitor(), &token, NEW, NEW).is(303);
    grace.get("/account/applications").is(303);
    assert_eq!(app.echo().send().status, 401);
    act(provider.ada(), "disable", "grace").is(303);
    let refused = act(provider.ada(), "reset-password", "grace").is(409);
    assert!(refused.text().contains("Enable it first"), "{}", refused.text());
}

#[test]
fn another_site_can_do_none_of_it() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let request =
        ada.bare(http::Method::POST, &format!("{USERS}/disable")).header("sec-fetch-site", "cross-site");
    let answer = support::browser::send(support::browser::with_form(request, &[("user", "grace")]));
    assert_eq!(answer.status, 403);
    server.signed_in("grace");
}
