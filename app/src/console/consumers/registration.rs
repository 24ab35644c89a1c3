//! A registration that has just succeeded, and when there is no more to say about it.

use domain::{Consumer, Event, Status, TypedSecret};

/// A registration that has just succeeded.
#[derive(Clone)]
pub(super) struct Registration {
    pub(super) consumer: Consumer,
    /// `None` where the form was sent without scripts: it never comes back.
    pub(super) secret: Option<TypedSecret>,
    /// Whether the secret was generated: then its message is the only place that has it.
    pub(super) is_generated: bool,
    /// Whether another consumer had the name already, or one that looks like it.
    pub(super) name_in_use: bool,
    /// Whether there is nothing to say any more, and the message only waits until no row is in use.
    pub(super) is_over: bool,
}

/// What is left to say of a registration.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Left {
    Nothing,
    /// The secret, of the consumer as it is now.
    Secret(Box<Consumer>),
}

impl Registration {
    /// What is left to say after this event, where it changes that: its consumer is decided or removed.
    pub(super) fn after(&self, event: &Event) -> Option<Left> {
        match event {
            Event::Consumer(consumer) if consumer.key == self.consumer.key => {
                let is_decided = consumer.status != Status::Pending;
                let left =
                    if self.is_generated { Left::Secret(consumer.clone().into()) } else { Left::Nothing };
                is_decided.then_some(left)
            }
            Event::Removed(key) if *key == self.consumer.key => Some(Left::Nothing),
            Event::Consumer(_) | Event::Removed(_) => None,
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

    fn registration(consumer: &Consumer, is_generated: bool) -> Registration {
        let consumer = consumer.clone();
        Registration { consumer, secret: None, is_generated, name_in_use: false, is_over: false }
    }

    #[test]
    fn the_message_goes_with_its_own_consumers_decision_or_removal_alone() {
        let own = consumer("own");
        let decided = |consumer: &Consumer| {
            Event::Consumer(consumer.decide(Status::Approved, OffsetDateTime::UNIX_EPOCH).unwrap())
        };
        let registration = registration(&own, false);
        assert_eq!(registration.after(&decided(&own)), Some(Left::Nothing));
        assert_eq!(registration.after(&Event::Removed(own.key)), Some(Left::Nothing));
        assert_eq!(registration.after(&Event::Consumer(own)), None);
        let other = consumer("other");
        assert_eq!(registration.after(&decided(&other)), None);
        assert_eq!(registration.after(&Event::Removed(other.key)), None);
    }

    #[test]
    fn a_generated_secret_stays_in_sight_until_its_consumer_is_removed() {
        let own = consumer("own");
        let approved = own.decide(Status::Approved, OffsetDateTime::UNIX_EPOCH).unwrap();
        let registration = registration(&own, true);
        let left = registration.after(&Event::Consumer(approved.clone()));
        assert_eq!(left, Some(Left::Secret(approved.into())));
        assert_eq!(registration.after(&Event::Removed(own.key)), Some(Left::Nothing));
    }
}
