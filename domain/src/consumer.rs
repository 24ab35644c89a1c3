//! A consumer, the rules for its name and secret, and what each decision does to it.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use zeroize::Zeroizing;

pub use crate::consumer_key::{ConsumerKey, NotAConsumerKey};
pub use crate::text::TextError;
use crate::{activity::Actor, error::FieldError, text};

/// What people call a consumer: 1 to 100 characters after trimming, no control characters. Need not be unique.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConsumerName(String);

impl ConsumerName {
    /// Trims and checks a name.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let trimmed = text.trim();
        text::check("name", trimmed, 1..=100)?;
        Ok(Self(trimmed.to_owned()))
    }

    /// The name exactly as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name as it may stand in a line of ours. Strangers choose it: what could turn the direction of the words around it,
/// or end what keeps it apart from them (`<bdi>`), is left out.
impl fmt::Display for ConsumerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let turns =
            |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
        self.0.split(turns).try_for_each(|part| f.write_str(part))
    }
}

/// The secret shared with an application: 8 to 256 characters, any but control characters. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct ConsumerSecret(Zeroizing<String>);

impl ConsumerSecret {
    /// Checks a secret; it is taken as it is, untrimmed.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::check("secret", text, 8..=256)?;
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// Checks a secret and that it was typed twice alike; the error names the field it belongs to.
    pub fn parse_twice(secret: &str, again: &str) -> Result<Self, FieldError> {
        let parsed = Self::parse(secret).map_err(|error| FieldError::new("secret", error.to_string()))?;
        if secret == again {
            Ok(parsed)
        } else {
            Err(FieldError::new("secret_again", "The two secrets differ."))
        }
    }

    /// The secret in the clear, for the vault and for signatures alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ConsumerSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConsumerSecret(…)")
    }
}

/// Where a consumer stands with the administrators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Registered or requested, not yet decided.
    Pending,
    /// May sign users in and call APIs.
    Approved,
    /// May do nothing; its tokens are kept.
    Disapproved,
}

impl Status {
    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Approved => "Approved",
            Self::Disapproved => "Disapproved",
        }
    }
}

/// An application registered here, as everybody who may see it sees it: there is no secret in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consumer {
    /// Made by us, never changes.
    pub key: ConsumerKey,
    /// What people call it.
    pub name: ConsumerName,
    /// Pending, Approved or Disapproved.
    pub status: Status,
    /// Skips the user's consent page.
    pub trusted: bool,
    /// Where users are sent back to, when it may be only there.
    pub callback_url: Option<String>,
    /// PEM of the key that verifies its RSA signatures. Public.
    pub rsa_public_key: Option<String>,
    /// When it was registered.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Who registered it.
    pub created_by: Actor,
    /// When it was last changed by somebody.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// When a request was last allowed through it.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_used_at: Option<OffsetDateTime>,
    /// Counts changes, from 1; an edit says which one it saw.
    pub revision: i64,
}

/// What to change of a consumer; `None` leaves a thing as it is. Texts are checked before they come here.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// A new name.
    pub name: Option<ConsumerName>,
    /// A new secret.
    pub secret: Option<ConsumerSecret>,
    /// Whether users are asked for consent.
    pub trusted: Option<bool>,
    /// A callback to require, or `Some(None)` to require none.
    pub callback_url: Option<Option<String>>,
    /// An RSA public key (PEM), or `Some(None)` for none.
    pub rsa_public_key: Option<Option<String>>,
    /// Revoke every token it holds.
    pub sign_everybody_out: bool,
}

impl Consumer {
    /// A consumer nobody has decided on yet.
    pub fn register(
        key: ConsumerKey,
        name: ConsumerName,
        trusted: bool,
        by: Actor,
        now: OffsetDateTime,
    ) -> Self {
        Self {
            key,
            name,
            status: Status::Pending,
            trusted,
            callback_url: None,
            rsa_public_key: None,
            created_at: now,
            created_by: by,
            updated_at: now,
            last_used_at: None,
            revision: 1,
        }
    }

    /// The consumer with this status, or `None` where it has it already: deciding twice changes nothing.
    pub fn decide(&self, status: Status, now: OffsetDateTime) -> Option<Self> {
        (self.status != status).then(|| Self { status, ..self.next(now) })
    }

    /// The consumer after an edit, or `None` where nothing would change.
    pub fn edit(&self, edit: &Edit, now: OffsetDateTime) -> Option<Self> {
        let mut edited = self.clone();
        if let Some(name) = &edit.name {
            edited.name = name.clone();
        }
        if let Some(trusted) = edit.trusted {
            edited.trusted = trusted;
        }
        if let Some(callback_url) = &edit.callback_url {
            edited.callback_url.clone_from(callback_url);
        }
        if let Some(rsa_public_key) = &edit.rsa_public_key {
            edited.rsa_public_key.clone_from(rsa_public_key);
        }
        let changes = edited != *self || edit.secret.is_some() || edit.sign_everybody_out;
        changes.then(|| edited.next(now))
    }

    fn next(&self, now: OffsetDateTime) -> Self {
        Self { revision: self.revision + 1, updated_at: now, ..self.clone() }
    }

    /// What differs in `later`, in words that follow "changed": for whoever was slower.
    pub fn differences(&self, later: &Self) -> Vec<String> {
        let mut words = Vec::new();
        if self.name != later.name {
            words.push(format!("the name to “{}”", later.name));
        }
        if self.status != later.status {
            words.push(format!("the status to {}", later.status.word()));
        }
        if self.trusted != later.trusted {
            words.push(if later.trusted { "Trusted to on".to_owned() } else { "Trusted to off".to_owned() });
        }
        if self.callback_url != later.callback_url {
            words.push(match &later.callback_url {
                Some(url) => format!("the callback URL to {url}"),
                None => "the callback URL to none".to_owned(),
            });
        }
        if self.rsa_public_key != later.rsa_public_key {
            words.push("the RSA public key".to_owned());
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use uuid::Uuid;

    use super::*;
    use crate::user::Username;

    fn consumer() -> Consumer {
        let by = Actor::User(Username::parse("ada").unwrap());
        let name = ConsumerName::parse("Requirements sync").unwrap();
        Consumer::register(ConsumerKey(Uuid::nil()), name, false, by, OffsetDateTime::UNIX_EPOCH)
    }

    const LATER: OffsetDateTime = OffsetDateTime::UNIX_EPOCH.saturating_add(Duration::SECOND);

    #[test]
    fn a_new_consumer_is_pending_at_revision_one() {
        assert_eq!((consumer().status, consumer().revision), (Status::Pending, 1));
    }

    #[test]
    fn a_decision_changes_status_revision_and_time_and_nothing_else() {
        let approved = consumer().decide(Status::Approved, LATER).unwrap();
        let expected = Consumer { status: Status::Approved, revision: 2, updated_at: LATER, ..consumer() };
        assert_eq!(approved, expected);
    }

    #[test]
    fn deciding_the_same_twice_changes_nothing() {
        let approved = consumer().decide(Status::Approved, LATER).unwrap();
        assert_eq!(approved.decide(Status::Approved, LATER), None);
    }

    #[test]
    fn an_edit_of_nothing_changes_nothing() {
        let same = Edit { name: Some(consumer().name), trusted: Some(false), ..Edit::default() };
        assert_eq!(consumer().edit(&same, LATER), None);
    }

    #[test]
    fn a_new_secret_or_signing_everybody_out_is_a_change_though_nothing_shows() {
        let secret = Edit { secret: Some(ConsumerSecret::parse("12345678").unwrap()), ..Edit::default() };
        let out = Edit { sign_everybody_out: true, ..Edit::default() };
        for edit in [secret, out] {
            assert_eq!(consumer().edit(&edit, LATER).unwrap().revision, 2);
        }
    }

    #[test]
    fn an_edit_never_changes_the_key_or_the_status() {
        let edit = Edit { name: Some(ConsumerName::parse("Other").unwrap()), ..Edit::default() };
        let edited = consumer().edit(&edit, LATER).unwrap();
        assert_eq!((edited.key, edited.status), (consumer().key, consumer().status));
    }

    #[test]
    fn differences_are_told_in_words() {
        let later = Consumer {
            name: ConsumerName::parse("B").unwrap(),
            trusted: true,
            callback_url: Some("https://app.example/cb".into()),
            ..consumer().decide(Status::Disapproved, LATER).unwrap()
        };
        assert_eq!(
            consumer().differences(&later),
            [
                "the name to “B”",
                "the status to Disapproved",
                "Trusted to on",
                "the callback URL to https://app.example/cb"
            ]
        );
    }

    #[test]
    fn names_are_trimmed_and_hold_1_to_100_characters_of_any_script() {
        assert_eq!(ConsumerName::parse("  Änderungen 変更 ").unwrap().as_str(), "Änderungen 変更");
        assert!(ConsumerName::parse(&"ü".repeat(100)).is_ok());
        assert_eq!(ConsumerName::parse(&"ü".repeat(101)), Err(TextError::TooLong { most: 100, has: 101 }));
        assert_eq!(ConsumerName::parse("  "), Err(TextError::Empty("name")));
        assert_eq!(ConsumerName::parse("a\u{7}b"), Err(TextError::ControlCharacter));
        assert_eq!(ConsumerName::parse("a\nb"), Err(TextError::ControlCharacter));
    }

    #[test]
    fn a_name_cannot_turn_the_direction_of_the_words_around_it() {
        let name = ConsumerName::parse("Sync\u{202e}?ni\u{2069}\u{2029}x").unwrap();
        assert_eq!(name.to_string(), "Sync?nix");
        assert_eq!(name.as_str(), "Sync\u{202e}?ni\u{2069}\u{2029}x");
        let name = "مزامنة 変更 👩‍🔧";
        assert_eq!(ConsumerName::parse(name).unwrap().to_string(), name);
    }

    #[test]
    fn secrets_hold_8_to_256_characters_and_are_not_trimmed() {
        assert_eq!(ConsumerSecret::parse(" 123456 ").unwrap().expose(), " 123456 ");
        assert_eq!(ConsumerSecret::parse("1234567"), Err(TextError::TooShort { least: 8, has: 7 }));
        assert!(ConsumerSecret::parse(&"é".repeat(256)).is_ok());
        assert_eq!(ConsumerSecret::parse(&"é".repeat(257)), Err(TextError::TooLong { most: 256, has: 257 }));
        assert_eq!(ConsumerSecret::parse("12345678\0"), Err(TextError::ControlCharacter));
    }

    #[test]
    fn a_secret_does_not_print() {
        let secret = ConsumerSecret::parse("correct horse").unwrap();
        assert_eq!(format!("{secret:?}"), "ConsumerSecret(…)");
    }

    #[test]
    fn a_retyped_secret_that_differs_is_told_at_the_second_field() {
        assert_eq!(ConsumerSecret::parse_twice("12345678", "12345679").unwrap_err().field, "secret_again");
        assert_eq!(ConsumerSecret::parse_twice("1", "2").unwrap_err().field, "secret");
    }

    #[test]
    fn a_consumer_on_the_wire_has_the_contracts_names_and_times() {
        let json = serde_json::to_value(consumer()).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "key": "00000000-0000-0000-0000-000000000000", "name": "Requirements sync", "status": "pending",
                "trusted": false, "callback_url": null, "rsa_public_key": null,
                "created_at": "1970-01-01T00:00:00Z", "created_by": "ada", "updated_at": "1970-01-01T00:00:00Z",
                "last_used_at": null, "revision": 1
            })
        );
        assert_eq!(serde_json::from_value::<Consumer>(json).unwrap(), consumer());
    }
}
