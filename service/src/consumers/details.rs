//! The details of a consumer as administrators type them: notes, bounds, functional user; and the reason of what they do.

use domain::{Cidr, Consumer, DetailsEdit, Reason, Username, details, error::FieldErrors, time::moment};
use time::OffsetDateTime;

use crate::{consumers::list::Consumers, error::ServiceError};

/// How many networks a consumer has at most: the address of each request is held against them.
const MOST_NETWORKS: usize = 50;

/// How much of a network an error repeats, in characters.
const REPEATED: usize = 60;

/// Unchecked details; `None` leaves one as it is, and an empty text or list takes it away.
#[derive(Clone, Debug, Default)]
pub struct TypedDetails {
    /// Who answers for the consumer.
    pub owner: Option<String>,
    /// How to reach them.
    pub contact: Option<String>,
    /// What to remember about it.
    pub note: Option<String>,
    /// The user for whom it acts when it signs without a token.
    pub functional_user: Option<String>,
    /// The networks from which it may be used, in place of all before.
    pub networks: Option<Vec<String>>,
    /// The time from which on it is refused.
    pub ends_at: Option<String>,
}

impl TypedDetails {
    /// Parses all of it; what is wrong is left out and told in `errors`.
    pub(super) fn check(self, errors: &mut FieldErrors) -> DetailsEdit {
        DetailsEdit {
            owner: self.owner.and_then(|text| errors.take("owner", details::line(&text))),
            contact: self.contact.and_then(|text| errors.take("contact", details::line(&text))),
            note: self.note.and_then(|text| errors.take("note", details::note(&text))),
            networks: self.networks.and_then(|texts| errors.take("networks", networks(&texts))),
            ends_at: self.ends_at.and_then(|text| errors.take("ends_at", end(&text))),
            functional_user: self
                .functional_user
                .and_then(|name| errors.take("functional_user", functional_user(&name))),
        }
    }
}

/// Parses a reason, which is `None` if it is empty.
pub fn reason(text: &str) -> Result<Option<Reason>, ServiceError> {
    Reason::parse(text).map_err(|error| ServiceError::invalid("reason", &error))
}

fn functional_user(name: &str) -> Result<Option<Username>, domain::consumer::TextError> {
    let name = name.trim();
    if name.is_empty() { Ok(None) } else { Username::parse(name).map(Some) }
}

/// Why a list of networks is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum NetworksError {
    /// One of them is none.
    #[error("“{0}” is no network. {1}")]
    NotOne(String, domain::cidr::NotACidr),
    /// There are too many.
    #[error("Enter at most {MOST_NETWORKS} networks.")]
    TooMany,
}

/// Parses a list of networks, in which blank texts and repetitions do not count.
fn networks(texts: &[String]) -> Result<Vec<Cidr>, NetworksError> {
    let mut found = Vec::new();
    for text in texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
        let network = text
            .parse::<Cidr>()
            .map_err(|error| NetworksError::NotOne(text.chars().take(REPEATED).collect(), error))?;
        if !found.contains(&network) {
            found.push(network);
        }
        if found.len() > MOST_NETWORKS {
            return Err(NetworksError::TooMany);
        }
    }
    Ok(found)
}

/// Parses an end, which may have passed: the consumer is then refused at once.
fn end(text: &str) -> Result<Option<OffsetDateTime>, &'static str> {
    match text.trim() {
        "" => Ok(None),
        text => moment(text)
            .map(Some)
            .ok_or("Enter a time such as 2027-01-31T12:00:00Z, or a date, which means its beginning in UTC."),
    }
}

impl Consumers<'_> {
    /// The edit with its functional user by the name of the account, which must exist and, unless the consumer has it
    /// already, be enabled. Accounts are never deleted nor renamed, so that it can be asked before the change.
    pub(super) async fn with_account(
        self,
        before: &Consumer,
        edit: DetailsEdit,
    ) -> Result<DetailsEdit, ServiceError> {
        let Some(Some(username)) = &edit.functional_user else {
            return Ok(edit);
        };
        let account = self.service.store.users().find(username).await?;
        let Some(account) = account else {
            let unknown = format!("There is no user {username}.");
            return Err(ServiceError::invalid("functional_user", &unknown));
        };
        let is_new = before.functional_user.as_ref() != Some(username);
        if account.user.disabled && is_new {
            let disabled =
                format!("The account {username} is disabled: enable it first, or choose another one.");
            return Err(ServiceError::invalid("functional_user", &disabled));
        }
        Ok(DetailsEdit { functional_user: Some(Some(account.user.username)), ..edit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn blank_networks_and_repetitions_do_not_count() {
        let read = networks(&owned(&[" 10.0.0.0/8 ", "", "10.1.2.3/8", "2001:db8::7/128"])).unwrap();
        let read: Vec<_> = read.iter().map(ToString::to_string).collect();
        assert_eq!(read, ["10.0.0.0/8", "2001:db8::7"]);
        assert_eq!(networks(&[]), Ok(Vec::new()));
    }

    #[test]
    fn there_are_at_most_fifty_networks_and_the_error_names_the_wrong_one() {
        let several = |n: usize| (0..n).map(|n| format!("10.0.{n}.0/24")).collect::<Vec<_>>();
        assert_eq!(networks(&several(MOST_NETWORKS)).unwrap().len(), 50);
        assert_eq!(networks(&several(MOST_NETWORKS + 1)), Err(NetworksError::TooMany));
        assert_eq!(networks(&vec!["10.0.0.0/8".to_owned(); 1_000]).unwrap().len(), 1);
        let wrong = networks(&owned(&["10.0.0.0/8", "10.0.0.0/33"])).unwrap_err().to_string();
        assert!(wrong.starts_with("“10.0.0.0/33” is no network. Use networks such as 10.0.0.0/8"), "{wrong}");
        let long = networks(&["x".repeat(500)]).unwrap_err().to_string();
        assert!(long.len() < 200, "{long}");
    }

    #[test]
    fn an_end_is_a_time_a_date_or_none() {
        assert_eq!(end(" "), Ok(None));
        let at = end(" 2027-01-31T13:00:00+01:00 ").unwrap().unwrap();
        assert_eq!(domain::time::timestamp(at), "2027-01-31T12:00:00.000Z");
        assert!(end("2027-01-31").unwrap().is_some());
        assert!(end("2001-01-31").unwrap().is_some(), "one that has passed ends it at once");
        for wrong in ["soon", "2027-02-30", "2027-01-31T12:00:00"] {
            assert!(end(wrong).is_err(), "{wrong}");
        }
    }
}
