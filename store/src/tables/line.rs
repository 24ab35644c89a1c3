//! A line of activity as its row holds it. Every row is one: a line that could not be read would stop the feed, and with it
//! every answer from the cache, for good. What is of another kind is shown as it is.

use domain::{Action, Activity, Actor};
use sea_orm::{DbErr, FromQueryResult, QueryResult};
use serde_json::Value;

use crate::database::values::{from_word, nearest_time, text};

/// A line of activity.
#[derive(Debug)]
pub(super) struct Line(pub(super) Activity<Value>);

impl FromQueryResult for Line {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let text = |name: &str| text(row, prefix, name);
        let json = |name: &str| {
            let json = row.try_get::<Option<Value>>(prefix, name);
            json.unwrap_or_else(|_| text(name).map(Value::String))
        };
        let at = row.try_get::<i64>(prefix, "at").unwrap_or_default();
        let action = text("action").unwrap_or_default();
        Ok(Self(Activity {
            id: row.try_get(prefix, "id")?,
            at: nearest_time(at),
            actor: Actor::from(text("actor").unwrap_or_default()),
            action: from_word(action.clone(), "an action").unwrap_or(Action::Unknown(action)),
            // A key that only a later version understands names no consumer of this one.
            consumer_key: text("consumer_key").and_then(|key| key.parse().ok()),
            address: text("address"),
            before: json("before"),
            after: json("after"),
            reason: text("reason"),
        }))
    }
}
