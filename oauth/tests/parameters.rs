//! Collecting parameters: where they may occur, and how often (RFC 5849 §3.5 and §3.6).

mod support;

use oauth::Problem;
use support::{
    Pairs, Place, Sent, URI, complete, header, names_rejected, only_header, owned, protocol, query, refusal,
    signature, why,
};

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
        let sent = Sent { headers: vec![oauth.clone().into(), other.into()], ..only_header("") };
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
    for (field, mistake) in [
        ("OAuth x", "equals sign"),
        ("OAuth oauth_nonce=chapoH", "double quotes"),
        ("OAuth oauth_nonce=\"chapoH", "closing quote"),
        ("OAuth a=\"b\" c=\"d\"", "comma"),
        ("OAuth a=\"b\\\"\"", "backslash"),
        ("OAuth, realm=\"x\", oauth_nonce=\"chapoH\"", "begin with OAuth and a space"),
        ("oauth_nonce=\"chapoH\"", "begin with OAuth and a space"),
    ] {
        let sent = only_header(field);
        let why = why(&sent);
        assert!(why.contains("cannot be read") && why.contains(mistake), "{field}: {why}");
        assert!(sent.read(|request| request.is_signed()), "{field}");
    }
}

#[test]
fn realm_is_no_parameter_in_any_case_and_other_unknown_names_are() {
    let field = format!(
        "{}, realm=\"again\", REALM=\"x\", Realm=\"y\", realm2=\"z\", oauth_foo=\"y\", bar=\"z\"",
        header(&complete())
    );
    let has = |name: &[u8]| {
        only_header(&field).parse(|request| request.parameters().any(|(own, _)| own == name)).unwrap()
    };
    for name in ["realm2", "oauth_foo", "bar"] {
        assert!(has(name.as_bytes()), "{name}");
    }
    for name in ["realm", "REALM", "Realm", "oauth_signature"] {
        assert!(!has(name.as_bytes()), "{name}");
    }
    // In a query, realm is a parameter like any other.
    let sent = Sent::signed(("GET", URI), (Place::Header, &protocol()), &owned(&[("realm", "x")]), &vec![]);
    assert_eq!(sent.verify(), Ok(()));
    assert!(sent.parse(|request| request.parameters().any(|(own, _)| own == b"realm")).unwrap());
}

/// The protocol parameters, signed, in the places that `place` chooses by their names.
fn spread(place: impl Fn(&str) -> Place) -> Sent {
    let (in_query, in_form) = (owned(&[("q", "a b")]), owned(&[("f", "é")]));
    let own = [protocol(), owned(&[("oauth_callback", "oob"), ("oauth_verifier", "v"), ("oauth_foo", "")])]
        .concat();
    let signature = signature(("POST", URI), &[&own, &in_query, &in_form]);
    let signed = [own, owned(&[("oauth_signature", &signature)])].concat();
    let there = |here: Place, others: Pairs| -> Pairs {
        let own = signed.iter().filter(|(name, _)| place(str::from_utf8(name).unwrap()) == here);
        others.into_iter().chain(own.cloned()).collect()
    };
    Sent {
        method: "POST".into(),
        query: Some(query(&there(Place::Query, in_query)).into()),
        form: Some(query(&there(Place::Form, in_form)).into()),
        ..only_header(&header(&there(Place::Header, vec![])))
    }
}

#[test]
fn protocol_parameters_may_be_spread_over_header_query_and_form() {
    let names = [
        "oauth_callback",
        "oauth_consumer_key",
        "oauth_foo",
        "oauth_nonce",
        "oauth_signature",
        "oauth_signature_method",
        "oauth_timestamp",
        "oauth_token",
        "oauth_verifier",
    ];
    for home in [Place::Header, Place::Query, Place::Form] {
        for away in [Place::Header, Place::Query, Place::Form] {
            for moved in names {
                let sent = spread(|name| if name == moved { away } else { home });
                assert_eq!(sent.verify(), Ok(()), "{moved} in {away:?}, the others in {home:?}");
                assert!(sent.read(|request| request.is_signed()));
                let in_query = sent.read(|request| request.is_signed_in_query());
                let place = if moved == "oauth_signature" { away } else { home };
                assert_eq!(in_query, place == Place::Query, "{moved} in {away:?}, the others in {home:?}");
            }
        }
    }
}

#[test]
fn a_protocol_parameter_in_two_places_is_rejected() {
    let header = header(&complete());
    let beside = |query: Option<&str>, form: Option<&str>| Sent {
        query: query.map(Into::into),
        form: form.map(Into::into),
        ..only_header(&header)
    };
    assert_eq!(names_rejected(&beside(Some("a=b&oauth_token=x"), None)), ["oauth_token"]);
    assert_eq!(names_rejected(&beside(None, Some("oauth_nonce=chapoH"))), ["oauth_nonce"]);
    assert_eq!(names_rejected(&beside(None, Some("oauth%5Fnonce=chapoH"))), ["oauth_nonce"]);
    assert_eq!(
        names_rejected(&beside(Some("oauth_version=1.0&oauth_foo"), Some("oauth_version=1.0&oauth_foo=x"))),
        ["oauth_foo", "oauth_version"]
    );
    assert!(beside(Some("a=b"), Some("c=d&OAUTH_X=1&oauth=2")).check().is_ok());
    let all_twice = Sent {
        headers: vec![],
        query: Some(query(&complete()).into()),
        form: Some(query(&complete()).into()),
        ..only_header("")
    };
    assert_eq!(names_rejected(&all_twice).len(), complete().len());
}

#[test]
fn protocol_parameters_come_once() {
    for name in ["oauth_consumer_key", "oauth_token", "oauth_signature", "oauth_nonce", "oauth_foo"] {
        let repeated = [complete(), owned(&[(name, "one"), (name, "two"), (name, "two")])].concat();
        assert_eq!(names_rejected(&only_header(&header(&repeated))), [name]);
        let query = Some(query(&repeated).into());
        assert_eq!(names_rejected(&Sent { query, headers: vec![], ..only_header("") }), [name]);
    }
    let twice = owned(&[("oauth_a", "x"), ("oauth_b", "x"), ("oauth_a", "x"), ("oauth_b", "x")]);
    assert_eq!(names_rejected(&only_header(&header(&twice))), ["oauth_a", "oauth_b"]);
}

#[test]
fn ten_thousand_parameters_are_taken_and_one_more_is_not() {
    let with = |count: usize| {
        let mut in_query = owned(&[]);
        in_query.resize(count - protocol().len() - 1, ("x".into(), "y".into()));
        Sent::signed(("GET", URI), (Place::Header, &protocol()), &in_query, &vec![])
    };
    assert_eq!(with(10_000).verify(), Ok(()));
    assert!(why(&with(10_001)).contains("more than 10,000 parameters"));
    assert!(why(&only_header(&format!("OAuth {}", "a=\"b\",".repeat(10_001)))).contains("more than 10,000"));
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
    for (index, (name, _)) in complete().iter().enumerate().filter(|(_, (name, _))| name != b"oauth_token") {
        let name = str::from_utf8(name).unwrap();
        let mut without = complete();
        without.remove(index);
        assert_eq!(absent(&only_header(&header(&without)), &[]), [name]);
        let mut empty = complete();
        empty[index].1.clear();
        assert_eq!(absent(&only_header(&header(&empty)), &[]), [name]);
    }
}
