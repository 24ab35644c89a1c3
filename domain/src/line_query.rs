//! Which lines of the activity a list has, as parameters say it: `consumer`, `who`, `about`, `what`, `from` and
//! `until`.

use serde::{
    Deserialize as _,
    de::value::{Error, StrDeserializer},
};
use time::{Duration, OffsetDateTime};

use crate::{
    activity::{Action, Actor},
    consumer_key::ConsumerKey,
    time::moment,
    user::Username,
};

/// The length of a date, `2026-11-29`.
const DATE: usize = 10;

/// Which lines of the activity a list has: those that fit every filter. The default is all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineQuery {
    /// What was done to this consumer, or with its access.
    pub consumer: Option<ConsumerKey>,
    /// What this author did.
    pub actor: Option<Actor>,
    /// What was done to this user's account, by others or by its user.
    pub about: Option<Username>,
    /// Actions of this kind.
    pub action: Option<Action>,
    /// What was done from this time on.
    pub from: Option<OffsetDateTime>,
    /// What was done before this time.
    pub until: Option<OffsetDateTime>,
}

/// A parameter that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}={value}: {advice}")]
pub struct NotALineQuery {
    name: &'static str,
    value: String,
    advice: &'static str,
}

impl LineQuery {
    /// The names of the parameters.
    pub const NAMES: [&str; 6] = ["consumer", "who", "about", "what", "from", "until"];

    /// Sets the filter of a parameter; an empty value sets none. Returns whether there is such a parameter.
    pub fn set(&mut self, name: &str, value: &str) -> Result<bool, NotALineQuery> {
        if value.is_empty() {
            return Ok(Self::NAMES.contains(&name));
        }
        let wrong = |name, advice| NotALineQuery { name, value: value.to_owned(), advice };
        match name {
            "consumer" => {
                // A plus sign that was not encoded: no key holds a blank.
                let key = value.replace(' ', "+").parse();
                self.consumer = Some(key.map_err(|_| wrong("consumer", "give a consumer key."))?);
            }
            "who" => self.actor = Some(Actor::from(value.to_owned())),
            "about" => {
                let username = Username::parse(value);
                self.about = Some(username.map_err(|_| wrong("about", "give a username."))?);
            }
            "what" => self.action = Some(action(value)),
            "from" => self.from = Some(time(value, Duration::ZERO).ok_or_else(|| wrong("from", TIME))?),
            "until" => self.until = Some(time(value, Duration::DAY).ok_or_else(|| wrong("until", TIME))?),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

const TIME: &str = "give a date, as 2026-11-29, or a time as RFC 3339 has it.";

/// A time, or a date, to which the given duration is added.
fn time(text: &str, to_date: Duration) -> Option<OffsetDateTime> {
    let at = moment(text)?;
    // The last day that there is ends with its begin.
    Some(if text.len() == DATE { at.checked_add(to_date).unwrap_or(at) } else { at })
}

fn action(word: &str) -> Action {
    Action::deserialize(StrDeserializer::<Error>::new(word))
        .unwrap_or_else(|_| Action::Unknown(word.to_owned()))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn read(parameters: &[(&str, &str)]) -> Result<LineQuery, NotALineQuery> {
        let mut query = LineQuery::default();
        for (name, value) in parameters {
            assert!(query.set(name, value)?, "{name}");
        }
        Ok(query)
    }

    #[test]
    fn every_filter_is_read_and_an_empty_one_is_not_set() {
        let all = [
            ("consumer", "my app"),
            ("who", "the command line"),
            ("about", "grace"),
            ("what", "user_disabled"),
            ("from", "2026-11-01"),
            ("until", "2026-11-29"),
        ];
        let expected = LineQuery {
            consumer: Some("my+app".parse().unwrap()),
            actor: Some(Actor::CommandLine),
            about: Some(Username::parse("grace").unwrap()),
            action: Some(Action::UserDisabled),
            from: Some(datetime!(2026-11-01 0:00 UTC)),
            until: Some(datetime!(2026-11-30 0:00 UTC)),
        };
        assert_eq!(read(&all), Ok(expected));
        assert_eq!(read(&LineQuery::NAMES.map(|name| (name, ""))), Ok(LineQuery::default()));
        for value in ["5", ""] {
            assert_eq!(LineQuery::default().set("limit", value), Ok(false));
        }
    }

    #[test]
    fn a_time_is_exact_and_the_word_of_a_later_version_stays_one() {
        let query = read(&[("until", "2026-11-29T08:30:00Z"), ("what", "credential_retired")]).unwrap();
        assert_eq!(query.until, Some(datetime!(2026-11-29 8:30 UTC)));
        assert_eq!(query.action, Some(Action::Unknown("credential_retired".to_owned())));
    }

    #[test]
    fn what_is_no_filter_is_refused_in_words() {
        for (parameter, words) in [
            (("consumer", "a/b"), "consumer=a/b: give a consumer key."),
            (("about", "the command line"), "about=the command line: give a username."),
            (("from", "yesterday"), "from=yesterday: give a date"),
            (("until", "2026-13-01"), "until=2026-13-01: give a date"),
        ] {
            let refused = read(&[parameter]).unwrap_err().to_string();
            assert!(refused.starts_with(words), "{refused}");
        }
    }
}
