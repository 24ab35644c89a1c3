//! The page **Activity**: what was done in words, filtered, page by page, and the lines that come while it is open.

use crate::support;

use support::{Home, signer::Provider};

const ACTIVITY: &str = "/settings/activity";

#[test]
fn what_was_done_is_told_in_words_newest_first() {
    let provider = Provider::start();
    let ada = provider.ada();
    let app = provider.pending("Requirements <b>sync</b>");
    provider.decide("approve", &app);
    let page = ada.get(ACTIVITY).is(200);
    let text = page.text();
    for words in [
        "Consumer approved",
        "the status from Pending to Approved",
        "Requirements &lt;b&gt;sync&lt;/b&gt;",
        "the command line",
        "127.0.0.1",
        "User added",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("<b>sync"), "{text}");
    let newer = text.find("<strong>Consumer approved").unwrap();
    assert!(newer < text.find("<strong>Consumer registered").unwrap());
    assert!(text.contains(&format!("/settings/oauth-consumers/{}", app.key)));
}

#[test]
fn filters_are_in_the_address_and_so_are_the_exports_of_what_is_shown() {
    let provider = Provider::start();
    let ada = provider.ada();
    let app = provider.pending("One");
    provider.pending("Two");
    let page = ada.get(&format!("{ACTIVITY}?consumer={}&who=&what=&from=&until=", app.key)).is(200);
    assert!(page.text().contains("One") && !page.text().contains("Two"), "{}", page.text());
    for format in ["csv", "json"] {
        let link = format!("href=\"/api/v1/activity.{format}?consumer={}\"", app.key);
        assert!(page.text().contains(&link), "{link}: {}", page.text());
    }
    let about = ada.get(&format!("{ACTIVITY}?about=GRACE")).is(200);
    assert_eq!(about.text().matches("data-line=").count(), 1, "{}", about.text());
    assert!(about.text().contains("href=\"/settings/activity?about=grace\""), "{}", about.text());
    ada.get(&format!("{ACTIVITY}?about=%3Ci%3E")).is(400);
    let nothing = ada.get(&format!("{ACTIVITY}?who=nobody")).is(200);
    assert!(nothing.text().contains("Nothing fits these filters."), "{}", nothing.text());
    let wrong = ada.get(&format!("{ACTIVITY}?from=%3Ci%3E")).is(400);
    assert!(wrong.text().contains("This filter is not understood"), "{}", wrong.text());
    assert!(!wrong.text().contains("<i>"));
}

#[test]
fn older_lines_are_on_further_pages() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    server.home.sql(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 150) \
         INSERT INTO activity (at, actor, action) SELECT n, 'mallory', 'signed_in' FROM numbers",
    );
    let page = ada.get(&format!("{ACTIVITY}?who=mallory")).is(200);
    assert_eq!(page.text().matches("data-line=").count(), 100);
    let (_, link) = page.text().split_once("href=\"/settings/activity?who=mallory&amp;before=").unwrap();
    let before = link.split('"').next().unwrap();
    let rest = ada.get(&format!("{ACTIVITY}?who=mallory&before={before}")).is(200);
    assert_eq!(rest.text().matches("data-line=").count(), 50);
    assert!(rest.text().contains(">Newest<") && !rest.text().contains(">Older<"));
    // There only for the script, which takes lines out of a page that has too many.
    let all = ada.get(&format!("{ACTIVITY}?who=nobody")).is(200);
    assert!(all.text().contains("aria-label=\"Pages of activity\" hidden"), "{}", all.text());
    assert!(!rest.text().contains("data-live="), "an older page does not change");
}

#[test]
fn more_lines_than_an_answer_has_are_asked_for_page_by_page() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let activity = ada.get("/api/v1/activity?limit=1").is(200).json();
    let latest = activity["items"][0]["id"].as_i64().unwrap();
    server.home.sql(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 250) \
         INSERT INTO activity (at, actor, action) SELECT n, 'mallory', 'signed_in' FROM numbers",
    );
    let lines = format!("{ACTIVITY}/lines?after={latest}");
    let mut numbers = Vec::new();
    let mut before = String::new();
    for rows in [100, 100, 50] {
        let page = ada.get(&format!("{lines}{before}")).is(200);
        let found = page.text().split("data-line=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        let found: Vec<i64> = found.map(|number| number.parse().unwrap()).collect();
        assert_eq!(found.len(), rows);
        let more = page.header("x-more");
        assert_eq!(more.is_empty(), rows < 100, "{more}");
        before = format!("&before={more}");
        numbers.extend(found);
    }
    assert!(numbers.is_sorted_by(|newer, older| newer > older), "{numbers:?}");
    assert!(numbers.iter().all(|number| *number > latest), "{numbers:?}");
    let nothing = ada.get(&format!("{lines}&before={}", numbers.last().unwrap())).is(204);
    assert!(nothing.header("x-more").is_empty());
}

#[test]
fn an_open_page_asks_for_the_lines_that_came_since_and_that_is_no_use_of_the_session() {
    let provider = Provider::start();
    let ada = provider.ada();
    provider.pending("Before");
    let activity = ada.get("/api/v1/activity?limit=1").is(200).json();
    let latest = activity["items"][0]["id"].as_i64().unwrap();
    let lines = format!("{ACTIVITY}/lines?after={latest}");
    assert!(ada.get(&lines).is(204).body.is_empty());
    provider.pending("Af<ter");
    let rows = ada.get(&lines).is(200);
    assert!(rows.text().starts_with("<tr") && rows.text().contains("Af&lt;ter"), "{}", rows.text());
    assert!(!rows.text().contains("Before") && rows.header("x-more").is_empty());
    assert!(ada.get(&format!("{lines}&what=user_added")).is(204).body.is_empty());
    ada.get(&format!("{ACTIVITY}/lines?after=x")).is(400);
    provider.home.sql("UPDATE sessions SET last_seen_at = last_seen_at - 600000");
    ada.get(&lines).is(200);
    provider.home.sql("UPDATE sessions SET last_seen_at = last_seen_at - 1300000");
    ada.get(&lines).is(401);
}
