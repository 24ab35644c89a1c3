//! Names and values of parameters: their case, how they are decoded and sorted, and of which octets they are (RFC 5849
//! §3.4.1.3).

mod support;

use oauth::{Problem, Request};
use support::{
    Pairs, Place, SECRETS, Sent, URI, complete, header, names_rejected, normalised, only_header, owned,
    protocol, query, rejected, why,
};

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
