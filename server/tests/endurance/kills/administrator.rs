//! An administrator who changes consumers of their own one after the other, by the page's calls and by the API, and keeps
//! a journal of what was acknowledged and what was under way.

use std::{collections::BTreeMap, sync::mpsc::Sender};

use fastrand::Rng;
use http::{Method, Request, request::Builder};
use serde_json::{Value, json};

use crate::support::{
    Browser, SECRET,
    browser::{try_send, with_form},
    signer::{App, Asker, CONSUMERS},
};

/// How many consumers each of them keeps at most.
const MOST: usize = 6;

/// A consumer as it was last acknowledged.
#[derive(Clone, Debug, PartialEq)]
struct Known {
    key: String,
    name: String,
    secret: String,
    status: &'static str,
    callback_url: Option<String>,
    revision: i64,
}

impl Known {
    /// The same, as the program has it.
    fn is(&self, row: &Value) -> bool {
        let expected = json!([self.name, self.status, self.callback_url, self.revision]);
        expected == json!([row["name"], row["status"], row["callback_url"], row["revision"]])
    }

    /// What a request that it signs is refused for, if it is.
    fn problem(&self) -> Option<&'static str> {
        match self.status {
            "approved" => None,
            "pending" => Some("consumer_key_refused"),
            _ => Some("consumer_key_rejected"),
        }
    }
}

#[derive(Clone, Debug)]
enum Change {
    Register {
        name: String,
    },
    /// The consumer at this place.
    Edit {
        at: usize,
        name: String,
        secret: Option<String>,
        callback_url: Option<String>,
    },
    Decide {
        at: usize,
        status: &'static str,
    },
    Remove {
        at: usize,
    },
}

pub struct Administrator {
    name: u64,
    random: Rng,
    consumers: Vec<Known>,
    under_way: Option<Change>,
    pub acknowledged: usize,
    /// Changes that were under way at a kill, and had been made.
    pub made: usize,
    /// And those that had not.
    pub not_made: usize,
}

impl Administrator {
    pub fn new(name: u64, random: Rng) -> Self {
        Self { name, random, consumers: Vec::new(), under_way: None, acknowledged: 0, made: 0, not_made: 0 }
    }

    /// Changes one thing after the other until there is no answer.
    pub fn work(&mut self, ada: &Browser, internal: &str, progress: &Sender<()>) {
        loop {
            let change = self.choose();
            let request = self.request(ada, &change);
            self.under_way = Some(change.clone());
            let Ok(answer) = try_send(request) else { return };
            assert!(matches!(answer.status, 200 | 201 | 204), "{change:?}: {answer:?}");
            let row = (!answer.body.is_empty()).then(|| answer.json());
            self.apply(change, row.as_ref());
            self.under_way = None;
            self.acknowledged += 1;
            // The counter may have reached its limit.
            let _ = progress.send(());
            if self.random.u8(..) < 64 && !self.may_call(internal) {
                return;
            }
        }
    }

    fn choose(&mut self) -> Change {
        let name = format!("{}.{:x}", self.name, self.random.u64(..));
        let count = self.consumers.len();
        if count == 0 || (count < MOST && self.random.u8(..) < 64) {
            return Change::Register { name };
        }
        let at = self.random.usize(..count);
        match self.random.u8(..10) {
            0 => Change::Remove { at },
            1..5 => Change::Edit {
                at,
                secret: self.random.bool().then(|| format!("{SECRET} {name}")),
                callback_url: self.random.bool().then(|| format!("https://app.example/{name}")),
                name,
            },
            _ if self.consumers[at].status == "approved" => Change::Decide { at, status: "disapproved" },
            5 => Change::Decide { at, status: "disapproved" },
            _ => Change::Decide { at, status: "approved" },
        }
    }

    /// The change as the page's script asks for it, or as a program does.
    fn request(&mut self, ada: &Browser, change: &Change) -> Request<String> {
        if self.random.bool() { self.by_the_page(ada, change) } else { self.by_the_api(ada, change) }
    }

    fn by_the_page(&self, ada: &Browser, change: &Change) -> Request<String> {
        let call = |function: &str, form: &[(&str, &str)]| {
            with_form(ada.request(Method::POST, &format!("/api/page/{function}")), form)
        };
        let seen = |at: usize| (&*self.consumers[at].key, self.consumers[at].revision.to_string());
        match change {
            Change::Register { name } => call("register", &[("name", name), ("secret", SECRET)]),
            Change::Edit { at, name, secret, callback_url } => {
                let (key, revision) = seen(*at);
                let fields = [
                    ("key", key),
                    ("revision", &revision),
                    ("name", name),
                    ("secret", secret.as_deref().unwrap_or_default()),
                    ("secret_again", secret.as_deref().unwrap_or_default()),
                    ("callback_urls", callback_url.as_deref().unwrap_or_default()),
                    ("rsa_public_key", ""),
                    ("trusted", "false"),
                    ("may_administer", "false"),
                    ("allow_oauth_1_0", "false"),
                ];
                call("edit", &fields)
            }
            Change::Decide { at, status } => {
                let (key, revision) = seen(*at);
                call(verb(status), &[("key", key), ("revision", &revision)])
            }
            Change::Remove { at } => {
                let (key, revision) = seen(*at);
                call("remove", &[("key", key), ("revision", &revision)])
            }
        }
    }

    fn by_the_api(&self, ada: &Browser, change: &Change) -> Request<String> {
        let call = |method, at: usize, rest: &str| {
            let Known { key, revision, .. } = &self.consumers[at];
            let request = ada.request(method, &format!("{CONSUMERS}/{key}{rest}"));
            request.header("if-match", format!("\"{revision}\""))
        };
        match change {
            Change::Register { name } => {
                with_json(ada.request(Method::POST, CONSUMERS), &json!({ "name": name, "secret": SECRET }))
            }
            Change::Edit { at, name, secret, callback_url } => {
                let mut patch = json!({ "name": name, "callback_url": callback_url });
                if let Some(secret) = secret {
                    patch["secret"] = json!(secret);
                }
                with_json(call(Method::PATCH, *at, ""), &patch)
            }
            Change::Decide { at, status } => {
                call(Method::POST, *at, &format!("/{}", verb(status))).body(String::new()).unwrap()
            }
            Change::Remove { at } => call(Method::DELETE, *at, "").body(String::new()).unwrap(),
        }
    }

    /// What is known once a change is made; the consumer that the program returns has to be the same.
    fn apply(&mut self, change: Change, row: Option<&Value>) {
        let at = match change {
            Change::Remove { at } => {
                self.consumers.remove(at);
                return;
            }
            Change::Register { name } => {
                let key = row.unwrap()["key"].as_str().unwrap().to_owned();
                let (secret, callback_url) = (SECRET.to_owned(), None);
                self.consumers.push(Known {
                    key,
                    name,
                    secret,
                    status: "pending",
                    callback_url,
                    revision: 1,
                });
                self.consumers.len() - 1
            }
            Change::Edit { at, name, secret, callback_url } => {
                let known = &mut self.consumers[at];
                (known.name, known.callback_url) = (name, callback_url);
                known.secret = secret.unwrap_or_else(|| known.secret.clone());
                known.revision += 1;
                at
            }
            Change::Decide { at, status } => {
                let known = &mut self.consumers[at];
                known.revision += i64::from(known.status != status);
                known.status = status;
                at
            }
        };
        let known = &self.consumers[at];
        assert!(known.is(row.unwrap()), "{known:?} is not {row:?}");
    }

    /// Signs as one of the consumers, which has to be answered by its status; false where there is no answer.
    fn may_call(&mut self, internal: &str) -> bool {
        let Some(known) = self.random.choice(&self.consumers) else { return true };
        let app = App {
            key: known.key.clone(),
            secret: known.secret.clone(),
            token: None,
            address: String::new(),
            internal: internal.to_owned(),
            public: String::new(),
        };
        let signed = app.get("https://tool.example/items").sign();
        let Ok(problem) = Asker::new(internal).try_ask(&signed) else { return false };
        assert_eq!(problem.as_deref(), known.problem(), "{known:?}");
        true
    }

    /// Takes its consumers out of what is there after a restart: as they were acknowledged, or with the one change
    /// that was under way.
    pub fn settle(&mut self, rows: &mut BTreeMap<String, Value>, internal: &str) {
        if let Some(change) = self.under_way.take() {
            let found = match &change {
                Change::Register { name } => rows.values().find(|row| row["name"] == **name),
                Change::Edit { at, .. } | Change::Decide { at, .. } | Change::Remove { at } => {
                    rows.get(&self.consumers[*at].key)
                }
            };
            let was_made = match &change {
                Change::Register { .. } => found.is_some(),
                Change::Remove { .. } => found.is_none(),
                Change::Edit { at, .. } | Change::Decide { at, .. } => {
                    let known = &self.consumers[*at];
                    let row = found.unwrap_or_else(|| panic!("{known:?} is lost; under way was {change:?}"));
                    !known.is(row)
                }
            };
            if was_made {
                self.apply(change, found.cloned().as_ref());
                self.made += 1;
            } else {
                self.not_made += 1;
            }
        }
        for known in &self.consumers {
            let row = rows.remove(&known.key).unwrap_or_else(|| panic!("{known:?} is lost"));
            assert!(known.is(&row), "{known:?} is not {row}");
        }
        assert!(self.may_call(internal), "the program answers");
    }
}

fn verb(status: &str) -> &'static str {
    if status == "approved" { "approve" } else { "disapprove" }
}

fn with_json(request: Builder, body: &Value) -> Request<String> {
    request.header("content-type", "application/json").body(body.to_string()).unwrap()
}
