//! Collecting parameters: where they may occur, and how often (RFC 5849 §3.4.1.3 and §3.5).

mod support;

use oauth::{Problem, Request};
use support::{Pairs, Place, SECRETS, Sent, URI, header, only_header, owned, protocol, query, rejected};

/// The protocol parameters with a signature that is not verified.
fn complete() -> Pairs {
    [protocol(), owned(&[("oauth_signature", "c2lnbmF0dXJl")])].concat()
}

fn refusal(sent: &Sent) -> Problem {
    sent.check().unwrap_err()
}

fn names_rejected(sent: &Sent) -> Vec<String> {
    rejected(refusal(sent))
}

fn why(sent: &Sent) -> &'static str {
    match refusal(sent) {
        Problem::ParameterRejected { why, .. } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_place_carries_a_signature() {
    for place in [Place::Header, Place::Query, Place::Form] {
        let (in_query, in_form) = (owned(&[("q", "a b"), ("q", "a+b")]), owned(&[("f", "é&="), ("q", "")]));
        let sent = Sent::signed(("POST", URI), (place, &protocol()), &in_query, &in_form);
        assert_eq!(sent.verify(), Ok(()), "{sent:?}");
    }
}

#[test]
fn only_an_oauth_field_or_a_protocol_parameter_makes_a_request_signed() {
    let signed = |headers: &[&str], query: Option<&str>, form: Option<&str>| {
        let sent = Sent {
            headers: headers.iter().map(|&field| field.into()).collect(),
            query: query.map(Into::into),
            form: form.map(Into::into),
            ..only_header("")
        };
        sent.read(|request| request.is_signed())
    };
    assert!(signed(&["OAuth"], None, None));
    assert!(signed(&["oauth realm=\"x\""], None, None));
    assert!(signed(&["OAuth (broken"], None, None));
    assert!(signed(&["Basic eA==", "OAuth"], None, None));
    assert!(signed(&[], Some("a=b&oauth_consumer_key=x"), None));
    assert!(signed(&[], Some("oauth_signature"), None));
    assert!(signed(&[], Some("o%61uth%5Fsignature=x"), None));
    assert!(signed(&["Basic eA=="], None, Some("oauth_token=x")));
    assert!(!signed(&[], None, None));
    assert!(!signed(&["Basic eA==", "Bearer x", "OAuth2 x"], None, None));
    assert!(!signed(
        &[],
        Some("oauth=1&oauth_=2&oauth_colour=3&OAUTH_TOKEN=4&%oauth_token"),
        Some("a=oauth_token")
    ));
}

#[test]
fn two_authorization_fields_are_rejected_whatever_they_are() {
    let oauth = header(&complete());
    for other in [oauth.as_str(), "Basic eA==", ""] {
        let sent = Sent { headers: vec![oauth.clone(), other.into()], ..only_header("") };
        assert_eq!(names_rejected(&sent), [""; 0]);
        assert!(why(&sent).contains("more than one Authorization"));
    }
}

#[test]
fn a_field_of_another_scheme_counts_for_nothing() {
    for field in ["Basic b2F1dGhfdG9rZW4=", "Bearer oauth_token=\"x\"", "OAuth2 oauth_token=\"x\"", "\u{ff}"]
    {
        let sent = Sent {
            headers: vec![field.into()],
            ..Sent::signed(("GET", URI), (Place::Query, &protocol()), &vec![], &vec![])
        };
        assert_eq!(sent.verify(), Ok(()), "{field}");
        assert!(matches!(refusal(&only_header(field)), Problem::ParameterAbsent(_)), "{field}");
    }
}

#[test]
fn a_malformed_field_is_rejected() {
    for field in
        ["OAuth x", "OAuth oauth_nonce=chapoH", "OAuth oauth_nonce=\"chapoH", "OAuth a=\"b\" c=\"d\""]
    {
        assert!(why(&only_header(field)).contains("cannot be read"), "{field}");
    }
}

#[test]
fn realm_is_no_parameter_and_other_unknown_names_are() {
    let field = format!("{}, realm=\"again\", REALM=\"x\", oauth_foo=\"y\", bar=\"z\"", header(&complete()));
    let names = only_header(&field)
        .parse(|request| request.parameters().map(|(name, _)| name.to_owned()).collect::<Vec<_>>());
    let names = names.unwrap();
    for name in ["REALM", "oauth_foo", "bar"] {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
    for name in ["realm", "oauth_signature"] {
        assert!(!names.contains(&name.to_owned()), "{names:?}");
    }
    // In a query, realm is a parameter like any other.
    let sent = Sent::signed(("GET", URI), (Place::Header, &protocol()), &owned(&[("realm", "x")]), &vec![]);
    assert_eq!(sent.verify(), Ok(()));
}

#[test]
fn protocol_parameters_stay_in_one_place() {
    let header = header(&complete());
    let spread = |query: Option<&str>, form: Option<&str>| Sent {
        query: query.map(Into::into),
        form: form.map(Into::into),
        ..only_header(&header)
    };
    assert_eq!(names_rejected(&spread(Some("a=b&oauth_token=x"), None)), ["oauth_token"]);
    assert_eq!(
        names_rejected(&spread(None, Some("oauth_version=1.0&oauth_foo&oauth_foo"))),
        ["oauth_foo", "oauth_version"]
    );
    assert_eq!(names_rejected(&spread(None, Some("oauth%5Fversion=1.0"))), ["oauth_version"]);
    assert!(spread(Some("a=b"), Some("c=d&OAUTH_X=1&oauth=2")).check().is_ok());
    let query_and_form = Sent {
        headers: vec![],
        query: Some(query(&complete())),
        form: Some("oauth_foo=x".into()),
        ..only_header("")
    };
    assert_eq!(names_rejected(&query_and_form), ["oauth_foo"]);
}

#[test]
fn protocol_parameters_come_once() {
    for name in ["oauth_consumer_key", "oauth_token", "oauth_signature", "oauth_nonce", "oauth_foo"] {
        let repeated = [complete(), owned(&[(name, "one"), (name, "two"), (name, "two")])].concat();
        assert_eq!(names_rejected(&only_header(&header(&repeated))), [name]);
        let query = Some(query(&repeated));
        assert_eq!(names_rejected(&Sent { query, headers: vec![], ..only_header("") }), [name]);
    }
    let twice = owned(&[("oauth_a", "x"), ("oauth_b", "x"), ("oauth_a", "x"), ("oauth_b", "x")]);
    assert_eq!(names_rejected(&only_header(&header(&twice))), ["oauth_a", "oauth_b"]);
}

#[test]
fn other_parameters_may_repeat_and_sort_by_value() {
    let sent =
        Sent { query: Some("b=2&a=z&b=1&b=%2F&b=&a".into()), form: Some("b=1&aa=0".into()), ..Sent::usual() };
    let pairs = sent.parse(|request| {
        let own = request.parameters().filter(|(name, _)| !name.starts_with("oauth_"));
        own.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
    });
    assert_eq!(pairs.unwrap(), ["a=", "a=z", "aa=0", "b=", "b=/", "b=1", "b=1", "b=2"]);
}

#[test]
fn names_and_values_sort_by_their_encoded_bytes() {
    let sent = Sent {
        query: Some("~=1&z=1&_=1&%5B=1&é=1&A=1&-=1&0=1&%20=1&a=1&a%2Fb=1&a-b=1".into()),
        ..Sent::usual()
    };
    let names = sent.parse(|request| {
        let own = request.parameters().filter(|(name, _)| !name.starts_with("oauth_"));
        own.map(|(name, _)| name.to_owned()).collect::<Vec<_>>()
    });
    assert_eq!(names.unwrap(), [" ", "[", "é", "-", "0", "A", "_", "a", "a/b", "a-b", "z", "~"]);
}

#[test]
fn a_plus_is_a_space_in_query_and_form_and_a_plus_in_the_header() {
    let field = format!("{}, h=\"a+b%2Bc\"", header(&complete()));
    let sent =
        Sent { query: Some("q=a+b%2Bc".into()), form: Some("f+f=a+b%2Bc".into()), ..only_header(&field) };
    let seen = sent.parse(|request| {
        let value = |name| request.parameters().find(|(own, _)| *own == name).unwrap().1.to_owned();
        [value("q"), value("f f"), value("h")]
    });
    assert_eq!(seen.unwrap(), ["a b+c", "a b+c", "a+b+c"]);
}

#[test]
fn empty_pieces_are_nothing_and_names_may_be_empty() {
    let sent = Sent { query: Some("&&=x&&=&a&b==c&".into()), form: Some(String::new()), ..Sent::usual() };
    let own = sent.parse(|request| {
        let own: Vec<_> = request.parameters().filter(|(name, _)| !name.starts_with("oauth_")).collect();
        oauth::form(&own)
    });
    assert_eq!(own.unwrap(), "=&=x&a=&b=%3Dc");
}

#[test]
fn what_cannot_be_decoded_is_rejected_by_name_where_it_has_one() {
    let names = |query: &str| names_rejected(&Sent { query: Some(query.into()), ..Sent::usual() });
    assert_eq!(names("a=%"), ["a"]);
    assert_eq!(names("a%62=%ff"), ["ab"]);
    assert_eq!(names("a=1&%zz=1"), [""; 0]);
    let field = format!("{}, oauth_verifier=\"%4\"", header(&complete()));
    assert_eq!(names_rejected(&only_header(&field)), ["oauth_verifier"]);
    let field = header(&complete());
    let raw = Request {
        method: "POST",
        base_string_uri: URI,
        query: None,
        authorization: &[field.as_bytes()],
        form: Some(b"ok=\xc3\xa9&bad=\xc3"),
    };
    assert_eq!(rejected(raw.parse(&[]).unwrap_err()), ["bad"]);
}

#[test]
fn a_thousand_parameters_are_taken_and_one_more_is_not() {
    let with = |count: usize| {
        let mut in_query = owned(&[]);
        in_query.resize(count - protocol().len() - 1, ("x".into(), "y".into()));
        Sent::signed(("GET", URI), (Place::Header, &protocol()), &in_query, &vec![])
    };
    assert_eq!(with(1000).verify(), Ok(()));
    assert!(why(&with(1001)).contains("more than 1,000 parameters"));
    assert!(why(&only_header(&format!("OAuth {}", "a=\"b\",".repeat(1001)))).contains("more than 1,000"));
}

#[test]
fn all_absent_parameters_are_named_at_once() {
    let absent = |sent: &Sent, required: &[&'static str]| match sent
        .read(|request| request.parse(required).map(drop))
    {
        Err(Problem::ParameterAbsent(names)) => names,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        absent(&only_header("OAuth"), &["oauth_token", "oauth_verifier"]),
        [
            "oauth_consumer_key",
            "oauth_signature_method",
            "oauth_signature",
            "oauth_timestamp",
            "oauth_nonce",
            "oauth_token",
            "oauth_verifier"
        ]
    );
    assert_eq!(absent(&Sent::usual(), &["oauth_callback"]), ["oauth_callback"]);
    for (index, (name, _)) in complete().iter().enumerate().filter(|(_, (name, _))| name != "oauth_token") {
        let mut without = complete();
        without.remove(index);
        assert_eq!(absent(&only_header(&header(&without)), &[]), [name]);
        let mut empty = complete();
        empty[index].1.clear();
        assert_eq!(absent(&only_header(&header(&empty)), &[]), [name]);
    }
}

#[test]
fn an_empty_token_is_no_token_but_signed() {
    for token in [None, Some("")] {
        let mut pairs = protocol();
        pairs.retain(|(name, _)| name != "oauth_token");
        pairs.extend(token.map(|token| ("oauth_token".into(), token.into())));
        let sent = Sent::with(&pairs);
        assert_eq!(sent.verify(), Ok(()));
        assert!(sent.parse(|request| request.token().is_none()).unwrap());
        assert_eq!(
            sent.parse(|request| request.base_string().contains("oauth_token%3D")),
            Ok(token.is_some())
        );
    }
}

#[test]
fn callback_and_verifier_are_decoded_once() {
    let sent = Sent::with(
        &[protocol(), owned(&[("oauth_callback", "https://a/?b=%20"), ("oauth_verifier", "")])].concat(),
    );
    sent.parse(|request| {
        assert_eq!(request.callback(), Some("https://a/?b=%20"));
        assert_eq!(request.verifier(), None);
        assert_eq!(request.verify(&SECRETS), Ok(()));
    })
    .unwrap();
}
