//! The identifier of a consumer.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

/// The most characters of a key.
const LONGEST: usize = 64;

/// The public, unique, immutable identifier of a consumer: a UUID that this server generates, or a key that the application
/// brings along from another server, of 1 to 64 of `A–Z a–z 0–9 - . _ ~ : @ + = !`.
///
/// Keys are compared byte for byte, as OAuth does (RFC 5849 §3.1): two that differ by case, or by a hyphen of a UUID, are
/// two keys. The text lies inline, so that a key is copied, compared and hashed without an allocation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "schema",
    schema(value_type = String, min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._~:@+=!-]+$")
)]
#[serde(try_from = "String", into = "String")]
// Zeros follow the text: no key holds one, so arrays are equal and ordered as their texts are.
pub struct ConsumerKey([u8; LONGEST]);

impl ConsumerKey {
    /// A new key: the UUID (version 4) of these random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self::from(Builder::from_random_bytes(bytes).into_uuid())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(LONGEST);
        str::from_utf8(&self.0[..end]).expect("a key is ASCII")
    }

    /// The UUID that the key is, in the spelling of this server's own keys; `None` for every other text.
    pub fn uuid(&self) -> Option<Uuid> {
        let uuid = Uuid::try_parse(self.as_str()).ok()?;
        (Self::from(uuid) == *self).then_some(uuid)
    }
}

impl From<Uuid> for ConsumerKey {
    fn from(uuid: Uuid) -> Self {
        let mut bytes = [0; LONGEST];
        uuid.as_hyphenated().encode_lower(&mut bytes);
        Self(bytes)
    }
}

/// Why a text is not a consumer key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAConsumerKey {
    /// No character.
    #[error("Enter a consumer key.")]
    Empty,
    /// More characters than a key has.
    #[error("Use at most {LONGEST} characters; this has {0}.")]
    TooLong(usize),
    /// A character that no key has.
    #[error(
        "{0:?} cannot be part of a consumer key; use the letters A to Z in either case, digits, and - . _ ~ : @ + = !."
    )]
    Character(char),
    /// A dot segment, which URLs drop from their path (RFC 3986 §5.2.4).
    #[error("Use another key than . or ..: no address can name it.")]
    Dots,
}

impl FromStr for ConsumerKey {
    type Err = NotAConsumerKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_allowed = |c: &char| c.is_ascii_alphanumeric() || "-._~:@+=!".contains(*c);
        if let Some(other) = text.chars().find(|c| !is_allowed(c)) {
            return Err(NotAConsumerKey::Character(other));
        }
        match text {
            "" => return Err(NotAConsumerKey::Empty),
            "." | ".." => return Err(NotAConsumerKey::Dots),
            _ if text.len() > LONGEST => return Err(NotAConsumerKey::TooLong(text.len())),
            _ => {}
        }
        let mut bytes = [0; LONGEST];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for ConsumerKey {
    type Error = NotAConsumerKey;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ConsumerKey> for String {
    fn from(key: ConsumerKey) -> Self {
        key.as_str().to_owned()
    }
}

impl fmt::Display for ConsumerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for ConsumerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConsumerKey({self})")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn key(text: &str) -> ConsumerKey {
        text.parse().unwrap()
    }

    const OURS: &str = "7f2c1e64-0b1d-4a57-9f0e-5f7a3f0c9b21";

    #[test]
    fn keys_of_other_servers_are_kept_as_they_are() {
        let longest = "k".repeat(64);
        let jazz = "7f2c1e640b1d4a579f0e5f7a3f0c9b21";
        for text in [OURS, jazz, "OauthKey", "my!app", "~:@+=!-._", "a", "...", &longest] {
            assert_eq!(key(text).as_str(), text);
            assert_eq!(key(text).to_string(), text);
            let json = serde_json::to_value(key(text)).unwrap();
            assert_eq!(json, text);
            assert_eq!(serde_json::from_value::<ConsumerKey>(json).unwrap(), key(text));
        }
        assert_eq!(format!("{:?}", key("my!app")), "ConsumerKey(my!app)");
    }

    #[test]
    fn what_no_path_header_or_selector_could_carry_is_not_a_key() {
        for text in
            ["a b", "a/b", "a%20b", "a\"b", "a\\b", "a'b", "a&b", "a#b", "a?b", "a,b", "a;b", "a\0", "a\n"]
        {
            assert!(matches!(text.parse::<ConsumerKey>(), Err(NotAConsumerKey::Character(_))), "{text:?}");
        }
        for (text, error) in [
            ("", NotAConsumerKey::Empty),
            (".", NotAConsumerKey::Dots),
            ("..", NotAConsumerKey::Dots),
            ("ключ", NotAConsumerKey::Character('к')),
            (&"k".repeat(65), NotAConsumerKey::TooLong(65)),
        ] {
            assert_eq!(text.parse::<ConsumerKey>(), Err(error), "{text:?}");
        }
        assert!(serde_json::from_str::<ConsumerKey>("\"a b\"").is_err());
        assert!(serde_json::from_str::<ConsumerKey>("7").is_err());
    }

    #[test]
    fn two_spellings_are_two_keys() {
        let spellings = [OURS.to_owned(), OURS.to_uppercase(), OURS.replace('-', ""), format!("{OURS}!")];
        let keys: HashSet<_> = spellings.iter().map(|text| key(text)).collect();
        assert_eq!(keys.len(), spellings.len());
    }

    #[test]
    fn keys_are_ordered_as_their_bytes_are() {
        let mut texts = ["b", "a", "Z", "aa", "a.", "a-b", "~", "0", OURS];
        let mut keys = texts.map(key);
        texts.sort_unstable();
        keys.sort_unstable();
        assert_eq!(keys.map(|key| key.to_string()), texts);
    }

    #[test]
    fn a_key_of_ours_is_a_random_uuid() {
        let ours = ConsumerKey::from_random([0xff; 16]);
        assert_eq!(ours.as_str(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(ours.uuid().unwrap().get_version_num(), 4);
        assert_eq!(key(OURS).uuid().map(ConsumerKey::from), Some(key(OURS)));
        for other in [OURS.to_uppercase(), OURS.replace('-', ""), "OauthKey".to_owned()] {
            assert_eq!(key(&other).uuid(), None, "{other}");
        }
    }
}
