//! A view of the consumers, as the address of a page or a call of the API says it: what is searched for, which filters are
//! set, and the order. It is relative to now; `at` makes the query of a given time.

use std::{fmt, str::FromStr};

use form_urlencoded::{Serializer, parse};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::{
    activity::Actor,
    consumer::{Consumer, Status},
    order::{ORDERS, Order, SORTS, Sort},
    query::{ConsumerQuery, Span, Used},
    words::{Words, written},
};

/// When a consumer was last used, relative to now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum LastUsed {
    /// Not once.
    #[serde(rename = "never")]
    Never,
    /// In the last day.
    #[serde(rename = "1d")]
    InADay,
    /// Not for 30 days, though it was registered by then.
    #[serde(rename = "not-30d")]
    NotFor30Days,
    /// Not for 90 days, though it was registered by then.
    #[serde(rename = "not-90d")]
    NotFor90Days,
    /// Not for 365 days, though it was registered by then.
    #[serde(rename = "not-365d")]
    NotFor365Days,
}

impl LastUsed {
    /// The same at a given time.
    pub fn at(self, now: OffsetDateTime) -> Used {
        let before = |days| now.checked_sub(Duration::days(days)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        match self {
            Self::Never => Used::Never,
            Self::InADay => Used::After(before(1)),
            Self::NotFor30Days => Used::NotAfter(before(30)),
            Self::NotFor90Days => Used::NotAfter(before(90)),
            Self::NotFor365Days => Used::NotAfter(before(365)),
        }
    }
}

/// How long before its end a consumer ends soon.
const SOON: Duration = Duration::days(30);

/// When a consumer ends, relative to now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Ends {
    /// In the next 30 days.
    #[serde(rename = "soon")]
    Soon,
}

impl Ends {
    /// The same at a given time.
    pub fn at(self, now: OffsetDateTime) -> Span {
        match self {
            Self::Soon => Span { after: now, until: now.saturating_add(SOON) },
        }
    }
}

const STATUSES: &Words<Status> =
    &[("pending", Status::Pending), ("approved", Status::Approved), ("disapproved", Status::Disapproved)];

const LAST_USES: &Words<LastUsed> = &[
    ("never", LastUsed::Never),
    ("1d", LastUsed::InADay),
    ("not-30d", LastUsed::NotFor30Days),
    ("not-90d", LastUsed::NotFor90Days),
    ("not-365d", LastUsed::NotFor365Days),
];

const ENDS: &Words<Ends> = &[("soon", Ends::Soon)];

const SWITCHES: &Words<bool> = &[("true", true), ("false", false)];

/// What of an address is not one of a view.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    /// A value that its name does not take.
    #[error("{name}={value}: give {allowed}.")]
    Value {
        /// The name.
        name: &'static str,
        /// The value.
        value: String,
        /// What it takes, in words.
        allowed: String,
    },
    /// A name that no view has.
    #[error("{0}: there is no such parameter; {names} are.", names = View::names())]
    Name(String),
    /// A name that is there twice.
    #[error("{0} is given twice.")]
    Twice(String),
}

/// A view of the consumers. The default is all of them, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// `q`: a part of a text of the consumer, as it was typed.
    pub text: Option<String>,
    /// `status`
    pub status: Option<Status>,
    /// `last_used`
    pub last_used: Option<LastUsed>,
    /// `registered_by`: a username, *the command line* or *by request*.
    pub registered_by: Option<Actor>,
    /// `trusted`
    pub trusted: Option<bool>,
    /// `ends`
    pub ends: Option<Ends>,
    /// `sort`
    pub sort: Sort,
    /// `order`; `None` is the usual one of the column.
    pub order: Option<Order>,
}

impl View {
    /// The names that an address may have, in the order in which it is written.
    pub const NAMES: [&str; 8] =
        ["q", "status", "last_used", "registered_by", "trusted", "ends", "sort", "order"];

    /// The same in words.
    pub fn names() -> String {
        listed(&Self::NAMES, "and")
    }

    /// Sets what this name of an address says; returns whether there is such a name. An empty value is one that is not set:
    /// forms send it so.
    pub fn set(&mut self, name: &str, value: &str) -> Result<bool, ViewError> {
        let given = Some(value).filter(|value| !value.is_empty());
        match name {
            "q" => self.text = given.map(str::to_owned),
            "status" => self.status = given.map(|value| read("status", value, STATUSES)).transpose()?,
            "last_used" => {
                self.last_used = given.map(|value| read("last_used", value, LAST_USES)).transpose()?;
            }
            "registered_by" => self.registered_by = given.map(|value| Actor::from(value.to_owned())),
            "trusted" => self.trusted = given.map(|value| read("trusted", value, SWITCHES)).transpose()?,
            "ends" => self.ends = given.map(|value| read("ends", value, ENDS)).transpose()?,
            "sort" => {
                self.sort = given.map(|value| read("sort", value, SORTS)).transpose()?.unwrap_or_default();
            }
            "order" => self.order = given.map(|value| read("order", value, ORDERS)).transpose()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The names and values of the address, without what is as usual.
    fn pairs(&self) -> impl Iterator<Item = (&'static str, String)> {
        let sort = Some(self.sort).filter(|sort| *sort != Sort::default());
        let values = [
            self.text.clone(),
            self.status.map(|status| written(status, STATUSES)),
            self.last_used.map(|last_used| written(last_used, LAST_USES)),
            self.registered_by.as_ref().map(Actor::to_string),
            self.trusted.map(|trusted| written(trusted, SWITCHES)),
            self.ends.map(|ends| written(ends, ENDS)),
            sort.map(|sort| written(sort, SORTS)),
            self.order.map(|order| written(order, ORDERS)),
        ];
        Self::NAMES.into_iter().zip(values).filter_map(|(name, value)| Some((name, value?)))
    }

    /// The query of this view at a given time, from the first row on.
    pub fn at(&self, now: OffsetDateTime) -> ConsumerQuery {
        ConsumerQuery {
            status: self.status,
            text: self.text.clone(),
            used: self.last_used.map(|last_used| last_used.at(now)),
            registered_by: self.registered_by.clone(),
            trusted: self.trusted,
            ends: self.ends.map(|ends| ends.at(now)),
            undecided_since: None,
            sort: self.sort,
            order: self.order,
            after: None,
        }
    }

    /// The direction, which is the usual one of the column where none is set.
    pub fn order(&self) -> Order {
        self.order.unwrap_or(self.sort.usual_order())
    }

    /// Whether a consumer is in the view at a given time.
    pub fn fits(&self, consumer: &Consumer, now: OffsetDateTime) -> bool {
        self.at(now).fits(consumer)
    }
}

/// Written as the query of an address, without the `?`; empty for the default.
impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Serializer::new(String::new()).extend_pairs(self.pairs()).finish())
    }
}

/// Reads the query of an address, without the `?`.
impl FromStr for View {
    type Err = ViewError;

    fn from_str(query: &str) -> Result<Self, ViewError> {
        let mut view = Self::default();
        let mut seen = Vec::new();
        for (name, value) in parse(query.as_bytes()) {
            if seen.contains(&name) {
                return Err(ViewError::Twice(name.into_owned()));
            }
            if !view.set(&name, &value)? {
                return Err(ViewError::Name(name.into_owned()));
            }
            seen.push(name);
        }
        Ok(view)
    }
}

fn read<T: Copy>(name: &'static str, value: &str, words: &Words<T>) -> Result<T, ViewError> {
    let found = words.iter().find(|(word, _)| *word == value);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        ViewError::Value { name, value: value.to_owned(), allowed: listed(&words, "or") }
    })
}

/// `a, b or c`
fn listed(words: &[&str], last: &str) -> String {
    match words {
        [others @ .., word] if !others.is_empty() => format!("{} {last} {word}", others.join(", ")),
        _ => words.concat(),
    }
}

#[cfg(test)]
mod tests;
