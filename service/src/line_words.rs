//! A line of the activity in words: what was done, to what, and what it changed from and to. Never a secret: lines have none.

use domain::{Action, Activity, Consumer, ConsumerKey, User, plain};
use serde_json::Value;

// Marks in a line's `after`.

/// The secret was replaced, which the consumer itself does not show.
pub(crate) const SECRET_CHANGED: &str = "secret_changed";
/// Everybody was signed out, which it does not show either.
pub(crate) const SIGNED_EVERYBODY_OUT: &str = "signed_everybody_out";
/// The decision before it was taken back.
pub(crate) const UNDONE: &str = "undone";

/// A line of the activity in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineWords {
    /// What was done.
    pub deed: String,
    /// To what.
    pub object: Option<Object>,
    /// What it changed, as phrases.
    pub changes: Vec<String>,
}

/// What something was done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// A consumer, with the name that it has in the line.
    Consumer(ConsumerKey, Option<String>),
    /// A user, by username.
    User(String),
}

impl LineWords {
    /// The words of a line.
    pub fn of(line: &Activity<Value>) -> Self {
        let deed = line.action.words().to_owned();
        match line.consumer_key {
            Some(key) => {
                let [before, after] = [line.before.as_ref(), line.after.as_ref()].map(consumer);
                let name = after.as_ref().or(before.as_ref()).map(|consumer| consumer.name.to_string());
                Self {
                    deed,
                    object: Some(Object::Consumer(key, name)),
                    changes: of_consumer(line, before, after),
                }
            }
            None => Self { deed, object: user(line).map(Object::User), changes: of_others(line) },
        }
    }
}

fn consumer(snapshot: Option<&Value>) -> Option<Consumer> {
    let consumer = serde_json::from_value::<Consumer>(snapshot?.clone()).ok()?;
    Some(consumer.with_possible_rights())
}

fn of_consumer(line: &Activity<Value>, before: Option<Consumer>, after: Option<Consumer>) -> Vec<String> {
    let mut changes = match (before, after) {
        (Some(before), Some(after)) => between(&before, &after),
        (None, _) | (_, None) => Vec::new(),
    };
    let marked = |flag| line.after.as_ref().is_some_and(|after| after.get(flag).is_some());
    if marked(SECRET_CHANGED) {
        changes.push("a new consumer secret".to_owned());
    }
    if marked(SIGNED_EVERYBODY_OUT) {
        changes.push("everybody was signed out".to_owned());
    }
    if marked(UNDONE) {
        changes.push("a decision was undone".to_owned());
    }
    changes
}

/// The differences in both directions: what each was, and what it became.
fn between(before: &Consumer, after: &Consumer) -> Vec<String> {
    let (there, back) = (before.differences(after), after.differences(before));
    let of_both = there.iter().zip(&back).map(|(there, back)| {
        match (there.split_once(" to "), back.split_once(" to ")) {
            (Some((what, new)), Some((_, old))) => format!("{what} from {old} to {new}"),
            _ => there.clone(),
        }
    });
    if there.len() == back.len() { of_both.collect() } else { there.clone() }
}

fn user(line: &Activity<Value>) -> Option<String> {
    let snapshot = line.after.as_ref().or(line.before.as_ref())?;
    Some(snapshot.get("username")?.as_str()?.to_owned())
}

fn of_others(line: &Activity<Value>) -> Vec<String> {
    let number = |of: Option<&Value>, name: &str| of?.get(name)?.as_u64();
    let (before, after) = (line.before.as_ref(), line.after.as_ref());
    match &line.action {
        Action::UserAdded => {
            let user = after.cloned().and_then(|user| serde_json::from_value::<User>(user).ok());
            let with = user.filter(|user| user.configure_server).map(|_| "with Configure Server".to_owned());
            with.into_iter().collect()
        }
        Action::VaultRotated => match (number(before, "key_id"), number(after, "key_id")) {
            (Some(old), Some(new)) => vec![format!("from key {old} to key {new}")],
            _ => Vec::new(),
        },
        Action::ActivityPruned => {
            let counts = [("lines", "lines"), ("tokens", "ended tokens"), ("sessions", "ended sessions")];
            let of = |(member, what)| Some(format!("{} {what}", number(after, member).filter(|n| *n > 0)?));
            counts.into_iter().filter_map(of).collect()
        }
        Action::PasskeyAdded | Action::PasskeyRemoved => {
            let name = after.or(before).and_then(|passkey| passkey.get("passkey")?.as_str());
            name.map(|name| format!("“{}”", plain(name))).into_iter().collect()
        }
        // The deed says all of it.
        Action::ConsumerRegistered
        | Action::ConsumerRequested
        | Action::ConsumerApproved
        | Action::ConsumerDisapproved
        | Action::ConsumerEdited
        | Action::ConsumerRemoved
        | Action::UserDisabled
        | Action::UserEnabled
        | Action::UserPermitted
        | Action::UserForbidden
        | Action::PasswordChanged
        | Action::PasswordLinkMade
        | Action::SecondFactorAdded
        | Action::SecondFactorRemoved
        | Action::RecoveryCodesRenewed
        | Action::RecoveryCodeUsed
        | Action::SignedIn
        | Action::SignedOut
        | Action::SessionEnded
        | Action::AccessAllowed
        | Action::AccessDenied
        | Action::TokenIssued
        | Action::TokensRevoked
        | Action::Unknown(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use domain::{Actor, ConsumerName, Edit, Status, Username};
    use serde_json::json;
    use time::OffsetDateTime;

    use super::*;

    fn consumer() -> Consumer {
        let name = ConsumerName::parse("Requirements sync").unwrap();
        Consumer::register(
            "key".parse().unwrap(),
            name,
            false,
            Actor::CommandLine,
            OffsetDateTime::UNIX_EPOCH,
        )
    }

    fn line(action: Action, before: Option<Value>, after: Option<Value>) -> Activity<Value> {
        let is_consumer = after.as_ref().or(before.as_ref()).is_some_and(|value| value.get("key").is_some());
        Activity {
            id: 1,
            at: OffsetDateTime::UNIX_EPOCH,
            actor: Actor::User(Username::parse("ada").unwrap()),
            action,
            consumer_key: is_consumer.then(|| "key".parse().unwrap()),
            address: None,
            before,
            after,
            reason: None,
        }
    }

    #[test]
    fn an_edit_says_what_each_was_and_what_it_became() {
        let before = consumer();
        let edit = Edit { name: Some(ConsumerName::parse("Sync to that").unwrap()), ..Edit::default() };
        let after = before.edit(&edit, before.created_at).unwrap().unwrap();
        let mut snapshot = json!(after);
        snapshot[SECRET_CHANGED] = json!(true);
        let words = LineWords::of(&line(Action::ConsumerEdited, Some(json!(before)), Some(snapshot)));
        assert_eq!(words.deed, "Consumer edited");
        assert_eq!(words.object, Some(Object::Consumer(before.key, Some("Sync to that".to_owned()))));
        let expected = ["the name from “Requirements sync” to “Sync to that”", "a new consumer secret"];
        assert_eq!(words.changes, expected);
    }

    #[test]
    fn a_decision_says_the_status_before_and_after() {
        let before = consumer();
        let after = before.decide(Status::Approved, before.created_at).unwrap();
        let words = LineWords::of(&line(Action::ConsumerApproved, Some(json!(before)), Some(json!(after))));
        assert_eq!(words.changes, ["the status from Pending to Approved"]);
        let removed = LineWords::of(&line(Action::ConsumerRemoved, Some(json!(before)), None));
        assert_eq!((removed.deed.as_str(), removed.changes.len()), ("Consumer removed", 0));
    }

    #[test]
    fn users_keys_and_what_was_pruned_are_named() {
        let bob = json!({
            "username": "bob", "display_name": "bob", "configure_server": true, "disabled": false,
            "created_at": "2026-11-29T08:00:00Z"
        });
        let added = LineWords::of(&line(Action::UserAdded, None, Some(bob)));
        assert_eq!(added.object, Some(Object::User("bob".to_owned())));
        assert_eq!(added.changes, ["with Configure Server"]);
        let rotated = line(Action::VaultRotated, Some(json!({ "key_id": 1 })), Some(json!({ "key_id": 2 })));
        assert_eq!(LineWords::of(&rotated).changes, ["from key 1 to key 2"]);
        let pruned =
            line(Action::ActivityPruned, None, Some(json!({ "lines": 12, "tokens": 0, "sessions": 3 })));
        assert_eq!(LineWords::of(&pruned).changes, ["12 lines", "3 ended sessions"]);
        let later =
            LineWords::of(&line(Action::Unknown("credential_retired".to_owned()), None, Some(json!([]))));
        assert_eq!((later.deed.as_str(), later.object, later.changes.len()), ("credential_retired", None, 0));
    }
}
