//! Published examples with their signatures: RFC 5849, Twitter's guide to signing, and the test cases collected at
//! oauth.net.

mod support;

use oauth::{Request, Secrets, SignatureMethod, SignedRequest, base_string_uri, sign};
use support::{Sent, normalised};

/// Parses a request with a header and a form.
fn read<'a>(
    method: &'a str,
    (uri, query): (&'a (impl AsRef<[u8]> + ?Sized), Option<&'a [u8]>),
    authorization: &'a [&'a [u8]],
    form: Option<&'a str>,
) -> SignedRequest<'a> {
    let form = form.map(str::as_bytes);
    let request = Request { method, base_string_uri: uri.as_ref(), query, authorization, form };
    request.parse(&[]).unwrap()
}

fn secrets<'a>(consumer_secret: &'a str, token_secret: &'a str) -> Secrets<'a> {
    Secrets { consumer_secret, token_secret, rsa_public_key: None }
}

#[test]
fn rfc_5849_temporary_credentials_are_asked_for() {
    let authorization: [&[u8]; 1] = [br#"OAuth realm="Photos",
        oauth_consumer_key="dpf43f3p2l4k3l03",
        oauth_signature_method="HMAC-SHA1",
        oauth_timestamp="137131200",
        oauth_nonce="wIjqoS",
        oauth_callback="http%3A%2F%2Fprinter.example.com%2Fready",
        oauth_signature="74KNZJeDHnMBp0EMJ9ZHt%2FXKycU%3D""#];
    let request = read("POST", ("https://photos.example.net/initiate", None), &authorization, None);
    assert_eq!(request.callback(), Some("http://printer.example.com/ready"));
    assert_eq!(request.token(), None);
    assert_eq!(request.verify(&secrets("kd94hf93k423kf44", "")), Ok(()));
}

#[test]
fn rfc_5849_token_credentials_are_asked_for() {
    let authorization: [&[u8]; 1] = [br#"OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="hh5s93j4hdidpola", oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131201", oauth_nonce="walatlh", oauth_verifier="hfdp7dh39dks9884", oauth_signature="gKgrFCywp7rO0OXSjdot%2FIHF7IU%3D""#];
    let request = read("POST", ("https://photos.example.net/token", None), &authorization, None);
    assert_eq!(request.token(), Some("hh5s93j4hdidpola"));
    assert_eq!(request.verifier(), Some("hfdp7dh39dks9884"));
    assert_eq!(request.verify(&secrets("kd94hf93k423kf44", "hdhd0244k9j7ao03")), Ok(()));
}

#[test]
fn rfc_5849_a_photo_is_asked_for() {
    let (uri, query) =
        base_string_uri("http://photos.example.net/photos?file=vacation.jpg&size=original").unwrap();
    let authorization: [&[u8]; 1] = [br#"OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="nnch734d00sl2jdk", oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131202", oauth_nonce="chapoH", oauth_signature="MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D""#];
    let request = read("GET", (&uri, query), &authorization, None);
    assert_eq!(request.consumer_key(), "dpf43f3p2l4k3l03");
    assert_eq!(request.signature_method(), SignatureMethod::HmacSha1);
    assert_eq!((request.timestamp(), request.nonce()), (Some(137_131_202), Some("chapoH")));
    assert_eq!(request.verify(&secrets("kd94hf93k423kf44", "pfkkdhi9sl3r4s00")), Ok(()));
}

/// §3.4.1.1 and §3.4.1.3. The signature is the RFC editor's corrected one (erratum 2550).
#[test]
fn rfc_5849_parameters_are_normalised() {
    let (uri, query) =
        base_string_uri("http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b").unwrap();
    let authorization: [&[u8]; 1] = [br#"OAuth realm="Example", oauth_consumer_key="9djdj82h48djs9d2", oauth_token="kkk9d7dh3k39sjv7", oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131201", oauth_nonce="7d8f3e4a", oauth_signature="r6%2FTJjbCOr97%2F%2BUU0NsvSne7s5g%3D""#];
    let request = read("post", (&uri, query), &authorization, Some("c2&a3=2+q"));
    let text = |octets| str::from_utf8(octets).unwrap();
    let parameters: Vec<_> = request.parameters().map(|(name, value)| (text(name), text(value))).collect();
    assert_eq!(
        parameters,
        [
            ("a2", "r b"),
            ("a3", "2 q"),
            ("a3", "a"),
            ("b5", "=%3D"),
            ("c@", ""),
            ("c2", ""),
            ("oauth_consumer_key", "9djdj82h48djs9d2"),
            ("oauth_nonce", "7d8f3e4a"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131201"),
            ("oauth_token", "kkk9d7dh3k39sjv7"),
        ]
    );
    assert_eq!(
        request.base_string(),
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540\
         %3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3D\
         HMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    );
    assert_eq!(request.verify(&secrets("j49sk3j29djd", "dh893hdasih9")), Ok(()));
}

#[test]
fn rfc_5849_base_string_uris_are_made() {
    let uri = |url| String::from_utf8(base_string_uri::<str>(url).unwrap().0).unwrap();
    assert_eq!(uri("http://EXAMPLE.COM:80/r%20v/X?id=123"), "http://example.com/r%20v/X");
    assert_eq!(uri("https://www.example.net:8080/?q=1"), "https://www.example.net:8080/");
}

/// §3.1 and §3.4.4, from §2.1's example.
#[test]
fn rfc_5849_plaintext_goes_without_nonce_and_timestamp() {
    let authorization: [&[u8]; 1] = [br#"OAuth realm="Example", oauth_consumer_key="jd83jd92dhsh93js", oauth_signature_method="PLAINTEXT", oauth_callback="http%3A%2F%2Fclient.example.net%2Fcb%3Fx%3D1", oauth_signature="ja893SD9%26""#];
    let request =
        read("POST", ("https://server.example.com/request_temp_credentials", None), &authorization, None);
    assert_eq!(request.callback(), Some("http://client.example.net/cb?x=1"));
    assert_eq!(request.verify(&secrets("ja893SD9", "")), Ok(()));
}

#[test]
fn twitters_status_update_is_verified() {
    let authorization: [&[u8]; 1] = [br#"OAuth oauth_consumer_key="xvz1evFS4wEEPTGEFPHBog", oauth_nonce="kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg", oauth_signature="tnnArxj06cWHq44gCs1OSKk%2FjLY%3D", oauth_signature_method="HMAC-SHA1", oauth_timestamp="1318622958", oauth_token="370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb", oauth_version="1.0""#];
    let request = read(
        "POST",
        ("https://api.twitter.com/1/statuses/update.json", Some("include_entities=true".as_bytes())),
        &authorization,
        Some("status=Hello%20Ladies%20%2b%20Gentlemen%2c%20a%20signed%20OAuth%20request%21"),
    );
    let secrets =
        secrets("kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw", "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE");
    assert_eq!(request.verify(&secrets), Ok(()));
}

#[test]
fn oauth_net_parameters_are_normalised() {
    let cases = [
        ("name", "name="),
        ("a=b", "a=b"),
        ("a=b&c=d", "a=b&c=d"),
        ("a=x%21y&a=x+y", "a=x%20y&a=x%21y"),
        ("x%21y=a&x=a", "x=a&x%21y=a"),
        ("a=1&c=hi%20there&f=25&f=50&f=a&z=p&z=t", "a=1&c=hi%20there&f=25&f=50&f=a&z=p&z=t"),
    ];
    for (query, expected) in cases {
        let sent = Sent { query: Some(query.into()), ..Sent::usual() };
        assert_eq!(sent.parse(|request| normalised(&request)).as_deref(), Ok(expected));
    }
}

#[test]
fn oauth_net_base_strings_are_joined() {
    let authorization: [&[u8]; 1] = [br#"OAuth realm="http://photos.example.net/", oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="nnch734d00sl2jdk", oauth_signature_method="HMAC-SHA1", oauth_signature="tR3%2BTy81lMeYAr%2FFid0kMTYa%2FWM%3D", oauth_timestamp="1191242096", oauth_nonce="kllo9940pd9333jh", oauth_version="1.0""#];
    let query = Some("file=vacation.jpg&size=original".as_bytes());
    let request = read("GET", ("http://photos.example.net/photos", query), &authorization, None);
    assert_eq!(
        request.base_string(),
        "GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg%26oauth_consumer_key%3Ddpf43f3p2l4k3l03\
         %26oauth_nonce%3Dkllo9940pd9333jh%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1191242096\
         %26oauth_token%3Dnnch734d00sl2jdk%26oauth_version%3D1.0%26size%3Doriginal"
    );
    assert_eq!(request.verify(&secrets("kd94hf93k423kf44", "pfkkdhi9sl3r4s00")), Ok(()));
}

#[test]
fn oauth_net_signatures_are_made() {
    let hmac = |consumer, token| sign(SignatureMethod::HmacSha1, "bs", consumer, token).unwrap();
    assert_eq!(hmac("cs", ""), "egQqG5AJep5sJ7anhXju1unge2I=");
    assert_eq!(hmac("cs", "ts"), "VZVjXceV7JgPq/dOTnNmEfO0Fv8=");
    let plaintext = |consumer, token| sign(SignatureMethod::Plaintext, "bs", consumer, token).unwrap();
    assert_eq!(plaintext("djr9rjt0jd78jf88", "jjd999tj88uiths3"), "djr9rjt0jd78jf88&jjd999tj88uiths3");
    assert_eq!(plaintext("djr9rjt0jd78jf88", "jjd99$tj88uiths3"), "djr9rjt0jd78jf88&jjd99%24tj88uiths3");
    assert_eq!(plaintext("djr9rjt0jd78jf88", ""), "djr9rjt0jd78jf88&");
}
