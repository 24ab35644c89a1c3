//! Attacks on signature and base string that no other file tries, and the changes that RFC 5849 does not detect.

mod support;

use oauth::{Problem, RsaPublicKey, Secrets};
use support::{Pairs, Place, SECRETS, Sent, URI, header, only_header, owned, protocol, replace};

const EXPONENT_3: &str = include_str!("keys/rsa-4096-exponent-3-signer.pem");
const GENUINE: &str = include_str!("signatures/rsa-4096-exponent-3-sha256.txt");
const FORGED: &str = include_str!("signatures/rsa-4096-exponent-3-forged-sha256.txt");

/// Sends a request whose query was signed as `signed`.
fn replaced(signed: &[(&str, &str)], query: &str) -> Sent {
    let request = ("GET", URI);
    Sent {
        query: Some(query.into()),
        ..Sent::signed(request, (Place::Header, &protocol()), &owned(signed), &Pairs::new())
    }
}

/// The cube of the forged signature, which needs no private key, begins like the padded digest of this very request:
/// `00 01`, eight `ff`, `00`, `DigestInfo`. The genuine padding fills the whole block.
#[test]
fn a_signature_forged_as_a_cube_root_is_invalid() {
    let key = RsaPublicKey::from_pem(EXPONENT_3).unwrap();
    let secrets = Secrets { rsa_public_key: Some(&key), ..SECRETS };
    let verify = |signature: &str| {
        let mut pairs = protocol();
        pairs.retain(|(name, _)| name != b"oauth_signature_method");
        pairs.extend(owned(&[("oauth_signature_method", "RSA-SHA256"), ("oauth_signature", signature)]));
        let sent = Sent { query: Some("size=original".into()), ..only_header(&header(&pairs)) };
        sent.parse(|request| request.verify(&secrets)).unwrap()
    };
    assert_eq!(verify(GENUINE), Ok(()));
    assert_eq!(verify(FORGED), Err(Problem::SignatureInvalid));
}

#[test]
fn no_value_passes_for_further_parameters_and_no_parameters_for_a_value() {
    for (signed, genuine, forged) in [
        (&[("a", "1&b=2")][..], "a=1%26b%3D2", "a=1&b=2"),
        (&[("a", "1"), ("b", "2")], "a=1&b=2", "a=1%26b%3D2"),
        (&[("a", "1=2")], "a=1%3D2", "a%3D1=2"),
        (&[("a", "%26")], "a=%2526", "a=%26"),
        (&[("a", "b")], "a=b", "a%3Db="),
    ] {
        assert_eq!(replaced(signed, genuine).verify(), Ok(()), "{genuine}");
        assert_eq!(replaced(signed, forged).verify(), Err(Problem::SignatureInvalid), "{forged}");
    }
}

#[test]
fn a_part_of_the_uri_does_not_pass_for_parameters_or_the_method() {
    let moved = |method: &str, uri: &str, query: &str| Sent {
        method: method.to_owned(),
        uri: uri.into(),
        query: Some(query.into()),
        ..Sent::signed(
            ("GET", URI),
            (Place::Header, &protocol()),
            &owned(&[("a", "1"), ("b", "2")]),
            &Pairs::new(),
        )
    };
    assert_eq!(moved("GET", URI, "a=1&b=2").verify(), Ok(()));
    for (method, uri, query) in [
        ("GET", format!("{URI}&a%3D1"), "b=2"),
        ("GET", format!("{URI}?a=1"), "b=2"),
        ("GET", format!("{URI}%26a%253D1"), "b=2"),
        ("GET&https", URI.to_owned(), "a=1&b=2"),
    ] {
        assert_eq!(moved(method, &uri, query).verify(), Err(Problem::SignatureInvalid), "{method} {uri}");
    }
}

#[test]
fn where_a_parameter_stands_and_how_it_is_spelt_is_not_signed() {
    let form = owned(&[("a", "1"), ("a", "2"), ("b", "x y")]);
    let sent = Sent::signed(("POST", URI), (Place::Header, &protocol()), &Pairs::new(), &form);
    assert_eq!(sent.verify(), Ok(()));
    for (query, form) in [
        (Some("a=1&a=2&b=x%20y"), None),
        (Some("b=x+y"), Some("a=1&a=2")),
        (None, Some("a=2&a=1&b=x+y")),
        (None, Some("%61=1&a=%32&b=x%20y")),
    ] {
        let moved = Sent { query: query.map(Into::into), form: form.map(Into::into), ..sent.clone() };
        assert_eq!(moved.verify(), Ok(()), "{query:?} {form:?}");
    }
    let mut realm = sent;
    replace(&mut realm.headers[0], "realm=\"Things\"", "realm=\"Others\"");
    assert_eq!(realm.verify(), Ok(()));
}
