//! A tab: it shows what its event stream reports, and changes what it shows, at the revision that it last received.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use http::Method;
use serde_json::{Value, json};

use crate::support::{
    Browser, Stream,
    browser::{Answer, send},
    signer::{CONSUMERS, send_json},
    stream::Event,
};

/// How many consumers the tabs change, few so that they collide.
const FEW: usize = 6;

/// A change that was made: to which consumer, from which revision, and what it became.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    pub key: String,
    /// `None` where it was registered.
    from: Option<i64>,
    /// Name and status; `None` where it was removed.
    became: Option<(String, String)>,
}

impl Change {
    fn new(key: &str, from: Option<i64>, became: &Value) -> Self {
        let word = |field: &str| became[field].as_str().unwrap().to_owned();
        let became = (!became.is_null()).then(|| (word("name"), word("status")));
        Self { key: key.to_owned(), from, became }
    }

    /// What a line of the activity list reports.
    pub fn by_line(line: &Value) -> Self {
        Self::new(line["consumer_key"].as_str().unwrap(), line["before"]["revision"].as_i64(), &line["after"])
    }

    pub fn is_removal(&self) -> bool {
        self.became.is_none()
    }
}

pub struct Tab {
    number: u64,
    person: Browser,
    random: Rng,
    stream: Stream,
    rows: BTreeMap<String, Value>,
    removed: BTreeSet<String>,
    /// The number of the last event.
    seen: i64,
    pub accepted: Vec<Change>,
    pub asked_to_remove: Vec<Change>,
    pub refused: usize,
}

impl Tab {
    pub fn open(number: u64, person: &Browser, random: Rng) -> Self {
        let read = read(person);
        let seen = read["seen"].as_i64().unwrap();
        let stream = person.events_after(&seen.to_string());
        stream.expect("ready");
        Self {
            number,
            person: person.clone(),
            random,
            stream,
            rows: rows(&read),
            removed: BTreeSet::new(),
            seen,
            accepted: Vec::new(),
            asked_to_remove: Vec::new(),
            refused: 0,
        }
    }

    /// Does one thing to one of the consumers it shows, by the page's calls or by the API.
    pub fn act(&mut self) {
        while let Some(event) = self.stream.waiting() {
            self.take(&event);
        }
        let name = format!("{}.{:x}", self.number, self.random.u64(..));
        if self.rows.len() < FEW {
            let consumer = self.person.register(&name);
            self.accepted.push(Change::new(consumer["key"].as_str().unwrap(), None, &consumer));
            self.show(consumer);
            return;
        }
        let at = self.random.usize(..self.rows.len());
        let consumer = self.rows.values().nth(at).unwrap().clone();
        let by_the_page = self.random.bool();
        match self.random.u8(..12) {
            0 => self.remove(&consumer, by_the_page),
            1..6 => self.rename(&consumer, &name, by_the_page),
            6..9 => self.decide(&consumer, "approve", "approved", by_the_page),
            _ => self.decide(&consumer, "disapprove", "disapproved", by_the_page),
        }
    }

    fn rename(&mut self, consumer: &Value, name: &str, by_the_page: bool) {
        let (key, revision) = named(consumer);
        let answer = if by_the_page {
            let fields = [
                ("key", key),
                ("revision", &revision),
                ("name", name),
                ("secret", ""),
                ("callback_urls", ""),
                ("rsa_public_key", ""),
                ("trusted", "false"),
                ("may_administer", "false"),
                ("allow_oauth_1_0", "false"),
            ];
            self.person.call("edit", &fields)
        } else {
            let request = self.person.request(Method::PATCH, &format!("{CONSUMERS}/{key}"));
            send_json(request.header("if-match", format!("\"{revision}\"")), &json!({ "name": name }))
        };
        if let Some(now) = self.answered(&answer) {
            assert_eq!(now["name"], *name);
            self.accepted.push(Change::new(key, consumer["revision"].as_i64(), &now));
            self.show(now);
        }
    }

    fn decide(&mut self, consumer: &Value, verb: &str, status: &str, by_the_page: bool) {
        let (key, revision) = named(consumer);
        let answer = if by_the_page {
            self.person.call(verb, &[("key", key), ("revision", &revision)])
        } else {
            let request = self.person.request(Method::POST, &format!("{CONSUMERS}/{key}/{verb}"));
            send(request.header("if-match", format!("\"{revision}\"")).body(()).unwrap())
        };
        if let Some(mut now) = self.answered(&answer) {
            // Who was faster, beside the members of the consumer.
            now.as_object_mut().unwrap().remove("by_another");
            assert_eq!(now["status"], *status);
            let from = consumer["revision"].as_i64();
            // Otherwise it was decided already, and nothing was changed.
            if now["revision"].as_i64() == from.map(|from| from + 1) {
                self.accepted.push(Change::new(key, from, &now));
            }
            self.show(now);
        }
    }

    fn remove(&mut self, consumer: &Value, by_the_page: bool) {
        let (key, revision) = named(consumer);
        let answer = if by_the_page {
            self.person.call("remove", &[("key", key), ("revision", &revision)])
        } else {
            let request = self.person.request(Method::DELETE, &format!("{CONSUMERS}/{key}"));
            send(request.header("if-match", format!("\"{revision}\"")).body(()).unwrap())
        };
        if [200, 204].contains(&answer.status) {
            // It may have been gone already.
            self.asked_to_remove.push(Change::new(key, consumer["revision"].as_i64(), &Value::Null));
            self.rows.remove(key);
            self.removed.insert(key.to_owned());
        } else {
            assert!(self.answered(&answer).is_none());
        }
    }

    /// The consumer as it is after a change; `None` where another tab was faster.
    fn answered(&mut self, answer: &Answer) -> Option<Value> {
        if answer.status == 200 {
            return Some(answer.json());
        }
        assert!([404, 409, 412].contains(&answer.status), "{answer:?}");
        self.refused += 1;
        None
    }

    /// Applies an event as the page does: late ones undo nothing.
    fn take(&mut self, event: &Event) {
        match event.name.as_str() {
            "consumer" => self.show(event.json()),
            "removed" => {
                let key = event.json()["key"].as_str().unwrap().to_owned();
                self.rows.remove(&key);
                self.removed.insert(key);
            }
            "resync" => {
                self.rows = rows(&read(&self.person));
            }
            other => panic!("there is no event {other}"),
        }
        self.seen = event.id.parse().unwrap();
    }

    fn show(&mut self, consumer: Value) {
        let key = consumer["key"].as_str().unwrap().to_owned();
        let is_newer = self
            .rows
            .get(&key)
            .is_none_or(|shown| shown["revision"].as_i64() <= consumer["revision"].as_i64());
        if is_newer && !self.removed.contains(&key) {
            self.rows.insert(key, consumer);
        }
    }

    /// Waits until it has received the change of this number.
    pub fn catch_up(&mut self, last: i64) {
        while self.seen < last {
            let event = self.stream.next();
            self.take(&event);
        }
    }

    /// The rows that it shows, by key.
    pub fn shown(&self) -> &BTreeMap<String, Value> {
        &self.rows
    }
}

/// A consumer's key and the revision that a change of it names.
fn named(consumer: &Value) -> (&str, String) {
    (consumer["key"].as_str().unwrap(), consumer["revision"].to_string())
}

fn read(person: &Browser) -> Value {
    person.call("rows", &[]).is(200).json()
}

fn rows(read: &Value) -> BTreeMap<String, Value> {
    let rows = read["items"].as_array().unwrap().iter();
    rows.map(|row| (row["key"].as_str().unwrap().to_owned(), row.clone())).collect()
}
