//! How long a key that a program asked for itself waits for a decision.

use time::{Duration, OffsetDateTime};

use crate::{
    activity::Actor,
    consumer::{Consumer, Status},
    consumer_name::ConsumerName,
    network::Network,
};

/// How long a request stays undecided, counted from when it was first made: repeating it must not keep it for ever.
pub const UNDECIDED_FOR: Duration = Duration::days(30);

impl Consumer {
    /// When the consumer is removed unless it is decided on; `None` unless a program asked for it and it is Pending.
    pub fn ends_undecided_at(&self) -> Option<OffsetDateTime> {
        let is_undecided = self.created_by == Actor::Request && self.status == Status::Pending;
        is_undecided.then(|| self.created_at + UNDECIDED_FOR)
    }

    /// The name of the approved consumer that its own looks like, until somebody has decided on it.
    pub fn looks_like(&self) -> Option<&ConsumerName> {
        self.resembles.as_ref().filter(|_| self.ends_undecided_at().is_some())
    }

    /// The network that asked for its key; `None` where no program did, or an earlier version did not note it.
    pub fn requested_from_network(&self) -> Option<Network> {
        self.requested_from.as_ref()?.parse().ok().map(Network::of)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::consumer_key::ConsumerKey;

    const MADE: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn by(actor: Actor) -> Consumer {
        Consumer::register(
            ConsumerKey::from(Uuid::nil()),
            ConsumerName::parse("App").unwrap(),
            false,
            actor,
            MADE,
        )
    }

    #[test]
    fn a_request_ends_thirty_days_after_it_was_first_made_and_never_once_it_is_decided() {
        let requested = by(Actor::Request);
        assert_eq!(requested.ends_undecided_at(), Some(MADE + Duration::days(30)));
        let again = Consumer { requested_times: 99, ..requested.clone() };
        assert_eq!(again.ends_undecided_at(), requested.ends_undecided_at());
        for status in [Status::Approved, Status::Disapproved] {
            assert_eq!(requested.decide(status, MADE).unwrap().ends_undecided_at(), None);
        }
        assert_eq!(by(Actor::CommandLine).ends_undecided_at(), None);
    }

    #[test]
    fn a_request_looks_like_an_approved_consumer_until_it_is_decided() {
        let alike = Consumer { resembles: ConsumerName::parse("App").ok(), ..by(Actor::Request) };
        assert_eq!(alike.looks_like(), Some(&alike.name));
        for status in [Status::Approved, Status::Disapproved] {
            assert_eq!(alike.decide(status, MADE).unwrap().looks_like(), None);
        }
        assert_eq!(by(Actor::Request).looks_like(), None);
    }

    #[test]
    fn the_network_of_a_request_is_an_ipv4_address_or_an_ipv6_64() {
        let from = |address: &str| {
            let consumer = Consumer { requested_from: Some(address.to_owned()), ..by(Actor::Request) };
            consumer.requested_from_network().map(|network| network.to_string())
        };
        assert_eq!(from("192.0.2.1").as_deref(), Some("192.0.2.1"));
        assert_eq!(from("2001:db8::1").as_deref(), Some("2001:db8::/64"));
        assert_eq!(from("unreadable"), None);
        assert_eq!(by(Actor::CommandLine).requested_from_network(), None);
    }
}
