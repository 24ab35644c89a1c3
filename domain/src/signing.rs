//! What a consumer signs its requests with: a shared secret, an RSA key, or both.

use crate::consumer::Consumer;

/// The consumer would be left with neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "This consumer has no shared secret, so it keeps an RSA public key: without one it could sign nothing. Enter another one, or give it a secret first."
)]
pub struct NothingToSignWith;

impl Consumer {
    /// Checks that it can sign.
    pub fn check_signing(&self) -> Result<(), NothingToSignWith> {
        if self.has_secret || self.rsa_public_key.is_some() { Ok(()) } else { Err(NothingToSignWith) }
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;
    use uuid::Uuid;

    use super::*;
    use crate::{
        activity::Actor, consumer_edit::Edit, consumer_key::ConsumerKey, consumer_name::ConsumerName,
        consumer_secret::ConsumerSecret,
    };

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn with_rsa_alone() -> Consumer {
        let name = ConsumerName::parse("App").unwrap();
        let consumer =
            Consumer::register(ConsumerKey::from(Uuid::nil()), name, false, Actor::CommandLine, NOW);
        Consumer { has_secret: false, rsa_public_key: Some("a key".to_owned()), ..consumer }
    }

    #[test]
    fn the_last_thing_to_sign_with_cannot_be_taken_away() {
        let take = Edit { rsa_public_key: Some(None), ..Edit::default() };
        let taken = with_rsa_alone().edit(&take, NOW).unwrap().unwrap();
        assert_eq!(taken.check_signing(), Err(NothingToSignWith));
        assert_eq!(with_rsa_alone().check_signing(), Ok(()));
    }

    #[test]
    fn a_secret_that_is_given_later_counts_and_frees_the_rsa_key() {
        let secret = ConsumerSecret::parse("12345678").unwrap();
        let give = Edit { secret: Some(secret), rsa_public_key: Some(None), ..Edit::default() };
        let given = with_rsa_alone().edit(&give, NOW).unwrap().unwrap();
        assert!(given.has_secret);
        assert_eq!(given.check_signing(), Ok(()));
    }

    #[test]
    fn a_consumer_of_an_earlier_version_has_a_secret() {
        let mut json = serde_json::to_value(with_rsa_alone()).unwrap();
        json.as_object_mut().unwrap().remove("has_secret");
        assert!(serde_json::from_value::<Consumer>(json).unwrap().has_secret);
    }
}
