//! The activity list held against the consumers: replaying it has to yield the table.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::Browser;

/// The state that the activity list has led to so far.
#[derive(Debug, Default)]
pub struct Told {
    last: i64,
    consumers: BTreeMap<String, Value>,
    tokens: usize,
    /// The lines that report a change of a consumer.
    pub changes: Vec<Value>,
    /// The number of the last of them.
    pub last_change: i64,
}

/// A consumer as the activity list and the table both know it: without fields whose changes make no activity.
fn as_told(consumer: &Value) -> Value {
    let fields = [
        "key",
        "name",
        "status",
        "trusted",
        "trusted_wished",
        "may_administer",
        "allow_oauth_1_0",
        "callback_url",
        "callback_urls",
        "owner",
        "contact",
        "note",
        "functional_user",
        "networks",
        "ends_at",
        "reason",
        "created_at",
        "created_by",
        "updated_at",
        "revision",
    ];
    fields.iter().map(|field| ((*field).to_owned(), consumer[field].clone())).collect()
}

impl Told {
    /// Reads the lines since the last time. Each has to go on from what the lines before it made.
    pub fn read_on(&mut self, ada: &Browser) {
        let mut lines = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = ada.get(&format!("/api/v1/activity?limit=500{cursor}")).is(200).json();
            let items = page["items"].as_array().unwrap();
            let new = items.iter().filter(|line| line["id"].as_i64().unwrap() > self.last);
            lines.extend(new.cloned());
            let reached = lines.len() % 500 != 0 || items.is_empty();
            match page["next_cursor"].as_str().filter(|_| !reached) {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        lines.iter().rev().for_each(|line| self.read(line));
    }

    fn read(&mut self, line: &Value) {
        let id = line["id"].as_i64().unwrap();
        assert!(id > self.last, "{line}");
        self.last = id;
        self.tokens += usize::from(line["action"] == "token_issued");
        let (before, after) = (&line["before"], &line["after"]);
        let changed = line["consumer_key"].as_str().filter(|_| !before.is_null() || !after.is_null());
        let Some(key) = changed else { return };
        self.changes.push(line.clone());
        self.last_change = id;
        let was = self.consumers.remove(key);
        assert_eq!(was, (!before.is_null()).then(|| as_told(before)), "{line}");
        if !after.is_null() {
            self.consumers.insert(key.to_owned(), as_told(after));
        }
    }

    /// How many tokens were issued.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// Asserts that these consumers are those of the activity list, and no others.
    #[track_caller]
    pub fn is(&self, rows: &BTreeMap<String, Value>) {
        let rows: BTreeMap<_, _> = rows.iter().map(|(key, row)| (key.clone(), as_told(row))).collect();
        assert_eq!(self.consumers, rows);
    }
}
