//! Collecting parameters: where they may occur, how often, and of which octets (RFC 5849 §3.4.1.3, §3.5 and §3.6).

mod support;

use oauth::{Problem, Request};
use support::{
    Pairs, Place, SECRETS, Sent, URI, header, normalised, only_header, owned, protocol, query, rejected,
    signature,
};

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

#[test]
fn names_of_the_protocol_have_no_case_in_the_header_and_one_elsewhere() {
    let mut sent = Sent::usual();
    let field = String::from_utf8(sent.headers[0].clone()).unwrap();
    for (from, to) in [
        ("oauth_token=", "OAuth_Token="),
        ("oauth_consumer_key=", "OAUTH_CONSUMER_KEY="),
        ("oauth_nonce=", "oauth%5FNonce="),
        ("realm=", "Realm="),
    ] {
        assert!(field.contains(from), "{field}");
        sent.headers[0] = field.replace(from, to).into();
        assert_eq!(sent.verify(), Ok(()), "{to}");
    }
    let twice = format!("{field}, OAuth_Token=\"another\"");
    assert_eq!(names_rejected(&only_header(&twice)), ["oauth_token"]);
    let in_query = Sent { query: Some("OAUTH_TOKEN=x".into()), ..only_header(&header(&complete())) };
    let shown = in_query.parse(|request| (request.token().map(str::to_owned), normalised(&request)));
    assert_eq!(shown, Ok((Some("nnch734d00sl2jdk".into()), "OAUTH_TOKEN=x".into())));
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
fn other_parameters_may_repeat_and_sort_by_value() {
    let sent =
        Sent { query: Some("b=2&a=z&b=1&b=%2F&b=&a".into()), form: Some("b=1&aa=0".into()), ..Sent::usual() };
    let own = sent.parse(|request| normalised(&request)).unwrap();
    assert_eq!(own, "a=&a=z&aa=0&b=&b=%2F&b=1&b=1&b=2");
}

#[test]
fn names_and_values_sort_by_their_encoded_bytes() {
    let sent = Sent {
        query: Some("~=1&z=1&_=1&%5B=1&%FF=1&é=1&A=1&-=1&0=1&%20=1&%80=1&a%E9=1&a=1&a%2Fb=1&a-b=1".into()),
        ..Sent::usual()
    };
    let own = sent.parse(|request| normalised(&request)).unwrap();
    assert_eq!(own.replace("=1", ""), "%20&%5B&%80&%C3%A9&%FF&-&0&A&_&a&a%2Fb&a%E9&a-b&z&~");
}

#[test]
fn a_plus_is_a_space_in_query_and_form_and_a_plus_in_the_header() {
    let field = format!("{}, h=\"a+b%2Bc\"", header(&complete()));
    let sent =
        Sent { query: Some("q=a+b%2Bc".into()), form: Some("f+f=a+b%2Bc".into()), ..only_header(&field) };
    let seen = sent.parse(|request| {
        let value = |name: &[u8]| request.parameters().find(|(own, _)| *own == name).unwrap().1.to_owned();
        [value(b"q"), value(b"f f"), value(b"h")]
    });
    assert_eq!(seen.unwrap(), [b"a b+c", b"a b+c", b"a+b+c"]);
}

#[test]
fn empty_pieces_are_nothing_and_names_may_be_empty() {
    let sent = Sent { query: Some("&&=x&&=&a&b==c&".into()), form: Some(Vec::new()), ..Sent::usual() };
    assert_eq!(sent.parse(|request| normalised(&request)).unwrap(), "=&=x&a=&b=%3Dc");
}

#[test]
fn what_cannot_be_decoded_is_rejected_by_name_where_it_has_one() {
    let names = |query: &str| names_rejected(&Sent { query: Some(query.into()), ..Sent::usual() });
    assert_eq!(names("a=%"), ["a"]);
    assert_eq!(names("a%62=%fg"), ["ab"]);
    assert_eq!(names("a=1&%zz=1"), [""; 0]);
    assert_eq!(names("%E9=%"), ["\u{fffd}"]);
    let field = format!("{}, oauth_verifier=\"%4\"", header(&complete()));
    assert_eq!(names_rejected(&only_header(&field)), ["oauth_verifier"]);
    let field = header(&complete());
    let raw = Request {
        method: "POST",
        base_string_uri: URI.as_bytes(),
        query: None,
        authorization: &[field.as_bytes()],
        form: Some(b"ok=\xc3\xa9&ok=\xc3&bad=%\xc3\xa9"),
    };
    assert_eq!(rejected(raw.parse(&[]).unwrap_err()), ["bad"]);
}

#[test]
fn names_and_values_of_any_octets_are_signed_wherever_they_stand() {
    let binary: Pairs = vec![
        (b"name".to_vec(), b"Jos\xe9".to_vec()),
        (b"price".to_vec(), b"\xa355".to_vec()),
        (b"info_hash".to_vec(), (0..=255).collect()),
        (b"\xff\0".to_vec(), b"\xc0\xaf\xed\xa0\x80".to_vec()),
        (b"oauth\xe9".to_vec(), b"\xe9".to_vec()),
    ];
    for place in [Place::Header, Place::Query, Place::Form] {
        let sent = Sent::signed(("POST", URI), (place, &protocol()), &binary, &binary);
        assert_eq!(sent.verify(), Ok(()), "{place:?}");
    }
    let in_header = Sent::with(&[protocol(), binary.clone()].concat());
    assert_eq!(in_header.verify(), Ok(()));
    let other = Sent {
        query: Some("name=Jos%E8".into()),
        ..Sent::signed(
            ("GET", URI),
            (Place::Header, &protocol()),
            &vec![(b"name".to_vec(), b"Jos\xe9".to_vec())],
            &vec![],
        )
    };
    assert_eq!(other.verify(), Err(Problem::SignatureInvalid));
}

#[test]
fn octets_beyond_ascii_are_signed_the_same_raw_or_encoded() {
    let pairs = vec![(b"name".to_vec(), b"Jos\xe9 \xc3\xa9".to_vec())];
    let uri = b"https://api.example.com/find/Jos\xe9\xc3\xa9";
    let signed = Sent::signed(("POST", uri), (Place::Header, &protocol()), &pairs, &pairs);
    assert_eq!(signed.verify(), Ok(()));
    for raw in [&b"name=Jos\xe9+\xc3\xa9"[..], b"name=Jos%e9%20\xc3%A9"] {
        let sent = Sent { query: Some(raw.into()), form: Some(raw.into()), ..signed.clone() };
        assert_eq!(sent.verify(), Ok(()), "{raw:?}");
    }
    // A path is not decoded.
    let encoded = Sent { uri: b"https://api.example.com/find/Jos%E9%C3%A9".to_vec(), ..signed };
    assert_eq!(encoded.verify(), Err(Problem::SignatureInvalid));
}

#[test]
fn only_values_of_the_protocol_have_to_be_utf_8() {
    for name in ["oauth_token", "oauth_nonce", "oauth_signature", "oauth_callback", "oauth_foo"] {
        for value in ["%E9", "%FF", "%C3", "%ED%A0%80", "%C0%AF"] {
            let mut pairs = complete();
            pairs.retain(|(own, _)| own != name.as_bytes());
            let field = format!("{}, {name}=\"{value}\"", header(&pairs));
            assert_eq!(names_rejected(&only_header(&field)), [name], "{value}");
            let text = format!("{}&{name}={value}", query(&pairs));
            let in_query = Sent { query: Some(text.clone().into()), headers: vec![], ..only_header("") };
            assert_eq!(names_rejected(&in_query), [name], "{value}");
            let in_form = Sent { form: Some(text.into()), headers: vec![], ..only_header("") };
            assert!(why(&in_form).contains("UTF-8"), "{value}");
        }
    }
    let named = Sent { query: Some("oauth_%E9=%FF".into()), ..Sent::usual() };
    assert_eq!(names_rejected(&named), ["oauth_\u{fffd}"]);
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

#[test]
fn an_empty_token_is_no_token_but_signed() {
    for token in [None, Some("")] {
        let mut pairs = protocol();
        pairs.retain(|(name, _)| name != b"oauth_token");
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
