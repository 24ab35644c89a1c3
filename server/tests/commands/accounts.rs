//! Accounts by commands: what becomes of them, and links by which their users set a password.

use crate::support::{Home, PASSWORD};

#[test]
fn accounts_live_their_lives_by_commands() {
    let home = Home::new();
    home.add_user("Grace", false);
    home.add_user("root", true);
    for (verb, flag, value) in [
        ("permit", "configure_server", true),
        ("forbid", "configure_server", false),
        ("disable", "disabled", true),
        ("disable", "disabled", true),
        ("enable", "disabled", false),
    ] {
        assert_eq!(home.json(&["user", verb, "grace"], "")[flag], value, "{verb}, whatever the case");
    }
    let server = home.serve();
    server.signed_in("GRACE");
    server.home.json(&["user", "passwd", "grace", "--password-stdin"], "another horse battery");
    server.visitor().post("/sign-in", &[("username", "grace"), ("password", PASSWORD)]).is(401);
}

#[test]
fn what_becomes_of_a_short_password_is_said_where_its_user_is_permitted() {
    let home = Home::with_users();
    let said = home.run(&["user", "permit", "grace"], "");
    assert_eq!(said.code, Some(0), "{said:?}");
    let words =
        "grace has Configure Server; if the password is shorter than the 12 characters of an administrator, ";
    assert!(said.stdout.starts_with(words), "{said:?}");
}

#[test]
fn a_link_to_set_a_password_is_printed_alone_and_under_the_address_of_the_server() {
    let home = Home::made();
    let added = home.run(&["user", "add", "bob", "--link", "--display-name", "Bob Marsh"], "");
    assert_eq!(added.code, Some(0), "{added:?}");
    let link = added.stdout.trim_end();
    assert!(link.starts_with("http://127.0.0.1:3000/set-password?token="), "{added:?}");
    assert!(!link.contains('\n'), "{added:?}");
    assert_eq!(home.json(&["user", "list"], "")[0]["name"], "Bob Marsh");
    for (listen, base) in [
        ("0.0.0.0:4000", "http://localhost:4000"),
        ("[::1]:4000", "http://[::1]:4000"),
        ("unix:public.sock", "http://localhost"),
        // Only a start picks the port.
        ("127.0.0.1:0", ""),
    ] {
        let reset = home.run(&["user", "reset-password", "bob", "--listen", listen], "");
        assert!(reset.stdout.starts_with(&format!("{base}/set-password?token=")), "{reset:?}");
    }
    let again = ["user", "reset-password", "bob", "--public-url", "https://keys.example/latchkey/"];
    let reset = home.json(&again, "");
    let url = reset["password_link"]["url"].as_str().unwrap();
    assert!(url.starts_with("https://keys.example/latchkey/set-password?token="), "{url}");
    assert_eq!(reset["user"]["username"], "bob");
    let server = home.serve();
    server.visitor().get(link.strip_prefix("http://127.0.0.1:3000").unwrap()).is(410);
    let path = url.strip_prefix("https://keys.example/latchkey").unwrap();
    server.visitor().get(path).is(200);
}
