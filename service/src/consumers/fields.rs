//! The two fields of a consumer that need a parser: callback URL and RSA public key.

use domain::host::is_host;
use oauth::{RsaKeyError, RsaPublicKey};
use url::Url;

const LONGEST_URL: usize = 2000;

/// Why a callback URL is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallbackError {
    #[error("Enter a whole address such as https://app.example.com/callback, or nothing.")]
    NotAbsolute,
    #[error(
        "Use an address that begins with https://, http:// or a scheme of the application's own, as in com.example.app:/callback."
    )]
    Scheme,
    #[error("Leave out the user name and password.")]
    UserInfo,
    #[error(
        "Use a host of letters, digits, dots, hyphens and underscores, or an IP address; * stands for nothing here."
    )]
    Host,
    #[error("Leave out the part from # on.")]
    Fragment,
    #[error("Use at most {LONGEST_URL} characters.")]
    TooLong,
}

/// Parses a callback URL of the web and returns its text unchanged but trimmed; `None` if the field is empty. Those of
/// applications: `callback_urls.rs`.
pub(crate) fn callback_url(text: &str) -> Result<Option<String>, CallbackError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > LONGEST_URL {
        return Err(CallbackError::TooLong);
    }
    let url = Url::parse(text).map_err(|_| CallbackError::NotAbsolute)?;
    // `Url` adds a missing slash, corrects a backslash and drops blanks: not the address that was entered.
    let after_scheme = text.split_once(':').map_or("", |(_, rest)| rest);
    let blank = |c: char| c == '\\' || c.is_whitespace() || c.is_control();
    if url.has_host()
        && (!after_scheme.starts_with("//") || after_scheme.starts_with("///") || text.contains(blank))
    {
        return Err(CallbackError::NotAbsolute);
    }
    if !matches!(url.scheme(), "http" | "https") {
        return Err(CallbackError::Scheme);
    }
    // `Url` does not show an empty user name and password (`https://@host`).
    let authority = after_scheme.trim_start_matches('/').split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(CallbackError::UserInfo);
    }
    if !url.host_str().is_some_and(is_host) {
        return Err(CallbackError::Host);
    }
    if url.fragment().is_some() {
        return Err(CallbackError::Fragment);
    }
    Ok(Some(text.to_owned()))
}

/// Parses an RSA public key, in whatever text `RsaPublicKey` reads, and returns it as SPKI PEM, which earlier versions read
/// as well; `None` if the field is empty.
pub(crate) fn rsa_public_key(text: &str) -> Result<Option<String>, RsaKeyError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    Ok(Some(RsaPublicKey::from_pem(text)?.to_pem()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPKI: &str = include_str!("../../tests/keys/rsa-2048-spki.pem");
    const PKCS1: &str = include_str!("../../tests/keys/rsa-2048-pkcs1.pem");
    const CERTIFICATE: &str = include_str!("../../tests/keys/rsa-2048-certificate.pem");
    const SHORT: &str = include_str!("../../tests/keys/rsa-1024-spki.pem");
    const EC: &str = include_str!("../../tests/keys/ec-spki.pem");

    #[test]
    fn a_malformed_callback_is_not_corrected() {
        for text in [
            "http:app.example",
            "http:/app.example",
            "http:///app.example",
            r"http:\\app.example\cb",
            "http://app.example/a b",
            "http://app.ex\nample/",
        ] {
            assert_eq!(callback_url(text), Err(CallbackError::NotAbsolute), "{text:?}");
        }
        assert!(callback_url("https://app.example/@ada?to=a@b").is_ok());
    }

    #[test]
    fn a_callback_is_an_absolute_http_address_without_userinfo_or_fragment() {
        assert_eq!(
            callback_url(" https://app.example/cb?x=1 "),
            Ok(Some("https://app.example/cb?x=1".into()))
        );
        assert_eq!(callback_url("  "), Ok(None));
        assert_eq!(callback_url("/cb"), Err(CallbackError::NotAbsolute));
        assert_eq!(callback_url("javascript:alert(1)"), Err(CallbackError::Scheme));
        assert_eq!(callback_url("https://a:b@app.example/"), Err(CallbackError::UserInfo));
        assert_eq!(callback_url("https://@app.example/"), Err(CallbackError::UserInfo));
        assert_eq!(callback_url("https://app.example/#x"), Err(CallbackError::Fragment));
        assert_eq!(
            callback_url(&format!("https://app.example/{}", "x".repeat(2000))),
            Err(CallbackError::TooLong)
        );
    }

    #[test]
    fn a_callbacks_host_is_a_name_or_an_address() {
        for text in [
            "http://x;sandbox/",
            "http://*/",
            "https://*.example/cb",
            "https://a,b.example/",
            "https://a'b/",
            "https://a%3Bb/",
            "https://a%2ab/",
            "https://a..b/",
            "https://app.example../",
            "https://-a.example/",
            "https://a\"b/",
            "https://a&b/",
            "https://a=b/",
            "https://a!b/",
            "https://(a)/",
        ] {
            assert!(callback_url(text).is_err(), "{text}");
        }
        assert_eq!(callback_url("http://x;sandbox/"), Err(CallbackError::Host));
        for text in [
            "http://localhost:8080/cb",
            "https://bücher.example/cb",
            "https://xn--bcher-kva.example/cb",
            "http://[::1]:8080/",
            "http://192.0.2.7/",
            "http://my_app:8080/cb",
            "https://app.example./cb",
            "http://a/*;,'%2a",
        ] {
            assert_eq!(callback_url(text), Ok(Some(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn an_rsa_key_is_kept_as_spki_whatever_it_came_in() {
        for pem in [SPKI, PKCS1, CERTIFICATE] {
            assert_eq!(rsa_public_key(&format!("\n{pem}\n")), Ok(Some(SPKI.trim().into())));
            let bare: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
            assert_eq!(rsa_public_key(&bare), Ok(Some(SPKI.trim().into())));
        }
        assert_eq!(rsa_public_key(" \n"), Ok(None));
    }

    #[test]
    fn short_private_and_broken_keys_and_other_kinds_are_rejected() {
        assert_eq!(rsa_public_key(SHORT), Err(RsaKeyError::TooShort(1024)));
        assert_eq!(rsa_public_key(EC), Err(RsaKeyError::NotRsa));
        assert_eq!(rsa_public_key("hello"), Err(RsaKeyError::NotPem));
        assert_eq!(rsa_public_key(&SPKI[..SPKI.len() / 2]), Err(RsaKeyError::NotPem));
        let private = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----";
        assert_eq!(rsa_public_key(private), Err(RsaKeyError::Private));
    }
}
