//! An edit of a consumer: what it changes, and what it may not.

use time::OffsetDateTime;

use crate::{
    callbacks, cidr::Cidr, consumer::Consumer, consumer_name::ConsumerName, consumer_secret::ConsumerSecret,
    rights::RightsError, user::Username,
};

/// A change to a consumer; a `None` leaves its field unchanged. All texts are validated already.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// The new name.
    pub name: Option<ConsumerName>,
    /// The new secret.
    pub secret: Option<ConsumerSecret>,
    /// Whether it skips the consent page.
    pub trusted: Option<bool>,
    /// Whether it may administer this server.
    pub may_administer: Option<bool>,
    /// Whether it may leave out `oauth_callback` and `oauth_verifier`.
    pub allow_oauth_1_0: Option<bool>,
    /// The first callback to register in place of the one before; `Some(None)` removes all. `callback_urls` precedes it.
    pub callback_url: Option<Option<String>>,
    /// The callbacks to register in place of all before.
    pub callback_urls: Option<Vec<String>>,
    /// The RSA public key as PEM; `Some(None)` removes it.
    pub rsa_public_key: Option<Option<String>>,
    /// Who answers for it, what is noted about it, and what bounds it.
    pub details: DetailsEdit,
    /// Whether to revoke all of its tokens.
    pub sign_everybody_out: bool,
}

/// A change to a consumer's details; a `None` leaves its field unchanged, and `Some(None)` takes it away.
#[derive(Clone, Debug, Default)]
pub struct DetailsEdit {
    /// Who answers for it.
    pub owner: Option<Option<String>>,
    /// How to reach them.
    pub contact: Option<Option<String>>,
    /// What to remember about it.
    pub note: Option<Option<String>>,
    /// The user for whom it acts when it signs without a token.
    pub functional_user: Option<Option<Username>>,
    /// The networks from which it may be used, in place of all before.
    pub networks: Option<Vec<Cidr>>,
    /// The time from which on it is refused.
    pub ends_at: Option<Option<OffsetDateTime>>,
}

impl DetailsEdit {
    fn apply(&self, edited: &mut Consumer) {
        let Self { owner, contact, note, functional_user, networks, ends_at } = self;
        set(&mut edited.owner, owner.as_ref());
        set(&mut edited.contact, contact.as_ref());
        set(&mut edited.note, note.as_ref());
        set(&mut edited.functional_user, functional_user.as_ref());
        set(&mut edited.networks, networks.as_ref());
        set(&mut edited.ends_at, ends_at.as_ref());
    }
}

fn set<T: Clone>(field: &mut T, value: Option<&T>) {
    if let Some(value) = value {
        field.clone_from(value);
    }
}

impl Consumer {
    /// Returns the edited consumer, or `None` if the edit changes nothing.
    pub fn edit(&self, edit: &Edit, now: OffsetDateTime) -> Result<Option<Self>, RightsError> {
        let mut edited = self.clone();
        if let Some(name) = &edit.name
            && *name != self.name
        {
            edited.name = name.clone();
            // It was of the name that was asked for.
            edited.resembles = None;
        }
        if let Some(trusted) = edit.trusted {
            edited.trusted = trusted;
        }
        if let Some(may_administer) = edit.may_administer {
            edited.may_administer = may_administer;
        }
        if let Some(allow_oauth_1_0) = edit.allow_oauth_1_0 {
            edited.allow_oauth_1_0 = allow_oauth_1_0;
        }
        if let Some(list) = &edit.callback_urls {
            edited = edited.with_callbacks(callbacks::unique(list.iter().map(String::as_str)));
        } else if let Some(first) = &edit.callback_url {
            let list = callbacks::with_first(first.as_deref(), edited.other_callbacks());
            edited = edited.with_callbacks(list);
        }
        if let Some(rsa_public_key) = &edit.rsa_public_key {
            edited.rsa_public_key.clone_from(rsa_public_key);
        }
        edit.details.apply(&mut edited);
        if edit.secret.is_some() {
            edited.has_secret = true;
            // It is of the secret that was asked for.
            edited.request_fingerprint = None;
        }
        edited.rights().check(self.rights()).map_err(|error| match error {
            RightsError::CallbackOfTrusted if edit.callback_urls.is_some() => RightsError::CallbacksOfTrusted,
            other => other,
        })?;
        let changes = edited != *self || edit.secret.is_some() || edit.sign_everybody_out;
        Ok(changes.then(|| edited.next_revision(now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        consumer::Status,
        samples::{CALLBACK, LATER, consumer, details, with_callback},
    };

    #[test]
    fn an_edit_of_nothing_changes_nothing() {
        let same = Edit { name: Some(consumer().name), trusted: Some(false), ..Edit::default() };
        assert_eq!(consumer().edit(&same, LATER), Ok(None));
    }

    #[test]
    fn a_new_secret_or_signing_everybody_out_is_a_change_though_nothing_shows() {
        let secret = Edit { secret: Some(ConsumerSecret::parse("12345678").unwrap()), ..Edit::default() };
        let out = Edit { sign_everybody_out: true, ..Edit::default() };
        for edit in [secret, out] {
            assert_eq!(consumer().edit(&edit, LATER).unwrap().unwrap().revision, 2);
        }
    }

    #[test]
    fn a_new_secret_takes_the_fingerprint_of_the_one_that_was_asked_for_away() {
        let requested = Consumer { request_fingerprint: Some("3f9a 11c2".to_owned()), ..consumer() };
        let rename = Edit { name: Some(ConsumerName::parse("Other").unwrap()), ..Edit::default() };
        let secret = Edit { secret: Some(ConsumerSecret::parse("12345678").unwrap()), ..Edit::default() };
        let fingerprint = |edit| requested.edit(edit, LATER).unwrap().unwrap().request_fingerprint;
        assert_eq!(fingerprint(&rename), requested.request_fingerprint);
        assert_eq!(fingerprint(&secret), None);
    }

    #[test]
    fn another_name_takes_the_likeness_of_the_one_that_was_asked_for_away() {
        let requested = Consumer { resembles: Some(ConsumerName::parse("Cameo").unwrap()), ..consumer() };
        let same = Edit { name: Some(requested.name.clone()), trusted: Some(false), ..Edit::default() };
        assert_eq!(requested.edit(&same, LATER), Ok(None));
        let other = Edit { name: Some(ConsumerName::parse("Other").unwrap()), ..Edit::default() };
        assert_eq!(requested.edit(&other, LATER).unwrap().unwrap().resembles, None);
    }

    #[test]
    fn an_edit_never_changes_the_key_or_the_status() {
        let edit = Edit { name: Some(ConsumerName::parse("Other").unwrap()), ..Edit::default() };
        let edited = consumer().edit(&edit, LATER).unwrap().unwrap();
        assert_eq!((edited.key, edited.status), (consumer().key, consumer().status));
    }

    #[test]
    fn an_edit_gives_a_right_only_where_the_consumer_can_have_it() {
        let trust = Edit { trusted: Some(true), ..Edit::default() };
        let administer = Edit { may_administer: Some(true), ..Edit::default() };
        let take_callback = Edit { callback_url: Some(None), ..Edit::default() };
        assert_eq!(consumer().edit(&trust, LATER), Err(RightsError::TrustedWithoutCallback));
        let with_both = Edit { callback_url: Some(Some(CALLBACK.to_owned())), ..trust.clone() };
        assert!(consumer().edit(&with_both, LATER).unwrap().unwrap().trusted);
        let trusted = with_callback().edit(&trust, LATER).unwrap().unwrap();
        assert_eq!(trusted.edit(&take_callback, LATER), Err(RightsError::CallbackOfTrusted));
        let take_callbacks = Edit { callback_urls: Some(Vec::new()), ..Edit::default() };
        assert_eq!(trusted.edit(&take_callbacks, LATER), Err(RightsError::CallbacksOfTrusted));
        assert_eq!(trusted.edit(&administer, LATER), Err(RightsError::AdministersThoughTrusted));
        let take_both = Edit { trusted: Some(false), ..take_callback };
        assert_eq!(trusted.edit(&take_both, LATER).unwrap().unwrap().callback_url, None);
        let administers = consumer().edit(&administer, LATER).unwrap().unwrap();
        assert!(administers.may_administer);
        assert_eq!(administers.edit(&with_both, LATER), Err(RightsError::TrustedThatAdministers));
        let exchange = Edit { may_administer: Some(false), ..with_both };
        let exchanged = administers.edit(&exchange, LATER).unwrap().unwrap();
        assert_eq!((exchanged.trusted, exchanged.may_administer), (true, false));
    }

    #[test]
    fn an_edit_registers_all_callbacks_or_the_first_among_them() {
        let several = vec!["myapp://cb".to_owned(), CALLBACK.to_owned()];
        let all = Edit { callback_urls: Some(several.clone()), ..Edit::default() };
        let edited = consumer().edit(&all, LATER).unwrap().unwrap();
        assert_eq!((edited.callback_url.as_ref(), &edited.callback_urls), (several.first(), &several));
        assert_eq!(edited.edit(&all, LATER), Ok(None), "nothing changes");
        let first = Edit { callback_url: Some(Some("https://b.example/".to_owned())), ..Edit::default() };
        let moved = edited.edit(&first, LATER).unwrap().unwrap();
        assert_eq!(moved.callbacks().collect::<Vec<_>>(), ["https://b.example/", CALLBACK]);
        let none = Edit { callback_url: Some(None), ..Edit::default() };
        let gone = moved.edit(&none, LATER).unwrap().unwrap();
        assert_eq!((gone.callback_url, gone.callback_urls), (None, Vec::new()));
    }

    #[test]
    fn allow_oauth_1_0_is_off_until_it_is_switched_on_and_changes_nothing_else() {
        let allow = Edit { allow_oauth_1_0: Some(true), ..Edit::default() };
        let allowed = consumer().edit(&allow, LATER).unwrap().unwrap();
        let expected = Consumer { allow_oauth_1_0: true, revision: 2, updated_at: LATER, ..consumer() };
        assert_eq!(allowed, expected);
        assert_eq!(allowed.edit(&allow, LATER), Ok(None));
        assert!(allowed.decide(Status::Disapproved, LATER).unwrap().allow_oauth_1_0, "a decision keeps it");
    }

    #[test]
    fn an_edit_sets_and_takes_away_details_and_leaves_what_it_does_not_name() {
        let edit = Edit { details: details(), ..Edit::default() };
        let edited = consumer().edit(&edit, LATER).unwrap().unwrap();
        assert_eq!(edited.owner.as_deref(), Some("Änderungsdienst"));
        assert_eq!((edited.networks.len(), edited.ends_at), (2, Some(LATER)));
        assert_eq!(edited.edit(&edit, LATER), Ok(None), "nothing changes");
        let owner = DetailsEdit { owner: Some(Some("Other".to_owned())), ..DetailsEdit::default() };
        let other = edited.edit(&Edit { details: owner, ..Edit::default() }, LATER).unwrap().unwrap();
        let expected = Consumer { owner: Some("Other".to_owned()), revision: 3, ..edited };
        assert_eq!(other, expected);
        let none = DetailsEdit {
            owner: Some(None),
            contact: Some(None),
            note: Some(None),
            functional_user: Some(None),
            networks: Some(Vec::new()),
            ends_at: Some(None),
        };
        let plain = other.edit(&Edit { details: none, ..Edit::default() }, LATER).unwrap().unwrap();
        assert_eq!(plain, Consumer { revision: 4, updated_at: LATER, ..consumer() });
    }
}
