//! The differences between two revisions of a consumer, in words.

use crate::{callbacks, cidr::Cidr, consumer::Consumer, text::plain, time::timestamp, user::Username};

impl Consumer {
    /// The differences to `later`, as phrases that follow "changed".
    pub fn differences(&self, later: &Self) -> Vec<String> {
        let mut phrases = Vec::new();
        if self.name != later.name {
            phrases.push(format!("the name to “{}”", later.name));
        }
        if self.status != later.status {
            phrases.push(format!("the status to {}", later.status.word()));
        }
        for (right, before, after) in [
            ("Trusted", self.trusted, later.trusted),
            ("May administer Latchkey", self.may_administer, later.may_administer),
            ("Allow OAuth 1.0", self.allow_oauth_1_0, later.allow_oauth_1_0),
        ] {
            if before != after {
                phrases.push(format!("{right} to {}", if after { "on" } else { "off" }));
            }
        }
        let [before, after] = [self, later].map(|consumer| consumer.callbacks().collect::<Vec<_>>());
        phrases.extend(callbacks::difference(&before, &after));
        if self.rsa_public_key != later.rsa_public_key {
            phrases.push("the RSA public key".to_owned());
        }
        self.push_differences_of_details(later, &mut phrases);
        phrases
    }

    fn push_differences_of_details(&self, later: &Self, phrases: &mut Vec<String>) {
        let quoted = |text: Option<&str>| text.map(|text| format!("“{}”", plain(text)));
        let name = |user: Option<&Username>| user.map(ToString::to_string);
        let list = |networks: &[Cidr]| {
            let networks: Vec<_> = networks.iter().map(ToString::to_string).collect();
            (!networks.is_empty()).then(|| networks.join(", "))
        };
        for (what, before, after) in [
            ("the owner", quoted(self.owner.as_deref()), quoted(later.owner.as_deref())),
            ("the contact", quoted(self.contact.as_deref()), quoted(later.contact.as_deref())),
            ("Functional user", name(self.functional_user.as_ref()), name(later.functional_user.as_ref())),
            ("the networks", list(&self.networks), list(&later.networks)),
            ("the end", self.ends_at.map(timestamp), later.ends_at.map(timestamp)),
        ] {
            if before != after {
                phrases.push(format!("{what} to {}", after.as_deref().unwrap_or("none")));
            }
        }
        if self.note != later.note {
            phrases.push("the note".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        consumer::Status,
        consumer_edit::Edit,
        consumer_name::ConsumerName,
        samples::{LATER, consumer, details},
    };

    #[test]
    fn differences_are_told_in_words() {
        let later = Consumer {
            name: ConsumerName::parse("B").unwrap(),
            trusted: true,
            may_administer: true,
            allow_oauth_1_0: true,
            callback_url: Some("https://app.example/cb".into()),
            ..consumer().decide(Status::Disapproved, LATER).unwrap()
        };
        assert_eq!(
            consumer().differences(&later),
            [
                "the name to “B”",
                "the status to Disapproved",
                "Trusted to on",
                "May administer Latchkey to on",
                "Allow OAuth 1.0 to on",
                "the callback URL to https://app.example/cb"
            ]
        );
    }

    #[test]
    fn differences_of_details_are_told_in_words() {
        let edit = Edit { details: details(), ..Edit::default() };
        let later = consumer().edit(&edit, LATER).unwrap().unwrap();
        assert_eq!(
            consumer().differences(&later),
            [
                "the owner to “Änderungsdienst”",
                "the contact to “changes@app.example”",
                "Functional user to build",
                "the networks to 10.0.0.0/8, 2001:db8::7",
                "the end to 1970-01-01T00:00:01.000Z",
                "the note",
            ]
        );
        let back = later.differences(&consumer());
        assert_eq!(back[..2], ["the owner to none", "the contact to none"]);
        assert_eq!(back[2..5], ["Functional user to none", "the networks to none", "the end to none"]);
        let turned = Consumer { owner: Some("a\u{202e}b".to_owned()), ..consumer() };
        assert_eq!(consumer().differences(&turned), ["the owner to “ab”"]);
    }
}
