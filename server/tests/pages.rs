//! Pages and assets: the way to them, what they hold before a script runs, and where their links lead.

mod headers;
mod in_words;
mod register_form;

use http::Method;

use crate::support::{
    Browser, Home, PASSWORD, SECRET,
    browser::{Answer, send},
};

const HOME: &str = "/settings/oauth-consumers";

/// The path of the first asset on the page with this ending.
fn asset(page: &str, ending: &str) -> String {
    let end = page.find(&format!("{ending}\"")).expect("the page names the asset") + ending.len();
    let begin = page[..end].rfind('"').unwrap() + 1;
    page[begin..end].to_owned()
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
    let fields = [("username", "ada"), ("password", PASSWORD), ("next", "/settings/oauth-consumers?q=1")];
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
fn without_a_script_a_link_leads_on_to_the_next_rows() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    for n in 0..51 {
        ada.register(&format!("App {n:03}"));
    }
    let first = ada.get(&format!("{HOME}?sort=name")).is(200);
    assert_eq!((shown(&first).len(), shown(&first)[0].as_str()), (48, "App 000"));
    let (before, _) = first.text().split_once(">Next 48<").expect("there is a link");
    let href = before.rsplit("href=\"").next().unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let next = ada.get(&href).is(200);
    assert_eq!(shown(&next), ["App 048", "App 049", "App 050"]);
    assert!(!next.text().contains("Next 48"));
    assert!(next.text().contains("aria-rowcount=\"52\"") && next.text().contains("aria-rowindex=\"50\""));
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
        let fields = [("username", "ada"), ("password", PASSWORD), ("next", HOME)];
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

#[test]
fn the_internal_listener_says_that_the_process_lives_and_nothing_else() {
    let server = Home::new().serve();
    let internal = Browser::new(&server.line("internal listener on "));
    internal.get("/healthz").is(200);
    internal.get(HOME).is(404);
    internal.get("/sign-in").is(404);
}
