//! Times as they are stored, compared and written.

use std::str::FromStr;

use time::{Date, Month, OffsetDateTime, UtcOffset};

/// Milliseconds since 1970; all stored times have this precision.
pub fn milliseconds(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).expect("OffsetDateTime spans years -9999 to 9999")
}

// Written and read by hand: what `time` has for any format takes ten kilobytes of the page's module, compressed.

/// The time as every program reads it: RFC 3339 in UTC, always with three fraction digits, so that times sort as text.
pub fn timestamp(at: OffsetDateTime) -> String {
    let utc = at.checked_to_offset(UtcOffset::UTC).unwrap_or_else(|| at.replace_offset(UtcOffset::UTC));
    let (year, month, day) = utc.to_calendar_date();
    let (hour, minute, second, millisecond) = utc.to_hms_milli();
    let month = u8::from(month);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z")
}

/// Reads a time in any form of RFC 3339, or a date, which is its midnight in UTC; down to the millisecond.
pub fn moment(text: &str) -> Option<OffsetDateTime> {
    let at = date(text).map(|date| date.midnight().assume_utc()).or_else(|| parse(text))?;
    at.replace_millisecond(at.millisecond()).ok()
}

/// Reads a date of RFC 3339 (§5.6).
fn date(text: &str) -> Option<Date> {
    let [_, _, _, _, b'-', _, _, b'-', _, _] = text.as_bytes() else { return None };
    let month = Month::try_from(digits::<u8>(text.get(5..7)?)?).ok()?;
    Date::from_calendar_date(digits(text.get(..4)?)?, month, digits(text.get(8..)?)?).ok()
}

/// Reads a time of RFC 3339 (§5.6), which becomes one in UTC. A leap second is not one of ours.
fn parse(text: &str) -> Option<OffsetDateTime> {
    let (date, rest) = (date(text.get(..10)?)?, text.get(10..)?);
    let [b'T' | b't' | b' ', _, _, b':', _, _, b':', _, _, ..] = rest.as_bytes() else { return None };
    let (hour, minute, second) =
        (digits(rest.get(1..3)?)?, digits(rest.get(4..6)?)?, digits(rest.get(7..9)?)?);
    let rest = rest.get(9..)?;
    let (nanosecond, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let (fraction, zone) =
                rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).filter(|at| *at > 0)?);
            (digits(&format!("{fraction:0<9.9}"))?, zone)
        }
        None => (0, rest),
    };
    let local = date.with_hms_nano(hour, minute, second, nanosecond).ok()?;
    local.assume_offset(offset(zone)?).checked_to_offset(UtcOffset::UTC)
}

fn offset(zone: &str) -> Option<UtcOffset> {
    let [sign @ (b'+' | b'-'), _, _, b':', _, _] = zone.as_bytes() else {
        return zone.eq_ignore_ascii_case("Z").then_some(UtcOffset::UTC);
    };
    let (hours, minutes) = (digits::<i8>(zone.get(1..3)?)?, digits::<i8>(zone.get(4..)?)?);
    let sign = if *sign == b'-' { -1 } else { 1 };
    let is_possible = hours < 24 && minutes < 60;
    UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok().filter(|_| is_possible)
}

/// The number that a text of digits alone writes.
fn digits<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// For `#[serde(with = …)]`: written as `timestamp` does, read in every form of RFC 3339, which earlier versions wrote.
pub mod rfc3339 {
    use serde::{Deserialize as _, de::Error as _};

    use super::{OffsetDateTime, parse, timestamp};

    /// Writes a `timestamp`.
    pub fn serialize<S: serde::Serializer>(at: &OffsetDateTime, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&timestamp(*at))
    }

    /// Reads a time.
    pub fn deserialize<'de, D: serde::Deserializer<'de>>(from: D) -> Result<OffsetDateTime, D::Error> {
        read(&String::deserialize(from)?).map_err(D::Error::custom)
    }

    fn read(text: &str) -> Result<OffsetDateTime, &'static str> {
        parse(text).ok_or("a time is not written as RFC 3339 does")
    }

    /// The same for a time that may be missing.
    pub mod option {
        use super::{OffsetDateTime, read, timestamp};
        use serde::{Deserialize as _, de::Error as _};

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

        /// Reads a time, or null.
        pub fn deserialize<'de, D: serde::Deserializer<'de>>(
            from: D,
        ) -> Result<Option<OffsetDateTime>, D::Error> {
            let text = Option::<String>::deserialize(from)?;
            text.map(|text| read(&text)).transpose().map_err(D::Error::custom)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use time::{Duration, format_description::well_known::Rfc3339, macros::datetime};

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
    fn times_are_written_and_read_as_the_library_does() {
        let first = datetime!(0001-01-01 00:00 UTC);
        for step in 0..10_000 {
            let at = first + Duration::milliseconds(step * 31_536_012_345);
            assert_eq!(parse(&timestamp(at)), Some(at));
            assert_eq!(OffsetDateTime::parse(&timestamp(at), &Rfc3339), Ok(at));
            assert_eq!(parse(&at.format(&Rfc3339).unwrap()), Some(at));
        }
        for text in [
            "2026-11-28T09:30:23.123456789Z",
            "2026-11-28T09:30:23.1234567899Z",
            "2026-11-28T09:30:23.000000001+00:00",
            "2028-02-29T23:59:59-23:59",
            "2026-11-28t09:30:23z",
        ] {
            assert_eq!(parse(text), OffsetDateTime::parse(text, &Rfc3339).ok(), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_time_is_not_read() {
        for text in [
            "2026-11-28T09:30:23",
            "2026-11-28T09:30Z",
            "2026-11-28T09:30:23.Z",
            "2026-11-28T24:00:00Z",
            "2026-11-28T09:60:00Z",
            "2026-02-30T09:30:23Z",
            "2026-13-01T09:30:23Z",
            "2026-11-28T09:30:23+24:00",
            "2026-11-28T09:30:23+01:60",
            "2026-11-28T09:30:23+0100",
            "2026-11-28T09:30:23Z ",
            "+026-11-28T09:30:23Z",
            "2026-11-28T09:30:+3Z",
            "2026-11-28T09:30:2\u{e9}Z",
            "20261128T093023Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
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
