//! The fields of **Edit consumer** as data: their names on the wire, their words, and what they show of a consumer.

use domain::{Consumer, Username, time::timestamp};

/// How a field is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One line of text.
    Line,
    /// Several lines.
    Lines,
    /// A checkbox.
    Check,
}

/// One field.
#[derive(Debug)]
pub(super) struct Spec {
    pub(super) kind: Kind,
    /// On the wire.
    pub(super) name: &'static str,
    /// What people read.
    pub(super) label: &'static str,
    /// What it is for, or its consequence; empty where the label says enough.
    pub(super) hint: &'static str,
}

const fn spec(kind: Kind, name: &'static str, label: &'static str, hint: &'static str) -> Spec {
    Spec { kind, name, label, hint }
}

/// How many of the fields are texts; they come first.
pub(super) const TEXTS: usize = 9;
/// How many are checkboxes.
pub(super) const CHECKS: usize = 3;

/// The places of the fields in `FIELDS`.
pub(super) const NAME: usize = 0;
pub(super) const CALLBACK_URLS: usize = 1;
pub(super) const RSA_PUBLIC_KEY: usize = 2;
pub(super) const OWNER: usize = 3;
#[cfg(test)]
const CONTACT: usize = 4;
#[cfg(test)]
const NOTE: usize = 5;
#[cfg(test)]
const NETWORKS: usize = 6;
pub(super) const ENDS_AT: usize = 7;
pub(super) const FUNCTIONAL_USER: usize = 8;
pub(super) const TRUSTED: usize = TEXTS;
pub(super) const MAY_ADMINISTER: usize = TEXTS + 1;
pub(super) const ALLOW_OAUTH_1_0: usize = TEXTS + 2;

/// All of them, but for the secret, which is never shown.
pub(super) static FIELDS: [Spec; TEXTS + CHECKS] = [
    spec(Kind::Line, "name", "Consumer name", ""),
    spec(
        Kind::Lines,
        "callback_urls",
        "Callback URLs",
        "Where users are sent back to, one a line; the first is the one that oob means. Also of an application's own scheme, as in com.example.app:/callback. Empty for any https or http address.",
    ),
    spec(Kind::Lines, "rsa_public_key", "RSA public key", "PEM; only for applications that sign with RSA."),
    spec(Kind::Line, "owner", "Owner", "Who answers for it: a person or a department."),
    spec(Kind::Line, "contact", "Contact", "How to reach them."),
    spec(Kind::Lines, "note", "Note", ""),
    spec(
        Kind::Lines,
        "networks",
        "Networks",
        "From where it may be used, one a line, such as 10.0.0.0/8 or 2001:db8::7. Empty: from anywhere.",
    ),
    spec(
        Kind::Line,
        "ends_at",
        "Ends",
        "From then on it is refused: a date such as 2027-01-31, which begins in UTC, or a time such as 2027-01-31T12:00:00Z. Empty: never.",
    ),
    spec(
        Kind::Line,
        "functional_user",
        "Functional user",
        "The user for whom it acts where it signs without a token: with its secret alone it can do what that user may do. Empty: nobody.",
    ),
    spec(
        Kind::Check,
        "trusted",
        "Trusted",
        "Its users are not asked before it acts for them. Needs a callback URL; none but those registered are accepted.",
    ),
    spec(
        Kind::Check,
        "may_administer",
        "May administer Latchkey",
        "In the name of administrators who allow it, or have allowed it before, it can do all that they may do here: register, approve and remove consumers, and give them rights. Never together with Trusted.",
    ),
    spec(
        Kind::Check,
        "allow_oauth_1_0",
        "Allow OAuth 1.0",
        "Warning: it may leave out oauth_callback and oauth_verifier, so whoever makes a user follow a link of theirs and allow it can act as that user; users are always asked, also if it is Trusted. Only for an application that cannot do without, such as Eclipse Lyo's client; register its callback URL, or its users are sent wherever the link says.",
    ),
];

/// What each of the fields shows, in their order.
pub(super) type Values = Vec<String>;

const TICKED: &str = "ticked";
const NOT_TICKED: &str = "not ticked";

/// A checkbox among the values.
pub(super) fn word(ticked: bool) -> String {
    if ticked { TICKED } else { NOT_TICKED }.to_owned()
}

/// Whether a checkbox is ticked, by its word.
pub(super) fn is_ticked(word: &str) -> bool {
    word == TICKED
}

/// What the fields show of a consumer.
pub(super) fn values(consumer: &Consumer) -> Values {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let networks: Vec<_> = consumer.networks.iter().map(ToString::to_string).collect();
    vec![
        consumer.name.as_str().to_owned(),
        consumer.callbacks().collect::<Vec<_>>().join("\n"),
        text(consumer.rsa_public_key.as_deref()),
        text(consumer.owner.as_deref()),
        text(consumer.contact.as_deref()),
        text(consumer.note.as_deref()),
        networks.join("\n"),
        consumer.ends_at.map(|at| end(&timestamp(at))).unwrap_or_default(),
        text(consumer.functional_user.as_ref().map(Username::as_str)),
        word(consumer.trusted),
        word(consumer.may_administer),
        word(consumer.allow_oauth_1_0),
    ]
}

/// The end as it would be typed: a date where it is one, and no fraction of a second that is none.
fn end(timestamp: &str) -> String {
    match timestamp.strip_suffix("T00:00:00.000Z") {
        Some(date) => date.to_owned(),
        None => timestamp.replace(".000Z", "Z"),
    }
}

#[cfg(test)]
mod tests {
    use domain::{Actor, ConsumerKey, ConsumerName};
    use time::{Duration, OffsetDateTime};

    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn consumer() -> Consumer {
        let key: ConsumerKey = "a-key".parse().unwrap();
        Consumer::register(key, ConsumerName::parse("App").unwrap(), false, Actor::CommandLine, NOW)
    }

    #[test]
    fn each_field_shows_its_own_part_of_a_consumer() {
        let plain = values(&consumer());
        assert_eq!(plain.len(), FIELDS.len());
        let shows = |at: usize, consumer: Consumer, expected: &str| {
            let values = values(&consumer);
            assert_eq!(values[at], expected, "{}", FIELDS[at].name);
            let others = (0..values.len()).filter(|&other| other != at);
            assert!(others.into_iter().all(|other| values[other] == plain[other]), "{}", FIELDS[at].name);
        };
        let some = |text: &str| Some(text.to_owned());
        shows(NAME, Consumer { name: ConsumerName::parse("B").unwrap(), ..consumer() }, "B");
        let callback_urls = vec!["myapp://a".to_owned(), "myapp://b".to_owned()];
        let callback_url = some("myapp://a");
        let called_back = Consumer { callback_url, callback_urls, ..consumer() };
        shows(CALLBACK_URLS, called_back, "myapp://a\nmyapp://b");
        shows(RSA_PUBLIC_KEY, Consumer { rsa_public_key: some("PEM"), ..consumer() }, "PEM");
        shows(OWNER, Consumer { owner: some("Quality"), ..consumer() }, "Quality");
        shows(CONTACT, Consumer { contact: some("4711"), ..consumer() }, "4711");
        shows(NOTE, Consumer { note: some("a\nb"), ..consumer() }, "a\nb");
        let networks = ["10.0.0.0/8", "::1"].map(|network| network.parse().unwrap()).to_vec();
        shows(NETWORKS, Consumer { networks, ..consumer() }, "10.0.0.0/8\n::1");
        shows(ENDS_AT, Consumer { ends_at: Some(NOW), ..consumer() }, "1970-01-01");
        let functional_user = Username::parse("build").ok();
        shows(FUNCTIONAL_USER, Consumer { functional_user, ..consumer() }, "build");
        shows(TRUSTED, Consumer { trusted: true, ..consumer() }, TICKED);
        shows(MAY_ADMINISTER, Consumer { may_administer: true, ..consumer() }, TICKED);
        shows(ALLOW_OAUTH_1_0, Consumer { allow_oauth_1_0: true, ..consumer() }, TICKED);
    }

    #[test]
    fn the_texts_come_first_and_each_name_is_there_once() {
        assert!(FIELDS[..TEXTS].iter().all(|field| field.kind != Kind::Check));
        assert!(FIELDS[TEXTS..].iter().all(|field| field.kind == Kind::Check));
        let names: std::collections::BTreeSet<_> = FIELDS.iter().map(|field| field.name).collect();
        assert_eq!(names.len(), FIELDS.len());
    }

    #[test]
    fn an_end_is_shown_as_it_would_be_typed_and_read_as_the_same_time() {
        for (after, shown) in [
            (Duration::ZERO, "1970-01-01"),
            (Duration::hours(12), "1970-01-01T12:00:00Z"),
            (Duration::milliseconds(5), "1970-01-01T00:00:00.005Z"),
        ] {
            let at = NOW + after;
            assert_eq!(end(&timestamp(at)), shown);
            assert_eq!(domain::time::moment(shown), Some(at));
        }
    }
}
