//! A registration that has just succeeded, and when there is no more to say about it.

use domain::{Consumer, Event, Status, TypedSecret};

/// A registration that has just succeeded.
#[derive(Clone)]
pub(super) struct Registration {
    pub(super) consumer: Consumer,
    /// `None` where the form was sent without scripts: it never comes back.
    pub(super) secret: Option<TypedSecret>,
    /// Whether another consumer had the name already, or one that looks like it.
    pub(super) name_in_use: bool,
}

impl Registration {
    /// Whether this event makes its message stale: its consumer is decided or removed.
    pub(super) fn is_over_after(&self, event: &Event) -> bool {
        match event {
            Event::Consumer(consumer) => {
                consumer.key == self.consumer.key && consumer.status != Status::Pending
            }
            Event::Removed(key) => *key == self.consumer.key,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{Actor, ConsumerName};
    use time::OffsetDateTime;

    use super::*;

    fn consumer(key: &str) -> Consumer {
        let name = ConsumerName::parse("App").unwrap();
        Consumer::register(key.parse().unwrap(), name, false, Actor::CommandLine, OffsetDateTime::UNIX_EPOCH)
    }

    #[test]
    fn the_message_goes_with_its_own_consumers_decision_or_removal_alone() {
        let own = consumer("own");
        let decided = |consumer: &Consumer| {
            Event::Consumer(consumer.decide(Status::Approved, OffsetDateTime::UNIX_EPOCH).unwrap())
        };
        let registration = Registration { consumer: own.clone(), secret: None, name_in_use: false };
        let is_over = |event| registration.is_over_after(&event);
        assert!(is_over(decided(&own)));
        assert!(is_over(Event::Removed(own.key)));
        assert!(!is_over(Event::Consumer(own)));
        let other = consumer("other");
        assert!(!is_over(decided(&other)));
        assert!(!is_over(Event::Removed(other.key)));
    }
}
