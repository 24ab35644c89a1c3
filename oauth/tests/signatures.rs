//! Signatures of every method: those made by openssl verify, all others do not.
//!
//! `tests/keys/*-signer.pem` are public keys that openssl generated. The private keys, which are not kept, signed with
//! `openssl dgst -sha256 -sign KEY BASE_STRING | base64 -w0`. The HMACs are made by openssl too:
//! `openssl dgst -sha256 -hmac 'kd94hf93k423kf44&pfkkdhi9sl3r4s00' -binary BASE_STRING | base64 -w0`.

mod support;

use oauth::{Problem, RsaPublicKey, Secrets, SignatureMethod, sign};
use support::{CONSUMER_SECRET, SECRETS, Sent, TOKEN_SECRET, header, only_header, owned, protocol, replace};

const RSA_2048: &str = include_str!("keys/rsa-2048-signer.pem");
const RSA_4096: &str = include_str!("keys/rsa-4096-exponent-3-signer.pem");
const FOREIGN: &str = include_str!("keys/rsa-2048-spki.pem");

const HMACS: [(&str, &str); 3] = [
    ("HMAC-SHA1", "PIA0MgpyQ8T06kVFwltWbOEpaKQ="),
    ("HMAC-SHA256", "eA83G5JiD+OWucY0HpPJbYZYMy9XCjn9HDuY+cHCYpM="),
    (
        "HMAC-SHA512",
        "+6o5gFGvmTh2FWnJu5JDhdQSvGm0GF4djHSnlpiPf+4mjF+tUpvfp78hbm+5rTzvFCPB5kkvYvWJZ5GI8mUgYQ==",
    ),
];

const RSAS: [(&str, &str, &str); 4] = [
    ("RSA-SHA1", RSA_2048, include_str!("signatures/rsa-2048-sha1.txt")),
    ("RSA-SHA256", RSA_2048, include_str!("signatures/rsa-2048-sha256.txt")),
    ("RSA-SHA512", RSA_2048, include_str!("signatures/rsa-2048-sha512.txt")),
    ("RSA-SHA256", RSA_4096, include_str!("signatures/rsa-4096-exponent-3-sha256.txt")),
];

/// `GET …/things?size=original` with this signature.
fn request(method: &str, signature: &str) -> Sent {
    let mut pairs = protocol();
    pairs.retain(|(name, _)| name != b"oauth_signature_method");
    pairs.extend(owned(&[("oauth_signature_method", method), ("oauth_signature", signature)]));
    Sent { query: Some("size=original".into()), ..only_header(&header(&pairs)) }
}

fn verify(sent: &Sent, secrets: &Secrets<'_>) -> Result<(), Problem> {
    sent.parse(|request| request.verify(secrets)).unwrap()
}

#[test]
fn openssls_hmacs_are_right() {
    for (method, signature) in HMACS {
        assert_eq!(request(method, signature).verify(), Ok(()), "{method}");
        let base_string = request(method, signature).parse(|request| request.base_string()).unwrap();
        let method = SignatureMethod::parse(method).unwrap();
        assert_eq!(sign(method, &base_string, CONSUMER_SECRET, TOKEN_SECRET).as_deref(), Some(signature));
    }
}

#[test]
fn openssls_rsa_signatures_are_right_and_need_no_secret() {
    for (method, key, signature) in RSAS {
        let key = RsaPublicKey::from_pem(key).unwrap();
        let secrets = Secrets { consumer_secret: "", token_secret: "", rsa_public_key: Some(&key) };
        assert_eq!(verify(&request(method, signature), &secrets), Ok(()), "{method}");
    }
}

#[test]
fn rsa_without_a_key_is_rejected_and_with_another_invalid() {
    let foreign = RsaPublicKey::from_pem(FOREIGN).unwrap();
    for (method, _, signature) in RSAS {
        let sent = request(method, signature);
        assert_eq!(verify(&sent, &SECRETS), Err(Problem::SignatureMethodRejected { accepted: vec![] }));
        let secrets = Secrets { rsa_public_key: Some(&foreign), ..SECRETS };
        assert_eq!(verify(&sent, &secrets), Err(Problem::SignatureInvalid));
        assert_eq!(sign(SignatureMethod::parse(method).unwrap(), "x", "y", "z"), None);
    }
}

#[test]
fn a_consumer_with_an_rsa_key_may_still_use_hmac_but_not_the_key_as_a_secret() {
    let key = RsaPublicKey::from_pem(RSA_2048).unwrap();
    let (method, signature) = HMACS[0];
    let secrets = Secrets { rsa_public_key: Some(&key), ..SECRETS };
    assert_eq!(verify(&request(method, signature), &secrets), Ok(()));
    let base_string = request(method, signature).parse(|request| request.base_string()).unwrap();
    let with_key = sign(SignatureMethod::HmacSha1, &base_string, RSA_2048, TOKEN_SECRET).unwrap();
    assert_eq!(verify(&request(method, &with_key), &secrets), Err(Problem::SignatureInvalid));
}

#[test]
fn one_methods_signature_is_wrong_for_every_other() {
    let key = RsaPublicKey::from_pem(RSA_2048).unwrap();
    let secrets = Secrets { rsa_public_key: Some(&key), ..SECRETS };
    let all =
        HMACS.into_iter().chain(RSAS.into_iter().take(3).map(|(method, _, signature)| (method, signature)));
    for (own, signature) in all {
        for method in SignatureMethod::ALL.into_iter().filter(|method| method.name() != own) {
            let sent = request(method.name(), signature);
            assert_eq!(verify(&sent, &secrets), Err(Problem::SignatureInvalid), "{own} as {}", method.name());
        }
    }
}

#[test]
fn only_canonical_base64_of_the_right_length_is_a_signature() {
    let key = RsaPublicKey::from_pem(RSA_2048).unwrap();
    let secrets = Secrets { rsa_public_key: Some(&key), ..SECRETS };
    for (method, right) in [HMACS[0], HMACS[1], (RSAS[0].0, RSAS[0].2)] {
        let unpadded = right.trim_end_matches('=');
        // Unused bits of the last digit, which lenient decoders ignore.
        let mut trailing = unpadded.to_owned();
        let last = trailing.pop().unwrap();
        trailing.push(char::from_u32(u32::from(last) + 1).unwrap());
        let wrong = [
            unpadded.to_owned(),
            format!("{right}="),
            format!("{right}\u{b}"),
            format!("{right}\u{a0}"),
            format!("{right}AAAA"),
            trailing + &right[unpadded.len()..],
            right[4..].to_owned(),
            right.replacen(|digit: char| digit.is_ascii_alphanumeric(), "-", 1),
            "AAAA".into(),
            "=".into(),
            "☃".into(),
            right.to_lowercase(),
        ];
        for signature in wrong {
            assert_eq!(
                verify(&request(method, &signature), &secrets),
                Err(Problem::SignatureInvalid),
                "{signature}"
            );
        }
        assert_eq!(verify(&request(method, right), &secrets), Ok(()));
    }
}

#[test]
fn a_signature_with_line_breaks_is_the_same_one() {
    let key = RsaPublicKey::from_pem(RSA_2048).unwrap();
    let secrets = Secrets { rsa_public_key: Some(&key), ..SECRETS };
    for (method, right) in [HMACS[0], HMACS[2], (RSAS[1].0, RSAS[1].2)] {
        for (width, end) in [(64, "\n"), (76, "\r\n"), (76, "\r\n\t"), (20, " ")] {
            let lines: Vec<&str> =
                right.as_bytes().chunks(width).map(|line| str::from_utf8(line).unwrap()).collect();
            let broken = lines.join(end) + end;
            assert_eq!(verify(&request(method, &broken), &secrets), Ok(()), "{broken}");
            let wrong = broken.replacen(right.chars().next().unwrap(), "_", 1);
            assert_eq!(verify(&request(method, &wrong), &secrets), Err(Problem::SignatureInvalid), "{wrong}");
        }
    }
}

#[test]
fn either_secret_wrong_is_invalid_and_they_do_not_run_together() {
    let sent = Sent::usual();
    for (consumer_secret, token_secret) in [
        ("", ""),
        (CONSUMER_SECRET, ""),
        ("", TOKEN_SECRET),
        (TOKEN_SECRET, CONSUMER_SECRET),
        ("kd94hf93k423kf44&pfkkdhi9sl3r4s00", ""),
        ("kd94hf93k423kf4", "4pfkkdhi9sl3r4s00"),
        ("kd94hf93k423kf44 ", TOKEN_SECRET),
    ] {
        let secrets = Secrets { consumer_secret, token_secret, rsa_public_key: None };
        assert_eq!(verify(&sent, &secrets), Err(Problem::SignatureInvalid));
    }
}

#[test]
fn secrets_of_any_characters_and_length_sign() {
    let long = "☃&%".repeat(100);
    for (consumer_secret, token_secret) in
        [("a&b", "c&d"), ("%26", "+ "), ("é☃", ""), (&long, &long), ("", "")]
    {
        for method in ["HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512", "PLAINTEXT"] {
            let base_string = request(method, "x").parse(|request| request.base_string()).unwrap();
            let known = SignatureMethod::parse(method).unwrap();
            let signature = sign(known, &base_string, consumer_secret, token_secret).unwrap();
            let secrets = Secrets { consumer_secret, token_secret, rsa_public_key: None };
            assert_eq!(verify(&request(method, &signature), &secrets), Ok(()));
        }
    }
}

#[test]
fn plaintext_is_both_secrets_encoded_once() {
    let secrets = Secrets { consumer_secret: "a&b", token_secret: "é", rsa_public_key: None };
    let verify = |signature| verify(&request("PLAINTEXT", signature), &secrets);
    assert_eq!(verify("a%26b&%C3%A9"), Ok(()));
    for wrong in ["a&b&é", "a%26b", "a%26b&", "a%26b&%c3%a9", "a%2526b&%25C3%25A9", "a%26b&%C3%A9 ", "&"] {
        assert_eq!(verify(wrong), Err(Problem::SignatureInvalid), "{wrong}");
    }
}

#[test]
fn the_method_is_signed_in_upper_case_and_encoded() {
    let sent = Sent { method: "get".into(), ..Sent::usual() };
    assert_eq!(sent.verify(), Ok(()));
    let custom = Sent { method: "a&b é".into(), ..Sent::usual() };
    assert!(custom.parse(|request| request.base_string()).unwrap().starts_with("A%26B%20%C3%A9&https"));
    assert_eq!(custom.verify(), Err(Problem::SignatureInvalid));
}

#[test]
fn an_unencoded_signature_in_the_header_is_read_as_it_stands() {
    for (method, signature) in HMACS {
        let mut sent = request(method, signature);
        replace(&mut sent.headers[0], &oauth::encode(signature), signature);
        assert_eq!(sent.verify(), Ok(()));
    }
}
