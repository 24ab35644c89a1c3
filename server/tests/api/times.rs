//! Times in answers and exports: always with three fraction digits, so that programs sort them as text.

use crate::support::{
    Home,
    signer::{CONSUMERS, Provider},
};

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
