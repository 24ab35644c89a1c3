//! Consumers and changes of them for the tests of this crate.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    activity::Actor, consumer::Consumer, consumer_edit::DetailsEdit, consumer_key::ConsumerKey,
    consumer_name::ConsumerName, user::Username,
};

/// A second after a sample was registered.
pub(crate) const LATER: OffsetDateTime = OffsetDateTime::UNIX_EPOCH.saturating_add(Duration::SECOND);

pub(crate) const CALLBACK: &str = "https://app.example/cb";

pub(crate) fn consumer() -> Consumer {
    let by = Actor::User(Username::parse("ada").unwrap());
    let name = ConsumerName::parse("Requirements sync").unwrap();
    Consumer::register(ConsumerKey::from(Uuid::nil()), name, false, by, OffsetDateTime::UNIX_EPOCH)
}

/// A consumer whose callback is registered.
pub(crate) fn with_callback() -> Consumer {
    let callback_urls = vec![CALLBACK.to_owned()];
    Consumer { callback_url: Some(CALLBACK.to_owned()), callback_urls, ..consumer() }
}

pub(crate) fn details() -> DetailsEdit {
    DetailsEdit {
        owner: Some(Some("Änderungsdienst".to_owned())),
        contact: Some(Some("changes@app.example".to_owned())),
        note: Some(Some("Runs at night.\nAsk before you restart it.".to_owned())),
        functional_user: Some(Some(Username::parse("build").unwrap())),
        networks: Some(vec!["10.0.0.0/8".parse().unwrap(), "2001:db8::7".parse().unwrap()]),
        ends_at: Some(Some(LATER)),
    }
}
