//! What was done to a consumer, line by line, in words.

use domain::{Action, Activity, Actor};
use serde_json::Value;
use time::OffsetDateTime;

use crate::line_words::LineWords;

/// A line of a consumer's activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryLine {
    /// When.
    pub at: OffsetDateTime,
    /// By whom.
    pub by: Actor,
    /// From where; `None` for the command line.
    pub address: Option<String>,
    /// What was done: words to begin a sentence with.
    pub what: String,
    /// What it changed, as phrases with before and after.
    pub changes: Vec<String>,
    /// Why, as its author said.
    pub reason: Option<String>,
}

impl HistoryLine {
    /// A line in words. An action that only a later version knows keeps its word.
    pub(super) fn of(line: Activity<Value>) -> Self {
        let changes = LineWords::of(&line).changes;
        let what = match &line.action {
            Action::ConsumerRegistered => "Registered".to_owned(),
            Action::ConsumerRequested => "Asked for".to_owned(),
            Action::ConsumerApproved => "Approved".to_owned(),
            Action::ConsumerDisapproved => "Disapproved".to_owned(),
            Action::ConsumerEdited => "Edited".to_owned(),
            Action::ConsumerRemoved => "Removed".to_owned(),
            Action::AccessAllowed => "Allowed to act for its user".to_owned(),
            Action::AccessDenied => "Not allowed to act for its user".to_owned(),
            Action::TokenIssued => "User signed in".to_owned(),
            Action::TokensRevoked => {
                match line.before.as_ref().and_then(|before| before["username"].as_str()) {
                    Some(username) => format!("{username} signed out"),
                    None => "User signed out".to_owned(),
                }
            }
            other => other_word(other),
        };
        let Activity { at, actor, address, reason, .. } = line;
        Self { at, by: actor, address, what, changes, reason }
    }
}

fn other_word(action: &Action) -> String {
    match serde_json::to_value(action) {
        Ok(Value::String(word)) => word.replace('_', " "),
        _ => "Changed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use domain::{Consumer, ConsumerKey, ConsumerName, Edit, Username};
    use serde_json::json;

    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn line(action: Action, before: Option<Value>, after: Option<Value>) -> Activity<Value> {
        Activity {
            id: 1,
            at: NOW,
            actor: Actor::User(Username::parse("ada").unwrap()),
            action,
            consumer_key: Some(key()),
            address: Some("192.0.2.1".to_owned()),
            before,
            after,
            reason: None,
        }
    }

    fn key() -> ConsumerKey {
        "a-key".parse().unwrap()
    }

    fn consumer() -> Consumer {
        Consumer::register(key(), ConsumerName::parse("App").unwrap(), false, Actor::CommandLine, NOW)
    }

    #[test]
    fn a_change_is_told_with_what_was_before() {
        let edit = Edit { name: Some(ConsumerName::parse("Desk").unwrap()), ..Edit::default() };
        let before = consumer();
        let after = before.edit(&edit, NOW).unwrap().unwrap();
        let told = HistoryLine::of(line(Action::ConsumerEdited, Some(json!(before)), Some(json!(after))));
        assert_eq!((&*told.what, told.changes), ("Edited", vec!["the name from “App” to “Desk”".to_owned()]));
    }

    #[test]
    fn who_was_signed_out_is_named_and_the_words_of_later_versions_stay() {
        let one = line(Action::TokensRevoked, Some(json!({ "username": "grace" })), None);
        assert_eq!(HistoryLine::of(one).what, "grace signed out");
        let later =
            line(Action::Unknown("credential_retired".to_owned()), None, Some(json!({ "hint": "9b21" })));
        let told = HistoryLine::of(later);
        assert_eq!((&*told.what, told.changes.len()), ("credential retired", 0));
    }
}
