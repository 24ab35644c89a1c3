//! Limits of version, method, timestamp and nonce, and the precedence of problems.

mod support;

use oauth::{Problem, SignatureMethod};
use support::{Pairs, Sent, header, only_header, owned, protocol, rejected};

/// The usual parameters with some replaced, and an invalid signature.
fn with(changes: &[(&str, &str)]) -> Sent {
    let mut pairs: Pairs = [protocol(), owned(&[("oauth_signature", "x")])].concat();
    pairs.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed.as_bytes() == name));
    pairs.extend(owned(changes));
    only_header(&header(&pairs))
}

fn refusal(changes: &[(&str, &str)]) -> Problem {
    with(changes).check().unwrap_err()
}

#[test]
fn the_version_is_1_0_or_1_0a_in_any_case_or_absent() {
    for version in ["1.0", "1.0a", "1.0A"] {
        assert!(with(&[("oauth_version", version)]).check().is_ok(), "{version}");
    }
    for version in ["", "1", "1.00", "1.0b", "2.0", " 1.0", "1.0aa"] {
        assert_eq!(refusal(&[("oauth_version", version)]), Problem::VersionRejected, "{version}");
    }
}

#[test]
fn methods_are_known_by_their_exact_names() {
    for method in SignatureMethod::ALL {
        let seen =
            with(&[("oauth_signature_method", method.name())]).parse(|request| request.signature_method());
        assert_eq!(seen, Ok(method));
        assert_eq!(SignatureMethod::parse(method.name()), Some(method));
    }
    for method in ["hmac-sha1", "HMAC-SHA384", "HMAC_SHA1", "HMAC-SHA1 ", "RSA-MD5", "plaintext", "none"] {
        assert_eq!(
            refusal(&[("oauth_signature_method", method)]),
            Problem::SignatureMethodRejected { accepted: vec![] },
            "{method}"
        );
    }
}

#[test]
fn a_timestamp_is_decimal_digits() {
    for timestamp in ["-1", "+1", "1.0", "1e9", "0x1", " 1", "1 ", "١", "now", "1,0"] {
        assert_eq!(rejected(refusal(&[("oauth_timestamp", timestamp)])), ["oauth_timestamp"], "{timestamp}");
    }
    let seen =
        |timestamp| with(&[("oauth_timestamp", timestamp)]).parse(|request| request.timestamp()).unwrap();
    assert_eq!(seen("0"), Some(0));
    assert_eq!(seen("000137131202"), Some(137_131_202));
    assert_eq!(seen("18446744073709551615"), Some(u64::MAX));
    assert_eq!(seen("18446744073709551616"), Some(u64::MAX));
    assert_eq!(seen(&"9".repeat(400)), Some(u64::MAX));
}

#[test]
fn a_timestamp_is_taken_up_to_the_skew_either_way() {
    let checked = |timestamp: u64, now, skew| {
        let sent = with(&[("oauth_timestamp", &timestamp.to_string())]);
        sent.parse(|request| request.check_timestamp(now, skew)).unwrap()
    };
    let refused = Err(Problem::TimestampRefused { from: 700, to: 1300 });
    assert_eq!(checked(699, 1000, 300), refused);
    assert_eq!(checked(700, 1000, 300), Ok(()));
    assert_eq!(checked(1300, 1000, 300), Ok(()));
    assert_eq!(checked(1301, 1000, 300), refused);
    assert_eq!(checked(1000, 1000, 0), Ok(()));
    assert_eq!(checked(999, 1000, 0), Err(Problem::TimestampRefused { from: 1000, to: 1000 }));
    // No overflow at either end.
    assert_eq!(checked(0, 100, 300), Ok(()));
    assert_eq!(checked(u64::MAX, 100, 300), Err(Problem::TimestampRefused { from: 0, to: 400 }));
    assert_eq!(checked(u64::MAX, u64::MAX, 300), Ok(()));
}

#[test]
fn a_timestamp_in_a_smaller_unit_than_seconds_is_told_so_and_not_that_the_clock_is_wrong() {
    let now = 1_796_027_626;
    let (from, to) = (now - 300, now + 300);
    let refusal = |timestamp: u64| {
        let sent = with(&[("oauth_timestamp", &timestamp.to_string())]);
        sent.parse(|request| request.check_timestamp(now, 300)).unwrap().unwrap_err()
    };
    for (timestamp, unit) in [
        (1_796_027_626_225, "milliseconds"),
        (1_700_000_000_000, "milliseconds"),
        (1_796_027_626_225_123, "microseconds"),
        (1_796_027_626_225_123_456, "nanoseconds"),
    ] {
        let problem = refusal(timestamp);
        assert_eq!(problem, Problem::TimestampTooFine { unit, from, to }, "{timestamp}");
        let advice = problem.advice();
        assert!(
            advice.contains(&format!(" in {unit}, ")) && advice.contains("seconds since 1970"),
            "{advice}"
        );
        assert!(advice.contains("takes 1796027326 to 1796027926") && !advice.contains("clock"), "{advice}");
    }
    for timestamp in [0, from - 1, to + 1, 9_999_999_999, 179_602_762_622, 10_000_000_000_000, u64::MAX] {
        let problem = refusal(timestamp);
        assert_eq!(problem, Problem::TimestampRefused { from, to }, "{timestamp}");
        assert!(problem.advice().contains("set the client's clock right"), "{problem}");
    }
}

#[test]
fn where_no_timestamp_is_accepted_at_present_the_client_is_told_to_wait_whatever_its_unit() {
    let sent = with(&[("oauth_timestamp", "1796027626225")]);
    let problem = sent.parse(|request| request.timestamp_problem(1_796_027_700, 1_796_027_626)).unwrap();
    assert!(problem.advice().contains("sign the request again in 74 seconds"), "{problem}");
}

#[test]
fn a_nonce_has_1_to_255_bytes_of_any_sort() {
    let ascii = "x".repeat(255);
    let accented = "é".repeat(127);
    for nonce in ["x", "/+=", "%25", "\0", "a b", &ascii, &accented] {
        let sent = with(&[("oauth_nonce", nonce)]);
        assert!(sent.parse(|request| request.nonce() == Some(nonce)).unwrap(), "{nonce}");
    }
    for nonce in [ascii + "x", accented + "é"] {
        assert_eq!(rejected(refusal(&[("oauth_nonce", &nonce)])), ["oauth_nonce"]);
    }
}

#[test]
fn plaintext_needs_no_nonce_and_timestamp_but_they_are_looked_at() {
    let plaintext = ("oauth_signature_method", "PLAINTEXT");
    for (name, value) in [("oauth_nonce", ""), ("oauth_timestamp", "")] {
        let sent = with(&[plaintext, (name, value)]);
        sent.parse(|request| {
            assert!(request.nonce().is_none() || request.timestamp().is_none());
            let in_time = request.timestamp().is_none();
            assert_eq!(request.check_timestamp(1, 1).is_ok(), in_time);
        })
        .unwrap();
    }
    assert_eq!(rejected(refusal(&[plaintext, ("oauth_timestamp", "soon")])), ["oauth_timestamp"]);
    assert_eq!(rejected(refusal(&[plaintext, ("oauth_nonce", &"x".repeat(256))])), ["oauth_nonce"]);
    let absent = refusal(&[("oauth_signature_method", "UNKNOWN"), ("oauth_nonce", "")]);
    assert_eq!(absent, Problem::ParameterAbsent(vec!["oauth_nonce"]));
}

#[test]
fn parameters_are_looked_at_before_version_before_method() {
    let mut wrong = vec![
        ("oauth_signature_method", "UNKNOWN"),
        ("oauth_version", "3.0"),
        ("oauth_timestamp", "soon"),
        ("oauth_consumer_key", ""),
    ];
    assert_eq!(refusal(&wrong).name(), "parameter_absent");
    wrong.push(("oauth_token", "a"));
    wrong.push(("oauth_token", "b"));
    assert_eq!(rejected(refusal(&wrong)), ["oauth_token"]);
    wrong.truncate(3);
    assert_eq!(rejected(refusal(&wrong)), ["oauth_timestamp"]);
    wrong.truncate(2);
    assert_eq!(refusal(&wrong).name(), "version_rejected");
    wrong.truncate(1);
    assert_eq!(refusal(&wrong).name(), "signature_method_rejected");
}

#[test]
fn nothing_prints_a_signature_or_a_secret() {
    let secret = "kd94hf93k423kf44";
    let sent = with(&[("oauth_signature_method", "PLAINTEXT"), ("oauth_signature", secret)]);
    let printed = sent.read(|request| {
        let signed = request.parse(&[]).unwrap();
        format!("{request:?} {signed:?} {:?}", support::SECRETS)
    });
    assert!(!printed.contains(secret) && printed.contains("dpf43f3p2l4k3l03"), "{printed}");
}
