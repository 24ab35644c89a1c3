//! The two fields of a consumer whose rules need more than counting characters.

use spki::{SubjectPublicKeyInfoOwned, der};
use url::Url;
use x509_cert::der::{Decode as _, oid::ObjectIdentifier};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const LEAST_RSA_BITS: usize = 2048;
const LONGEST_URL: usize = 2000;
const LONGEST_PEM: usize = 16 * 1024;

/// Why a callback URL is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallbackError {
    #[error("Enter a whole address such as https://app.example.com/callback, or nothing.")]
    NotAbsolute,
    #[error("Use an address that begins with https:// or http://.")]
    Scheme,
    #[error("Leave out the user name and password.")]
    UserInfo,
    #[error("Leave out the part from # on.")]
    Fragment,
    #[error("Use at most {LONGEST_URL} characters.")]
    TooLong,
}

/// A callback URL as it was typed, or `None` where the field is empty.
pub(crate) fn callback_url(text: &str) -> Result<Option<String>, CallbackError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > LONGEST_URL {
        return Err(CallbackError::TooLong);
    }
    let url = Url::parse(text).map_err(|_| CallbackError::NotAbsolute)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(CallbackError::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(CallbackError::UserInfo);
    }
    if url.fragment().is_some() {
        return Err(CallbackError::Fragment);
    }
    Ok(Some(text.to_owned()))
}

/// Why an RSA public key is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RsaKeyError {
    #[error("Paste a PEM block: -----BEGIN PUBLIC KEY-----, RSA PUBLIC KEY or CERTIFICATE, whole.")]
    NotPem,
    #[error("This is a private key. Paste the public one, and consider the private one known to others.")]
    Private,
    #[error("This key is not an RSA key.")]
    NotRsa,
    #[error("Use a key of at least {LEAST_RSA_BITS} bits; this has {0}.")]
    TooShort(usize),
}

/// An RSA public key (SPKI, PKCS#1 or certificate PEM) as it was pasted, or `None` where the field is empty.
pub(crate) fn rsa_public_key(text: &str) -> Result<Option<String>, RsaKeyError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.contains("PRIVATE KEY-----") {
        return Err(RsaKeyError::Private);
    }
    if text.len() > LONGEST_PEM {
        return Err(RsaKeyError::NotPem);
    }
    let (label, document) = der::Document::from_pem(text).map_err(|_| RsaKeyError::NotPem)?;
    let pkcs1 = match label {
        "RSA PUBLIC KEY" => document.as_bytes().to_vec(),
        "PUBLIC KEY" => from_spki(&document.decode_msg().map_err(|_| RsaKeyError::NotPem)?)?,
        "CERTIFICATE" => {
            let certificate: x509_cert::Certificate =
                document.decode_msg().map_err(|_| RsaKeyError::NotPem)?;
            from_spki(certificate.tbs_certificate().subject_public_key_info())?
        }
        _ => return Err(RsaKeyError::NotPem),
    };
    let key = pkcs1::RsaPublicKeyRef::from_der(&pkcs1).map_err(|_| RsaKeyError::NotRsa)?;
    let modulus = key.modulus.as_bytes();
    let bits = modulus.len() * 8 - modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
    if bits < LEAST_RSA_BITS {
        return Err(RsaKeyError::TooShort(bits));
    }
    Ok(Some(text.to_owned()))
}

fn from_spki(spki: &SubjectPublicKeyInfoOwned) -> Result<Vec<u8>, RsaKeyError> {
    if spki.algorithm.oid != RSA {
        return Err(RsaKeyError::NotRsa);
    }
    spki.subject_public_key.as_bytes().map(<[u8]>::to_vec).ok_or(RsaKeyError::NotRsa)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPKI: &str = include_str!("../tests/keys/rsa-2048-spki.pem");
    const PKCS1: &str = include_str!("../tests/keys/rsa-2048-pkcs1.pem");
    const CERTIFICATE: &str = include_str!("../tests/keys/rsa-2048-certificate.pem");
    const SHORT: &str = include_str!("../tests/keys/rsa-1024-spki.pem");
    const EC: &str = include_str!("../tests/keys/ec-spki.pem");

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
        assert_eq!(callback_url("https://app.example/#x"), Err(CallbackError::Fragment));
        assert_eq!(
            callback_url(&format!("https://app.example/{}", "x".repeat(2000))),
            Err(CallbackError::TooLong)
        );
    }

    #[test]
    fn an_rsa_key_comes_as_spki_pkcs1_or_certificate() {
        for pem in [SPKI, PKCS1, CERTIFICATE] {
            assert_eq!(rsa_public_key(&format!("\n{pem}\n")), Ok(Some(pem.trim().into())));
        }
        assert_eq!(rsa_public_key(" \n"), Ok(None));
    }

    #[test]
    fn short_foreign_private_and_broken_keys_are_refused() {
        assert_eq!(rsa_public_key(SHORT), Err(RsaKeyError::TooShort(1024)));
        assert_eq!(rsa_public_key(EC), Err(RsaKeyError::NotRsa));
        assert_eq!(rsa_public_key("hello"), Err(RsaKeyError::NotPem));
        assert_eq!(rsa_public_key(&SPKI[..SPKI.len() / 2]), Err(RsaKeyError::NotPem));
        let private = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----";
        assert_eq!(rsa_public_key(private), Err(RsaKeyError::Private));
    }
}
