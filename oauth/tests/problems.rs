//! The representations of a problem: code, advice, status, members and challenge.

use oauth::Problem;

fn rejected(names: &[&str]) -> Problem {
    let names = names.iter().map(|name| (*name).into()).collect();
    Problem::ParameterRejected { names, why: "Do better." }
}

fn all() -> Vec<Problem> {
    use Problem::*;
    vec![
        ParameterAbsent(vec!["oauth_nonce"]),
        rejected(&["oauth_nonce"]),
        rejected(&[]),
        VersionRejected,
        SignatureMethodRejected { accepted: vec![] },
        SignatureMethodRejected { accepted: vec!["HMAC-SHA256", "RSA-SHA256"] },
        TimestampRefused { from: 1, to: 2 },
        TimestampTooFine { unit: "milliseconds", from: 1, to: 2 },
        NonceUsed,
        SignatureInvalid,
        ConsumerKeyUnknown,
        ConsumerKeyRefused,
        ConsumerKeyRejected,
        ConsumerEnded,
        ConsumerElsewhere { from: None },
        ConsumerElsewhere { from: Some("2001:db8::7".parse().unwrap()) },
        ConsumerThrottled { most: 1000 },
        TokenRejected,
        TokenUsed,
        TokenRevoked,
        TokenNotAuthorized,
        VerifierInvalid,
        TokenExpired,
        InvalidExpiredToken,
        PermissionDenied,
    ]
}

fn member(problem: &Problem, name: &str) -> Option<String> {
    problem.members().into_iter().find(|(own, _)| *own == name).map(|(_, value)| value)
}

#[test]
fn each_names_itself_and_advises_in_a_sentence() {
    for problem in all() {
        let name = problem.name();
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
        assert_eq!(member(&problem, "oauth_problem").as_deref(), Some(name));
        let advice = problem.advice();
        assert!(
            advice.ends_with('.') && !advice.contains(['\n', '\t']) && !advice.contains("  "),
            "{advice}"
        );
        assert_eq!(member(&problem, "oauth_problem_advice").as_deref(), Some(advice.as_ref()));
        assert_eq!(problem.to_string(), advice);
    }
}

#[test]
fn every_name_is_in_the_list_of_names_once() {
    let sorted = |mut names: Vec<&'static str>| {
        names.sort_unstable();
        names
    };
    let mut told = sorted(all().iter().map(Problem::name).collect());
    told.dedup();
    assert_eq!(sorted(Problem::NAMES.to_vec()), told);
}

#[test]
fn what_cannot_be_understood_is_400_what_is_too_much_429_and_what_is_refused_401() {
    let bad = ["parameter_absent", "parameter_rejected", "version_rejected", "signature_method_rejected"];
    for problem in all() {
        let is_throttled = matches!(problem, Problem::ConsumerThrottled { .. });
        let status = if is_throttled { 429 } else { 401 };
        assert_eq!(problem.status(), if bad.contains(&problem.name()) { 400 } else { status }, "{problem}");
    }
}

#[test]
fn a_consumer_that_has_to_wait_is_temporarily_refused_and_told_apart_by_the_advice() {
    let throttled = Problem::ConsumerThrottled { most: 1000 };
    assert_eq!(throttled.name(), Problem::ConsumerKeyRefused.name());
    assert!(throttled.advice().contains("has 1000 temporary credentials"), "{throttled}");
}

#[test]
fn a_consumer_out_of_its_bounds_is_told_apart_from_an_undecided_one_by_the_advice() {
    let from = |text: &str| Problem::ConsumerElsewhere { from: text.parse().ok() };
    assert_eq!((from("192.0.2.1").name(), from("").name()), ("consumer_key_refused", "consumer_key_refused"));
    assert!(from("192.0.2.1").advice().contains("from 192.0.2.1;"), "{}", from("192.0.2.1"));
    assert!(from("").advice().contains("X-Forwarded-For"), "{}", from(""));
    assert_eq!(Problem::ConsumerEnded.name(), "consumer_key_rejected");
    assert_ne!(Problem::ConsumerEnded.advice(), Problem::ConsumerKeyRejected.advice());
}

#[test]
fn further_members_come_where_they_help() {
    let absent = Problem::ParameterAbsent(vec!["oauth_token", "oauth_verifier"]);
    assert_eq!(member(&absent, "oauth_parameters_absent").as_deref(), Some("oauth_token&oauth_verifier"));
    let timestamp = Problem::TimestampRefused { from: 700, to: 1300 };
    assert_eq!(member(&timestamp, "oauth_acceptable_timestamps").as_deref(), Some("700-1300"));
    let none_yet = Problem::TimestampRefused { from: 1301, to: 1300 };
    assert_eq!(member(&none_yet, "oauth_acceptable_timestamps"), None, "no range ends before it begins");
    assert!(none_yet.advice().contains("again in 1 seconds"), "{none_yet}");
    let one = Problem::TimestampRefused { from: 1300, to: 1300 };
    assert_eq!(member(&one, "oauth_acceptable_timestamps").as_deref(), Some("1300-1300"));
    let fine = Problem::TimestampTooFine { unit: "milliseconds", from: 700, to: 1300 };
    assert_eq!(member(&fine, "oauth_acceptable_timestamps").as_deref(), Some("700-1300"));
    let version = Problem::VersionRejected;
    assert_eq!(member(&version, "oauth_acceptable_versions").as_deref(), Some("1.0-1.0"));
    assert_eq!(rejected(&[]).members().len(), 2);
    assert_eq!(Problem::NonceUsed.members().len(), 2);
}

#[test]
fn a_rejected_method_is_told_which_ones_are_accepted() {
    let rejected = Problem::SignatureMethodRejected { accepted: vec!["HMAC-SHA256", "RSA-SHA256"] };
    assert!(rejected.advice().contains("; use HMAC-SHA256, RSA-SHA256. "), "{rejected}");
}

#[test]
fn names_that_the_client_chose_are_encoded() {
    let problem = rejected(&["oauth_a&b", "oauth_\r\n☃"]);
    let names = "oauth_a%26b&oauth_%0D%0A%E2%98%83";
    assert_eq!(member(&problem, "oauth_parameters_rejected").as_deref(), Some(names));
    assert_eq!(problem.advice(), "oauth_a%26b, oauth_%0D%0A%E2%98%83: Do better.");
}

#[test]
fn a_detailed_challenge_tells_what_is_absent_rejected_or_acceptable() {
    let absent = Problem::ParameterAbsent(vec!["oauth_token", "oauth_verifier"]);
    for (problem, detail) in [
        (absent, "oauth_parameters_absent=\"oauth_token&oauth_verifier\""),
        (
            rejected(&["oauth_a&b", "x\"y\\\r\n☃"]),
            "oauth_parameters_rejected=\"oauth_a%26b&x%22y%5C%0D%0A%E2%98%83\"",
        ),
        (Problem::TimestampRefused { from: 700, to: 1300 }, "oauth_acceptable_timestamps=\"700-1300\""),
        (Problem::VersionRejected, "oauth_acceptable_versions=\"1.0-1.0\""),
    ] {
        let expected = format!("{}, {detail}", problem.challenge("Photos"));
        assert_eq!(problem.detailed_challenge("Photos"), expected);
    }
    for problem in [Problem::NonceUsed, rejected(&[]), Problem::SignatureMethodRejected { accepted: vec![] }]
    {
        assert_eq!(problem.detailed_challenge("Photos"), problem.challenge("Photos"));
    }
}

#[test]
fn a_detail_that_is_too_long_for_a_header_field_is_left_out() {
    let longest = rejected(&[&"x".repeat(1024)]);
    assert!(longest.detailed_challenge("").ends_with("xxx\""));
    let longer = rejected(&[&"x".repeat(1023), "y"]);
    assert_eq!(longer.detailed_challenge(""), longer.challenge(""));
    assert!(member(&longer, "oauth_parameters_rejected").is_some());
}

#[test]
fn no_realm_breaks_out_of_the_challenge() {
    let challenge = Problem::NonceUsed.challenge("a\"b\\c\r\nd☃\u{7f}");
    assert_eq!(challenge, r#"OAuth realm="a\"b\\c??d??", oauth_problem="nonce_used""#);
    assert_eq!(rejected(&["x\"y"]).challenge(""), r#"OAuth realm="", oauth_problem="parameter_rejected""#);
}
