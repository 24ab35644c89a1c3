//! Consumers as CSV (RFC 4180), for spreadsheets: cells that one of them would run as a formula are defused.

use std::{borrow::Cow, io};

use domain::{Consumer, time::timestamp};

use crate::api::cells::{defused, written};

/// A column: its name, and its text for a consumer.
type Column = (&'static str, fn(&Consumer) -> String);

/// Named as in the API. Never a secret: a consumer has none.
const COLUMNS: [Column; 22] = [
    ("key", |consumer| consumer.key.to_string()),
    ("name", |consumer| consumer.name.as_str().to_owned()),
    ("status", |consumer| consumer.status.word().to_lowercase()),
    ("trusted", |consumer| consumer.trusted.to_string()),
    ("trusted_wished", |consumer| consumer.trusted_wished.to_string()),
    ("may_administer", |consumer| consumer.may_administer.to_string()),
    ("allow_oauth_1_0", |consumer| consumer.allow_oauth_1_0.to_string()),
    // No URL holds a blank.
    ("callback_urls", |consumer| consumer.callback_urls.join(" ")),
    ("owner", |consumer| consumer.owner.clone().unwrap_or_default()),
    ("contact", |consumer| consumer.contact.clone().unwrap_or_default()),
    ("note", |consumer| consumer.note.clone().unwrap_or_default()),
    ("functional_user", |consumer| {
        consumer.functional_user.as_ref().map(ToString::to_string).unwrap_or_default()
    }),
    ("networks", networks),
    ("ends_at", |consumer| consumer.ends_at.map(timestamp).unwrap_or_default()),
    ("reason", |consumer| {
        consumer.reason.as_ref().map(|reason| reason.as_str().to_owned()).unwrap_or_default()
    }),
    ("created_at", |consumer| timestamp(consumer.created_at)),
    ("created_by", |consumer| consumer.created_by.to_string()),
    ("updated_at", |consumer| timestamp(consumer.updated_at)),
    ("last_used_at", |consumer| consumer.last_used_at.map(timestamp).unwrap_or_default()),
    ("requested_from", |consumer| consumer.requested_from.clone().unwrap_or_default()),
    ("requested_times", |consumer| consumer.requested_times.to_string()),
    ("revision", |consumer| consumer.revision.to_string()),
];

fn networks(consumer: &Consumer) -> String {
    let networks: Vec<_> = consumer.networks.iter().map(ToString::to_string).collect();
    networks.join(" ")
}

/// The line with the names of the columns.
pub(super) fn head() -> io::Result<Vec<u8>> {
    written([COLUMNS.map(|(name, _)| Cow::Borrowed(name))])
}

/// A line for each consumer.
pub(super) fn lines(consumers: &[Consumer]) -> io::Result<Vec<u8>> {
    written(consumers.iter().map(|consumer| COLUMNS.map(|(_, text)| defused(text(consumer)))))
}

#[cfg(test)]
mod tests {
    use domain::{Actor, ConsumerName};
    use time::OffsetDateTime;

    use super::*;

    fn consumer(key: &str, name: &str) -> Consumer {
        let name = ConsumerName::parse(name).unwrap();
        Consumer::register(key.parse().unwrap(), name, false, Actor::CommandLine, OffsetDateTime::UNIX_EPOCH)
    }

    fn text(bytes: io::Result<Vec<u8>>) -> String {
        String::from_utf8(bytes.unwrap()).unwrap()
    }

    #[test]
    fn the_columns_have_the_names_of_the_api_and_each_consumer_a_line() {
        assert_eq!(
            text(head()),
            "key,name,status,trusted,trusted_wished,may_administer,allow_oauth_1_0,callback_urls,owner,contact,note,\
             functional_user,networks,ends_at,reason,created_at,created_by,updated_at,last_used_at,requested_from,requested_times,\
             revision\r\n"
        );
        assert_eq!(text(lines(&[])), "");
        let two = [consumer("OauthKey", "变更"), consumer("my!app", "a, \"b\" and c")];
        let at = "1970-01-01T00:00:00.000Z";
        let rest = format!("pending,false,false,false,false,,,,,,,,,{at},the command line,{at},,,0,1\r\n");
        let expected = format!("OauthKey,变更,{rest}my!app,\"a, \"\"b\"\" and c\",{rest}");
        assert_eq!(text(lines(&two)), expected);
    }

    #[test]
    fn a_note_of_several_lines_is_one_cell_and_networks_stand_side_by_side() {
        let one = Consumer {
            owner: Some("=1+1".to_owned()),
            note: Some("At night.\n=1+1".to_owned()),
            networks: vec!["10.0.0.0/8".parse().unwrap(), "2001:db8::7".parse().unwrap()],
            ends_at: Some(OffsetDateTime::UNIX_EPOCH),
            ..consumer("k", "a")
        };
        let expected = "'=1+1,,\"At night.\n=1+1\",,10.0.0.0/8 2001:db8::7,1970-01-01T00:00:00.000Z,,";
        assert!(text(lines(&[one])).contains(expected));
    }

    #[test]
    fn every_name_is_read_back_from_its_cell() {
        for name in ["a,b", "\"", "\"\"", "a\"b", "'", "a;b", "x = 1", "😀", "a\u{2028}b"] {
            let line = text(lines(&[consumer("k", name)]));
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
            let record = reader.records().next().unwrap().unwrap();
            assert_eq!((record.len(), &record[1]), (COLUMNS.len(), name));
        }
    }

    #[test]
    fn no_cell_begins_as_a_formula() {
        for name in ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "＝1", "＋1", "－1", "＠a"] {
            let line = text(lines(&[consumer("k", name)]));
            assert!(line.contains(&format!("k,'{name}")) || line.contains(&format!("k,\"'{name}")), "{line}");
        }
        assert!(text(lines(&[consumer("=1+1", "a")])).starts_with("'=1+1,a,"), "keys are chosen, too");
        assert!(text(lines(&[consumer("-a@b", "a")])).starts_with("'-a@b,a,"));
    }
}
