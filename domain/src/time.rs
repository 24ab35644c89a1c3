//! Times as they are stored, compared and written.

use time::{
    Date, OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339, macros::format_description,
};

/// Milliseconds since 1970; all stored times have this precision.
pub fn milliseconds(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).expect("OffsetDateTime spans years -9999 to 9999")
}

/// The time as every program reads it: RFC 3339 in UTC, always with three fraction digits, so that times sort as text.
pub fn timestamp(at: OffsetDateTime) -> String {
    let utc = at.checked_to_offset(UtcOffset::UTC).unwrap_or_else(|| at.replace_offset(UtcOffset::UTC));
    utc.format(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z"))
        .expect("a time has every part of this format")
}

/// Reads a time in any form of RFC 3339, or a date, which is its midnight in UTC; down to the millisecond.
pub fn moment(text: &str) -> Option<OffsetDateTime> {
    let midnight = Date::parse(text, format_description!("[year]-[month]-[day]"));
    let at = match midnight {
        Ok(date) => date.midnight().assume_utc(),
        Err(_) => OffsetDateTime::parse(text, &Rfc3339).ok()?.checked_to_offset(UtcOffset::UTC)?,
    };
    at.replace_millisecond(at.millisecond()).ok()
}

/// For `#[serde(with = …)]`: written as `timestamp` does, read in every form of RFC 3339, which earlier versions wrote.
pub mod rfc3339 {
    pub use time::serde::rfc3339::deserialize;

    use super::{OffsetDateTime, timestamp};

    /// Writes a `timestamp`.
    pub fn serialize<S: serde::Serializer>(at: &OffsetDateTime, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&timestamp(*at))
    }

    /// The same for a time that may be missing.
    pub mod option {
        pub use time::serde::rfc3339::option::deserialize;

        use super::{OffsetDateTime, timestamp};

        /// Writes a `timestamp`, or null.
        pub fn serialize<S: serde::Serializer>(
            at: &Option<OffsetDateTime>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            match at {
                Some(at) => to.serialize_some(&timestamp(*at)),
                None => to.serialize_none(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use time::macros::datetime;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Times {
        #[serde(with = "rfc3339")]
        at: OffsetDateTime,
        #[serde(default, with = "rfc3339::option")]
        later: Option<OffsetDateTime>,
    }

    #[test]
    fn times_have_three_fraction_digits_and_sort_as_text() {
        let times = [
            datetime!(2026-11-28 09:30:23 UTC),
            datetime!(2026-11-28 09:30:23.1 UTC),
            datetime!(2026-11-28 09:30:23.102 UTC),
            datetime!(2026-11-28 09:30:23.12 UTC),
            datetime!(2026-11-28 09:30:24 UTC),
        ];
        let texts = times.map(timestamp);
        assert_eq!(texts[0], "2026-11-28T09:30:23.000Z");
        assert_eq!(texts[1], "2026-11-28T09:30:23.100Z");
        assert!(texts.is_sorted(), "{texts:?}");
    }

    #[test]
    fn times_are_written_in_utc_and_never_ahead() {
        assert_eq!(timestamp(datetime!(2026-11-28 09:30:23.9999 +02:00)), "2026-11-28T07:30:23.999Z");
    }

    #[test]
    fn a_moment_is_a_time_or_the_beginning_of_a_day() {
        for (text, at) in [
            ("2027-01-31", datetime!(2027-01-31 00:00 UTC)),
            ("2027-01-31T12:00:00Z", datetime!(2027-01-31 12:00 UTC)),
            ("2027-01-31t12:00:00.1239z", datetime!(2027-01-31 12:00:00.123 UTC)),
            ("2027-01-31T12:00:00-11:30", datetime!(2027-01-31 23:30 UTC)),
        ] {
            assert_eq!(moment(text), Some(at), "{text}");
        }
        for text in [
            "",
            "tomorrow",
            "2027-02-30",
            "2027-1-1",
            "31.01.2027",
            "2027-01-31T12:00:00",
            "9999-12-31T23:59:59-10:00",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn times_of_earlier_versions_and_of_other_offsets_are_read() {
        let at = datetime!(2026-11-28 09:30:23.1 UTC);
        for text in ["2026-11-28T09:30:23.1Z", "2026-11-28T09:30:23.100Z", "2026-11-28T10:30:23.1+01:00"] {
            let read: Times = serde_json::from_value(serde_json::json!({ "at": text })).unwrap();
            assert_eq!(read, Times { at, later: None }, "{text}");
        }
        let both = Times { at, later: Some(at) };
        let written = serde_json::to_value(&both).unwrap();
        let text = "2026-11-28T09:30:23.100Z";
        assert_eq!(written, serde_json::json!({ "at": text, "later": text }));
        assert_eq!(serde_json::from_value::<Times>(written).unwrap(), both);
        let without = serde_json::to_value(Times { at, later: None }).unwrap();
        assert_eq!(without["later"], serde_json::Value::Null);
    }
}
