//! What is typed into **Edit consumer**: a signal for each field, what each showed before, and what of it is sent.

use std::fmt::Display;

use domain::{Consumer, ConsumerKey, ConsumerName, ConsumerSecret, FieldError, error::FieldErrors};
use leptos::prelude::*;

use super::{
    calls,
    fields::{
        ALLOW_OAUTH_1_0, CHECKS, FIELDS, MAY_ADMINISTER, NAME, TEXTS, TRUSTED, Values, is_ticked, values,
        word,
    },
    secret_fields::SecretPair,
};
use crate::console::request::Pending;

/// What is typed, and what was there before.
#[derive(Clone, Copy)]
pub(super) struct EditForm {
    texts: [RwSignal<String>; TEXTS],
    checks: [RwSignal<bool>; CHECKS],
    pub(super) secrets: SecretPair,
    before: StoredValue<Values>,
}

impl EditForm {
    /// The form on a consumer as it is.
    pub(super) fn new(consumer: &Consumer) -> Self {
        let shown = values(consumer);
        Self {
            texts: std::array::from_fn(|at| RwSignal::new(shown[at].clone())),
            checks: std::array::from_fn(|at| RwSignal::new(is_ticked(&shown[TEXTS + at]))),
            secrets: SecretPair::new(String::new(), String::new()),
            before: StoredValue::new(shown),
        }
    }

    /// The signal of a text.
    pub(super) fn text(self, at: usize) -> RwSignal<String> {
        self.texts[at]
    }

    /// The signal of a checkbox.
    pub(super) fn check(self, at: usize) -> RwSignal<bool> {
        self.checks[at - TEXTS]
    }

    /// What a field shows.
    pub(super) fn value(self, at: usize) -> String {
        if at < TEXTS { self.text(at).get() } else { word(self.check(at).get()) }
    }

    /// Has a field show something else.
    pub(super) fn set(self, at: usize, value: &str) {
        if at < TEXTS {
            self.text(at).set(value.to_owned());
        } else {
            self.check(at).set(is_ticked(value));
        }
    }

    /// What all fields show.
    pub(super) fn now(self) -> Values {
        untrack(|| (0..TEXTS + CHECKS).map(|at| self.value(at)).collect())
    }

    /// What they showed before they were changed here.
    pub(super) fn before(self) -> Values {
        self.before.get_value()
    }

    /// Has the fields show these, as changes of what another administrator has saved.
    pub(super) fn show_over(self, shown: &Values, saved: Values) {
        for (at, value) in shown.iter().enumerate() {
            self.set(at, value);
        }
        self.before.set_value(saved);
    }

    /// What is wrong by those of the server's rules that are known here.
    pub(super) fn wrong(self) -> Vec<FieldError> {
        let mut errors = FieldErrors::default();
        self.text(NAME).with_untracked(|name| errors.take("name", ConsumerName::parse(name)));
        let mut errors = errors.into_vec();
        let (secret, again) = (self.secrets.first.get_untracked(), self.secrets.again.get_untracked());
        if !(secret.is_empty() && again.is_empty()) {
            errors.extend(ConsumerSecret::parse_twice(&secret, &again).err());
        }
        errors
    }

    /// Saves what was changed, and nothing else: an emptied text is sent, too, and takes away what was there.
    pub(super) fn send(self, key: ConsumerKey, revision: i64) -> Pending<Consumer> {
        let (now, before) = (self.now(), self.before());
        let ticks = [TRUSTED, MAY_ADMINISTER, ALLOW_OAUTH_1_0].map(|at| is_ticked(&now[at]));
        let secrets = (self.secrets.first.get_untracked(), self.secrets.again.get_untracked());
        let mut fields: Vec<(&'static str, &dyn Display)> = vec![
            ("key", &key),
            ("revision", &revision),
            ("secret", &secrets.0),
            ("secret_again", &secrets.1),
        ];
        for at in (0..TEXTS + CHECKS).filter(|at| now[*at] != before[*at]) {
            let value: &dyn Display = if at < TEXTS { &now[at] } else { &ticks[at - TEXTS] };
            fields.push((FIELDS[at].name, value));
        }
        calls::edit(&fields)
    }
}
