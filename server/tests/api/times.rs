//! Times in answers and exports: always with three fraction digits, so that programs sort them as text.

use serde_json::Value;

use crate::support::{
    Home,
    signer::{CONSUMERS, Provider},
};

/// A line of activity of each kind that the first version wrote, which cut zeros at the end of a fraction.
const FIRST_LINES: &str = include_str!("../../../domain/tests/lines/0.1.jsonl");

/// The times in a text, whatever else it holds.
fn times(text: &str) -> Vec<&str> {
    let is_time = |part: &&str| {
        let bytes = part.as_bytes();
        bytes.len() > 19 && (bytes[4], bytes[7], bytes[10], bytes[13]) == (b'-', b'-', b'T', b':')
    };
    text.split(['"', ',', ' ', '\r', '\n']).filter(is_time).collect()
}

#[test]
fn every_time_has_three_fraction_digits_and_sorts_as_text() {
    let home = Home::with_users();
    // On the second, and with zeros at the end, which a writer may cut.
    let expected = ["2025-11-28T09:30:23.000Z", "2025-11-28T09:30:23.100Z", "2025-11-28T09:30:23.120Z"];
    for (name, second) in ["First", "Second", "Third"].into_iter().zip(["23000", "23100", "23120"]) {
        let key = home.register(name);
        let at = format!("17643222{second}");
        home.sql(&format!(
            "UPDATE consumers SET created_at = {at}, updated_at = {at}, last_used_at = {at}, ends_at = {at} WHERE key = '{key}'"
        ));
        home.sql(&format!("UPDATE activity SET at = {at} WHERE consumer_key = '{key}'"));
    }
    home.sql(
        "UPDATE users SET created_at = 1764322223100, signed_in_at = 1764322223100 WHERE username = 'grace'",
    );
    let shown = home.run(&["consumer", "list", "--json"], "").stdout;
    let provider = Provider::in_home(home, &[]);
    let ada = provider.ada();
    let read = |path: &str| ada.get(path).is(200).text().to_owned();
    for text in [
        shown,
        read(CONSUMERS),
        read("/api/v1/consumers.csv"),
        read("/api/v1/consumers.json"),
        read("/api/v1/activity"),
        read("/api/v1/activity.csv"),
        read("/api/v1/activity.json"),
        ada.call("rows", &[]).is(200).text().to_owned(),
    ] {
        let mut times = times(&text);
        assert!(times.iter().all(|time| time.len() == expected[0].len() && time.ends_with('Z')), "{times:?}");
        times.sort_unstable();
        times.dedup();
        assert!(times.starts_with(&expected), "{times:?}: {text}");
    }
    for path in ["/api/v1/users", "/api/v1/users/grace"] {
        let text = read(path);
        let times = times(&text);
        assert!(times.contains(&expected[1]), "{text}");
        assert!(times.iter().all(|time| time.len() == expected[0].len()), "{times:?}");
    }
}

#[test]
fn the_times_in_lines_of_the_first_version_have_three_fraction_digits_too() {
    let home = Home::with_users();
    let rows = FIRST_LINES.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        let cell = |name: &str| match &line[name] {
            Value::Null => "NULL".to_owned(),
            Value::String(text) => format!("'{text}'"),
            json => format!("'{json}'"),
        };
        let cells = ["actor", "action", "consumer_key", "address", "before", "after"].map(cell);
        format!("(1764322223100, {})", cells.join(", "))
    });
    let rows = rows.collect::<Vec<_>>().join(", ");
    home.sql(&format!(
        "INSERT INTO activity (at, actor, action, consumer_key, address, \"before\", \"after\") VALUES {rows}"
    ));
    let provider = Provider::in_home(home, &[]);
    for path in ["/api/v1/activity?limit=500", "/api/v1/activity.json"] {
        let text = provider.ada().get(path).is(200).text().to_owned();
        let times = times(&text);
        assert!(times.contains(&"2026-11-23T08:00:00.500Z"), "{path}: {times:?}");
        assert!(times.iter().all(|time| time.len() == 24), "{path}: {times:?}");
    }
}
