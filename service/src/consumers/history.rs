//! What was done to a consumer, line by line, in words.

use domain::{Action, Activity, Actor, Consumer, Event};
use serde_json::Value;
use store::feed;
use time::OffsetDateTime;

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
    /// What it changed, as phrases with after and before.
    pub changes: Vec<String>,
    /// Why, as its author said.
    pub reason: Option<String>,
}

impl HistoryLine {
    /// A line in words. An action that only a later version knows keeps its word.
    pub(super) fn of(line: Activity<Value>) -> Self {
        let changes = changes(&line);
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

/// What a line says has changed, with what was there before.
fn changes(line: &Activity<Value>) -> Vec<String> {
    let before = line.before.clone().and_then(|before| serde_json::from_value::<Consumer>(before).ok());
    let before = before.map(Consumer::with_possible_rights);
    let mut changes = Vec::new();
    // A line of a later version may hold what this one cannot read: its word is shown all the same.
    if let (Some(before), Ok(Some(Event::Consumer(after)))) = (before, feed::event(line)) {
        // The same fields, told from both ends.
        let pairs = before.differences(&after).into_iter().zip(after.differences(&before));
        changes.extend(pairs.map(|(to, from)| match from.split_once(" to ") {
            Some((_, was)) => format!("{to} (before: {was})"),
            None => to,
        }));
    }
    // Changes that the consumer itself does not show, as `change.rs` marks them.
    for (mark, words) in
        [("secret_changed", "the consumer secret"), ("signed_everybody_out", "everybody was signed out")]
    {
        if line.after.as_ref().is_some_and(|after| after.get(mark).is_some()) {
            changes.push(words.to_owned());
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use domain::{ConsumerKey, ConsumerName, Edit, Status, Username};
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

    fn json(consumer: &Consumer) -> Value {
        serde_json::to_value(consumer).unwrap()
    }

    #[test]
    fn a_change_is_told_with_what_was_before() {
        let edit = Edit { name: Some(ConsumerName::parse("Desk to desk").unwrap()), ..Edit::default() };
        let before = consumer();
        let after = before.edit(&edit, NOW).unwrap().unwrap().decide(Status::Approved, NOW).unwrap();
        let told = HistoryLine::of(line(Action::ConsumerEdited, Some(json(&before)), Some(json(&after))));
        assert_eq!(told.what, "Edited");
        let expected =
            ["the name to “Desk to desk” (before: “App”)", "the status to Approved (before: Pending)"];
        assert_eq!(told.changes, expected);
    }

    #[test]
    fn what_the_consumer_does_not_show_is_told_too() {
        let mut after = json(&consumer());
        after["secret_changed"] = true.into();
        after["signed_everybody_out"] = true.into();
        let told = HistoryLine::of(line(Action::ConsumerEdited, Some(json(&consumer())), Some(after)));
        assert_eq!(told.changes, ["the consumer secret", "everybody was signed out"]);
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
