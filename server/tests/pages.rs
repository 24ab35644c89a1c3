//! Pages, forms that work without a script, assets, and the headers of every kind of answer.

use crate::support;

use http::Method;
use support::{
    Browser, Home, SECRET,
    browser::{Answer, send, with_form},
};

const HOME: &str = "/settings/oauth-consumers";

/// The path of the first asset on the page with this ending.
fn asset(page: &str, ending: &str) -> String {
    let end = page.find(&format!("{ending}\"")).expect("the page names the asset") + ending.len();
    let begin = page[..end].rfind('"').unwrap() + 1;
    page[begin..end].to_owned()
}

fn nonce(page: &Answer) -> String {
    let policy = page.header("content-security-policy");
    let (_, after) = policy.split_once("script-src 'nonce-").expect(policy);
    after.split_once('\'').unwrap().0.to_owned()
}

#[test]
fn the_way_to_the_page_leads_through_the_sign_in_and_back() {
    let server = Home::with_users().serve();
    let visitor = server.visitor();
    for path in ["/", "/settings"] {
        assert_eq!(visitor.get(path).is(303).header("location"), HOME);
    }
    let sign_in = visitor.get(&format!("{HOME}?q=1")).is(303);
    let location = sign_in.header("location");
    assert!(location.starts_with("/sign-in?next="), "{location}");
    let form = visitor.get(location).is(200);
    let next = format!("name=\"next\" value=\"{HOME}?q=1\"");
    assert!(form.text().contains(&next), "{}", form.text());
    let fields =
        [("username", "ada"), ("password", support::PASSWORD), ("next", "/settings/oauth-consumers?q=1")];
    assert_eq!(visitor.post("/sign-in", &fields).is(303).header("location"), "/settings/oauth-consumers?q=1");
}

#[test]
fn the_page_names_the_permission_that_is_missing() {
    let server = Home::with_users().serve();
    let grace = server.signed_in("grace");
    let page = grace.get(HOME).is(403);
    assert!(page.text().contains("Configure Server") && page.text().contains("Sign out"), "{}", page.text());
    let fields = [("name", "Mine"), ("secret", SECRET), ("secret_again", SECRET)];
    grace.post(HOME, &fields).is(403);
    server.visitor().post(HOME, &fields).is(303);
    assert_eq!(server.signed_in("ada").names(), [""; 0]);
}

#[test]
fn the_page_holds_the_table_before_any_script_has_run() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let consumer = ada.register("Requirements sync");
    let page = ada.get(HOME).is(200);
    let text = page.text();
    assert!(text.contains("<title>(1) OAuth consumers · Latchkey</title>"), "{text}");
    assert!(text.contains(consumer["key"].as_str().unwrap()) && text.contains("Pending"), "{text}");
    assert!(!text.contains(SECRET) && !text.contains("style=\""), "{text}");
}

/// The names in the table of a page, in its order.
fn shown(page: &Answer) -> Vec<String> {
    let rows = page.text().split("data-key=\"").skip(1);
    let name = |row: &str| Some(row.split("<bdi").nth(1)?.split('>').nth(1)?.split('<').next()?.to_owned());
    rows.filter_map(name).collect()
}

#[test]
fn the_address_says_which_consumers_the_page_shows_and_in_which_order() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    for name in ["Model export", "requirements sync", "Requirements bridge"] {
        ada.register(name);
    }
    let key = ada.register("Approved one")["key"].as_str().unwrap().to_owned();
    ada.call("approve", &[("key", &key), ("revision", "1")]).is(200);
    let names = |query: &str| shown(&ada.get(&format!("{HOME}{query}")).is(200));
    assert_eq!(names("?q=REQ"), ["Requirements bridge", "requirements sync"]);
    assert_eq!(names("?q=REQ&order=asc"), ["requirements sync", "Requirements bridge"]);
    assert_eq!(
        names("?sort=name&status=pending"),
        ["Model export", "Requirements bridge", "requirements sync"]
    );
    assert_eq!(names("?status=approved&registered=nothing"), ["Approved one"]);
    assert_eq!(names("?last_used=1d"), [""; 0]);
    let page = ada.get(&format!("{HOME}?q=%22%3E%3Cscript%3Ex&status=pending")).is(200);
    let text = page.text();
    assert!(
        text.contains("No consumer matches") && text.contains("value=\"&quot;&gt;&lt;script&gt;x\""),
        "{text}"
    );
    assert!(!text.contains("<script>x"), "{text}");
    assert!(text.contains("<title>(3) OAuth consumers · Latchkey</title>"), "the number is of all");
}

#[test]
fn a_head_of_the_table_leads_to_an_address_of_the_view_alone() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let pressed = format!("{HOME}?q=a&last_used=&registered_by=&trusted=&view=q%3Da%26sort%3Dname");
    assert_eq!(ada.get(&pressed).is(303).header("location"), format!("{HOME}?q=a&sort=name"));
    let all = format!("{HOME}?q=&view=");
    assert_eq!(ada.get(&all).is(303).header("location"), HOME);
}

#[test]
fn a_view_that_there_is_not_is_told_in_words() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let page = ada.get(&format!("{HOME}?status=approvd")).is(404);
    assert!(
        page.text().contains("status=approvd: give pending, approved or disapproved."),
        "{}",
        page.text()
    );
}

#[test]
fn without_a_script_a_link_leads_on_to_the_next_hundred() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    for n in 0..103 {
        ada.register(&format!("App {n:03}"));
    }
    let first = ada.get(&format!("{HOME}?sort=name")).is(200);
    assert_eq!((shown(&first).len(), shown(&first)[0].as_str()), (100, "App 000"));
    let (before, _) = first.text().split_once(">Next 100<").expect("there is a link");
    let href = before.rsplit("href=\"").next().unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let next = ada.get(&href).is(200);
    assert_eq!(shown(&next), ["App 100", "App 101", "App 102"]);
    assert!(!next.text().contains("Next 100"));
    assert!(next.text().contains("aria-rowcount=\"104\"") && next.text().contains("aria-rowindex=\"102\""));
}

#[test]
fn the_register_form_works_without_a_script() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let fields = [("name", " Requirements sync "), ("secret", SECRET), ("secret_again", SECRET)];
    let answer = ada.post(HOME, &fields).is(303);
    let key = server.home.json(&["consumer", "list"], "")[0]["key"].as_str().unwrap().to_owned();
    let shown = answer.header("location").to_owned();
    assert_eq!(shown, format!("{HOME}?registered={key}"));
    for _ in 0..2 {
        let page = ada.get(&shown).is(200);
        let told = page.text().split("class=\"registered\"").nth(1).expect("the message is there").to_owned();
        let told = told.split("</section>").next().unwrap();
        assert!(told.contains(&key) && told.contains("Requirements sync"), "the new key is shown: {told}");
        assert!(!told.contains("the same name"), "{told}");
        assert!(!page.text().contains(SECRET), "the secret is not");
    }
    assert_eq!(ada.names().len(), 1, "loading the page again registers nothing");
}

#[test]
fn without_a_script_a_name_in_use_is_pointed_out_whether_the_form_is_accepted_or_not() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    ada.register("Requirements sync");
    let send = |secret| {
        ada.post(HOME, &[("name", "Requirements sync"), ("secret", secret), ("secret_again", secret)])
    };
    let refused = send("short").is(422);
    assert!(refused.text().contains("Another consumer has this name already, or one"), "{}", refused.text());
    let shown = send(SECRET).is(303).header("location").to_owned();
    assert!(ada.get(&shown).is(200).text().contains("Another consumer has the same name"));
    assert_eq!(ada.names().len(), 2, "it is allowed");
}

#[test]
fn an_address_that_names_a_consumer_that_is_not_there_claims_no_registration() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let gone = ada.register("Gone")["key"].as_str().unwrap().to_owned();
    ada.call("remove", &[("key", &gone), ("revision", "1")]).is(200);
    for key in [&*gone, "00000000-0000-4000-8000-000000000000", "two+words", "", "%3Cscript%3E"] {
        let page = ada.get(&format!("{HOME}?registered={key}")).is(200);
        assert!(!page.text().contains("is registered."), "{key}");
    }
}

#[test]
fn the_data_that_the_page_is_made_from_cannot_end_its_element() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    ada.register("</script><script>alert(1)</script><!--");
    let page = ada.get(HOME).is(200);
    let (_, rest) = page.text().split_once("id=\"page-data\"").expect("the data is there");
    let (data, _) = rest.split_once('>').unwrap().1.split_once("</script>").unwrap();
    let data: serde_json::Value =
        serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {data}"));
    let name = &data["listing"]["items"][0]["name"];
    assert_eq!(name, "</script><script>alert(1)</script><!--");
    assert!(!page.text().contains("<script>alert"), "{}", page.text());
}

#[test]
fn a_page_with_a_script_says_what_is_missing_where_it_does_not_run() {
    let server = Home::with_users().serve();
    let page = server.signed_in("ada").get(HOME).is(200);
    let (_, rest) = page.text().split_once("<noscript>").expect("there are words");
    let (words, _) = rest.split_once("</noscript>").unwrap();
    assert!(words.contains("Scripts are switched off"), "{words}");
    assert!(
        page.text().contains("The script of this page has not started."),
        "shown by the style sheet alone"
    );
    assert!(page.text().contains("<meta name=\"format-detection\" content=\"telephone=no\""));
    assert!(!server.visitor().get("/sign-in").is(200).text().contains("<noscript>"), "it needs no script");
}

#[test]
fn the_register_form_tells_what_is_wrong_beside_the_field_and_keeps_the_name() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let refused = |name: &str, secret, again| {
        let fields = [("name", name), ("secret", secret), ("secret_again", again)];
        ada.post(HOME, &fields).is(422).text().to_owned()
    };
    let page = refused("Kept", "short", "short");
    assert!(
        page.contains("Use at least 8 characters; this has 5.") && page.contains("value=\"Kept\""),
        "{page}"
    );
    assert!(refused("Kept", SECRET, "another secret").contains("The two secrets differ."));
    let page = refused("", "short", "short");
    assert!(page.contains("Enter a name.") && page.contains("Use at least 8 characters"), "{page}");
    let page = refused("", SECRET, "another secret");
    assert!(page.contains("Enter a name.") && page.contains("The two secrets differ."), "{page}");
    assert!(refused(&"x".repeat(101), SECRET, SECRET).contains("Use at most 100 characters; this has 101."));
    let script = refused("<script>alert(1)</script>", "short", "short");
    assert!(!script.contains("<script>alert"), "{script}");
    assert_eq!(ada.names(), [""; 0]);
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
fn assets_are_cached_for_good_and_sent_as_small_as_the_client_takes_them() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let page = ada.get(HOME).is(200);
    let fetch = |path: &str, name: &str, value: &str| {
        send(ada.request(Method::GET, path).header(name, value).body(()).unwrap())
    };
    for (ending, media_type) in
        [(".js", "text/javascript"), (".wasm", "application/wasm"), (".css", "text/css")]
    {
        let path = asset(page.text(), ending);
        let whole = fetch(&path, "accept-encoding", "identity").is(200);
        let mut sizes = vec![whole.body.len()];
        let mut tags = vec![whole.header("etag").to_owned()];
        for (accepted, coding) in
            [("gzip", "gzip"), ("gzip, deflate, br", "br"), ("zstd", ""), ("br;q=0", "")]
        {
            let answer = fetch(&path, "accept-encoding", accepted).is(200);
            assert_eq!(answer.header("content-encoding"), coding, "{path} for {accepted}");
            assert_eq!(answer.header("vary").to_lowercase(), "accept-encoding");
            assert!(answer.header("content-type").starts_with(media_type), "{path}");
            assert!(answer.header("cache-control").contains("immutable"));
            if !coding.is_empty() {
                sizes.push(answer.body.len());
                tags.push(answer.header("etag").to_owned());
            }
        }
        assert!(sizes.is_sorted_by(|a, b| a > b), "{path}: whole, gzip, br: {sizes:?}");
        assert!(tags[0] != tags[1] && tags[1] != tags[2], "{tags:?}");
        let known = fetch(&path, "if-none-match", &tags[0]).is(304);
        assert!(known.body.is_empty() && known.header("etag") == tags[0]);
        fetch(&path, "if-none-match", "\"another\"").is(200);
    }
    let icon = ada.get("/favicon.ico").is(200);
    assert_eq!(icon.header("cache-control"), "no-cache", "a name without a hash is asked for again");
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
        let both = ada.bare(Method::POST, path).header("origin", url).header("sec-fetch-site", "cross-site");
        assert_eq!(send(with_form(both, &form)).status, 403, "{path}, one header against the other");
    }
    assert_eq!(ada.names(), [""; 0]);
    for (name, value) in [("origin", url), ("sec-fetch-site", "same-origin")] {
        let request = ada.bare(Method::POST, "/api/page/register").header(name, value);
        send(with_form(request, &form[..2])).is(200);
    }
    let visitor = server.visitor();
    let program =
        with_form(visitor.bare(Method::POST, "/sign-in"), &[("username", "ada"), ("password", "x")]);
    assert_eq!(send(program).status, 401, "a program without a session need not say where it is");
}

#[test]
fn under_a_path_prefix_every_link_has_it_and_requests_may_come_without() {
    let server =
        Home::with_users().serve_with(&[("LATCHKEY_PUBLIC_URL", "http://keys.example/tools/latchkey/")]);
    let ada = server.signed_in("ada");
    for prefix in ["", "/tools/latchkey"] {
        let get = |path: &str| ada.get(&format!("{prefix}{path}"));
        assert_eq!(get("/").is(303).header("location"), format!("/tools/latchkey{HOME}"), "{prefix:?}");
        let page = get(HOME).is(200);
        for attribute in ["href=\"/", "src=\"/", "action=\"/"] {
            for link in page.text().split(attribute).skip(1) {
                assert!(link.starts_with("tools/latchkey/"), "{attribute}{}", &link[..link.len().min(60)]);
            }
        }
        let style = asset(page.text(), ".css");
        ada.get(&style).is(200);
        ada.get(style.strip_prefix("/tools/latchkey").unwrap()).is(200);
        let rows = ada.post(&format!("{prefix}/api/page/rows"), &[]).is(200);
        assert_eq!(rows.json()["total"], 0);
        let visitor = server.visitor();
        visitor.post(&format!("{prefix}/api/page/rows"), &[]).is(401);
        let form = visitor.get(&format!("{prefix}{HOME}")).is(303);
        assert!(form.header("location").starts_with("/tools/latchkey/sign-in?next="), "{form:?}");
        let fields = [("username", "ada"), ("password", support::PASSWORD), ("next", HOME)];
        let signed_in = visitor.post(&format!("{prefix}/sign-in"), &fields).is(303);
        assert_eq!(signed_in.header("location"), format!("/tools/latchkey{HOME}"));
    }
    assert_eq!(ada.get("/tools/latchkey").is(303).header("location"), format!("/tools/latchkey{HOME}"));
    ada.get("/tools/latchkeyhole").is(404);
    let origin = |origin| {
        let request = ada.bare(Method::POST, "/api/page/rows").header("origin", origin);
        send(request.body(()).unwrap()).status
    };
    assert_eq!([origin("http://keys.example"), origin("http://keys.example:81")], [200, 403]);
}

/// That this is a page in plain words, and nothing of a library's.
#[track_caller]
fn in_words<'a>(answer: &'a Answer, words: &str) -> &'a str {
    let text = answer.text();
    assert!(answer.header("content-type").starts_with("text/html"), "{answer:?}");
    assert!(text.contains(words) && text.contains("<h1 id=\"heading\">"), "{text}");
    assert!(!text.contains("deserialize") && !text.contains("duplicate field"), "{text}");
    text
}

#[test]
fn an_address_that_gives_something_twice_is_told_so_by_a_page() {
    let server = Home::with_users().serve();
    let (ada, visitor) = (server.signed_in("ada"), server.visitor());
    for (path, name) in [
        ("/sign-in?next=a&next=b", "next"),
        ("/set-up?token=a&token=b", "token"),
        ("/oauth/approveKey?key=a&key=b", "key"),
        ("/account/applications?revoked=a&revoked=b", "revoked"),
    ] {
        for browser in [&ada, &visitor] {
            let page = browser.get(path).is(400);
            in_words(&page, &format!("gives “{name}” twice"));
        }
    }
}

#[test]
fn a_form_that_gives_a_field_twice_is_told_so_by_a_page_that_repeats_no_secret() {
    let server = Home::with_users().serve();
    let (ada, visitor) = (server.signed_in("ada"), server.visitor());
    for (browser, path, name) in [
        (&visitor, "/sign-in", "password"),
        (&visitor, "/set-up", "password_again"),
        (&ada, "/account/applications", "consumer_key"),
        (&ada, HOME, "secret"),
    ] {
        let page = browser.post(path, &[(name, "hunter2"), (name, "hunter3")]).is(400);
        let text = in_words(&page, &format!("gives “{name}” twice"));
        assert!(!text.contains("hunter"), "{text}");
    }
    assert_eq!(ada.names(), [""; 0]);
}

#[test]
fn a_form_that_is_none_is_told_so_by_a_page() {
    let server = Home::with_users().serve();
    let request = server.visitor().request(Method::POST, "/sign-in").header("content-type", "text/plain");
    in_words(&send(request.body("username=ada").unwrap()).is(415), "application/x-www-form-urlencoded");
}

#[test]
fn an_unknown_page_says_so_and_leads_to_the_start() {
    let server = Home::new().serve();
    let page = Browser::new(&server.url).get("/nowhere").is(404);
    assert!(page.text().contains("Page not found") && page.text().contains("href=\"/\""), "{}", page.text());
}

#[test]
fn the_internal_listener_says_that_the_process_lives_and_nothing_else() {
    let server = Home::new().serve();
    let internal = Browser::new(&server.line("internal listener on "));
    internal.get("/healthz").is(200);
    internal.get(HOME).is(404);
    internal.get("/sign-in").is(404);
}
