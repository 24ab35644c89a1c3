//! A line of activity as its row holds it. Every row is one: a line that could not be read would stop the feed, and with it
//! every answer from the cache, for good. What is of another kind is shown as it is.

use domain::{
    Action, Activity, Actor,
    time::{moment, timestamp},
};
use sea_orm::{DbErr, FromQueryResult, QueryResult};
use serde_json::Value;

use crate::database::values::{from_word, nearest_time, text};

/// What is a time in a snapshot of a consumer or a user, or of what was pruned.
const TIMES: [&str; 6] =
    ["created_at", "updated_at", "last_used_at", "ends_at", "disapproved_until", "before"];

/// A line of activity.
#[derive(Debug)]
pub(super) struct Line(pub(super) Activity<Value>);

impl FromQueryResult for Line {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let text = |name: &str| text(row, prefix, name);
        let json = |name: &str| {
            let json = row.try_get::<Option<Value>>(prefix, name);
            json.unwrap_or_else(|_| text(name).map(Value::String)).map(with_whole_times)
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

/// Earlier versions cut zeros at the end of a time, so that times did not sort as text.
fn with_whole_times(mut snapshot: Value) -> Value {
    let Value::Object(members) = &mut snapshot else { return snapshot };
    for name in TIMES {
        if let Some(Value::String(time)) = members.get_mut(name)
            && let Some(at) = moment(time)
        {
            *time = timestamp(at);
        }
    }
    snapshot
}
