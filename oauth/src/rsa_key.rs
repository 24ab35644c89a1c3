//! RSA public keys: which keys and which structures are accepted. The text around them: `pem.rs`.

use spki::{
    AlgorithmIdentifierRef, ObjectIdentifier, SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef,
    der::{
        Decode as _, EncodePem as _,
        asn1::{AnyRef, BitStringRef},
        pem::LineEnding,
    },
};
use x509_cert::Certificate;

use crate::pem;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const LEAST_BITS: usize = 2048;
const MOST_BITS: usize = 8192;
/// A chain of certificates, with what openssl says of each.
const LONGEST_TEXT: usize = 64 * 1024;

/// Why an RSA public key is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RsaKeyError {
    /// Neither a complete PEM block with a known label nor base64, or nothing known in it.
    #[error(
        "Paste a PEM block (-----BEGIN PUBLIC KEY-----, RSA PUBLIC KEY or CERTIFICATE) or the base64 of one, whole."
    )]
    NotPem,
    /// A private key, which must not leave its owner.
    #[error("This is a private key. Paste the public one, and consider the private one known to others.")]
    Private,
    /// A key for another algorithm, or numbers that are not valid for RSA.
    #[error("This key is not an RSA key.")]
    NotRsa,
    /// Too few bits to be secure.
    #[error("Use a key of at least {LEAST_BITS} bits; this has {0}.")]
    TooShort(usize),
    /// More bits than ring verifies with.
    #[error("Use a key of at most {MOST_BITS} bits; this has {0}.")]
    TooLong(usize),
}

/// An RSA public key of 2048 to 8192 bits, for the methods RSA-SHA1, RSA-SHA256 and RSA-SHA512.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RsaPublicKey {
    pkcs1: Vec<u8>,
}

impl RsaPublicKey {
    /// Reads PEM as RFC 7468 section 2 asks of parsers, or base64 alone: SPKI (`PUBLIC KEY`), PKCS#1 (`RSA PUBLIC KEY`), or
    /// a certificate, of which only the key is used. Of a chain the first certificate counts.
    ///
    /// ```
    /// let key = oauth::RsaPublicKey::from_pem(include_str!("../tests/keys/rsa-2048-spki.pem"));
    /// assert!(key.is_ok());
    /// ```
    ///
    /// # Errors
    /// [`RsaKeyError`] tells the administrator who pasted the key what to do.
    pub fn from_pem(text: &str) -> Result<Self, RsaKeyError> {
        if text.contains("PRIVATE KEY-----") {
            return Err(RsaKeyError::Private);
        }
        if text.len() > LONGEST_TEXT {
            return Err(RsaKeyError::NotPem);
        }
        Self::from_der(&pem::decode(text).ok_or(RsaKeyError::NotPem)?)
    }

    /// Reads DER: the same structures without text around them.
    ///
    /// # Errors
    /// [`RsaKeyError`] tells the administrator whose file it is what to do.
    pub fn from_der(der: &[u8]) -> Result<Self, RsaKeyError> {
        if is_private(der) {
            return Err(RsaKeyError::Private);
        }
        let pkcs1 = if let Ok(spki) = SubjectPublicKeyInfoOwned::from_der(der) {
            from_spki(&spki)?
        } else if let Ok(certificate) = Certificate::from_der(der) {
            from_spki(certificate.tbs_certificate().subject_public_key_info())?
        } else if pkcs1::RsaPublicKeyRef::from_der(der).is_ok() {
            der.to_vec()
        } else {
            return Err(RsaKeyError::NotPem);
        };
        check(&pkcs1)?;
        Ok(Self { pkcs1 })
    }

    /// The key as SPKI PEM, in lines of 64 characters and without a line break at the end: one text for one key, whatever
    /// it was read from.
    ///
    /// ```
    /// let spki = include_str!("../tests/keys/rsa-2048-spki.pem").trim();
    /// let pkcs1 = include_str!("../tests/keys/rsa-2048-pkcs1.pem");
    /// assert_eq!(oauth::RsaPublicKey::from_pem(pkcs1)?.to_pem(), spki);
    /// # Ok::<(), oauth::RsaKeyError>(())
    /// ```
    pub fn to_pem(&self) -> String {
        let algorithm = AlgorithmIdentifierRef { oid: RSA, parameters: Some(AnyRef::NULL) };
        let key = BitStringRef::from_bytes(&self.pkcs1).expect("a key of some thousand bits is short");
        let spki = SubjectPublicKeyInfoRef { algorithm, subject_public_key: key };
        let mut pem = spki.to_pem(LineEnding::LF).expect("a checked key can be encoded");
        pem.truncate(pem.trim_end().len());
        pem
    }

    /// The key as PKCS#1 DER.
    pub(crate) fn pkcs1(&self) -> &[u8] {
        &self.pkcs1
    }
}

/// Whether DER is a private key: PKCS#1, PKCS#8 and SEC 1 begin with a version, an INTEGER of one byte. That of a public
/// key begins with the modulus.
fn is_private(der: &[u8]) -> bool {
    const SEQUENCE: u8 = 0x30;
    let begins_with_version = |any: AnyRef<'_>| matches!(any.value(), [0x02, 0x01, ..]);
    der.first() == Some(&SEQUENCE) && AnyRef::from_der(der).is_ok_and(begins_with_version)
}

fn from_spki(spki: &SubjectPublicKeyInfoOwned) -> Result<Vec<u8>, RsaKeyError> {
    if spki.algorithm.oid != RSA {
        return Err(RsaKeyError::NotRsa);
    }
    spki.subject_public_key.as_bytes().map(<[u8]>::to_vec).ok_or(RsaKeyError::NotRsa)
}

/// Accepts only keys that ring can verify with, so that an accepted key never causes a refusal later.
fn check(pkcs1: &[u8]) -> Result<(), RsaKeyError> {
    let key = pkcs1::RsaPublicKeyRef::from_der(pkcs1).map_err(|_| RsaKeyError::NotRsa)?;
    let modulus = key.modulus.as_bytes();
    let bits = modulus.len() * 8 - modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
    if bits < LEAST_BITS {
        return Err(RsaKeyError::TooShort(bits));
    }
    if bits > MOST_BITS {
        return Err(RsaKeyError::TooLong(bits));
    }
    let exponent = key.public_exponent.as_bytes();
    let value = exponent.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    let odd = modulus.last().is_some_and(|byte| byte % 2 == 1) && value % 2 == 1;
    if !odd || exponent.len() > 5 || !(3..1 << 33).contains(&value) {
        return Err(RsaKeyError::NotRsa);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use pkcs1::UintRef;
    use spki::der::Encode as _;

    use super::*;

    const SPKI: &str = include_str!("../tests/keys/rsa-2048-spki.pem");
    const PKCS1: &str = include_str!("../tests/keys/rsa-2048-pkcs1.pem");
    const CERTIFICATE: &str = include_str!("../tests/keys/rsa-2048-certificate.pem");

    fn refusal(pem: &str) -> RsaKeyError {
        RsaPublicKey::from_pem(pem).unwrap_err()
    }

    #[test]
    fn spki_pkcs1_and_certificate_hold_the_same_key() {
        let key = RsaPublicKey::from_pem(SPKI).unwrap();
        assert_eq!(RsaPublicKey::from_pem(PKCS1).unwrap(), key);
        assert_eq!(RsaPublicKey::from_pem(CERTIFICATE).unwrap(), key);
        assert_eq!(RsaPublicKey::from_pem(&format!("\n  {SPKI}\n ")).unwrap(), key);
        assert_eq!(RsaPublicKey::from_pem(&SPKI.replace('\n', "\r\n")).unwrap(), key);
        assert_eq!(key.to_pem(), SPKI.trim());
    }

    /// The base64 of a PEM block.
    fn body(pem: &str) -> String {
        pem.lines().filter(|line| !line.starts_with('-')).collect()
    }

    #[test]
    fn a_key_is_read_however_it_was_pasted() {
        let key = RsaPublicKey::from_pem(SPKI).unwrap();
        for pem in [SPKI, PKCS1, CERTIFICATE] {
            let (first, last) = (pem.lines().next().unwrap(), pem.lines().next_back().unwrap());
            let in_lines_of = |width: usize| {
                let body = body(pem).into_bytes();
                let lines: Vec<_> = body.chunks(width).map(|line| str::from_utf8(line).unwrap()).collect();
                format!("{}\n", lines.join("\n"))
            };
            for text in [
                format!("{first}\n{}{last}\n", in_lines_of(76)),
                format!("{first}{}{last}", body(pem)),
                format!("{first} {} {last}", body(pem)),
                pem.replace('\n', "  \t\n"),
                pem.replace('\n', "\n    "),
                format!("\u{feff}{pem}"),
                body(pem),
                in_lines_of(64),
                format!("\u{feff}{}\r\n", body(pem)),
                body(pem).trim_end_matches('=').to_owned(),
            ] {
                assert_eq!(RsaPublicKey::from_pem(&text).as_ref(), Ok(&key), "{text}");
            }
        }
        let other = include_str!("../tests/keys/ec-spki.pem");
        assert_eq!(RsaPublicKey::from_pem(&format!("{CERTIFICATE}{CERTIFICATE}{other}")), Ok(key));
        assert_eq!(refusal(&format!("{other}{CERTIFICATE}")), RsaKeyError::NotRsa);
    }

    #[test]
    fn a_private_key_is_refused_without_its_label_too() {
        // As PKCS#1 and PKCS#8 begin: a version, then a number or an algorithm.
        for base64 in ["MAYCAQACAQU=", "MAUCAQAwAA=="] {
            assert_eq!(refusal(base64), RsaKeyError::Private);
            let mislabelled = format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----");
            assert_eq!(refusal(&mislabelled), RsaKeyError::Private);
        }
    }

    #[test]
    fn a_key_is_read_from_der_as_well() {
        let key = RsaPublicKey::from_pem(SPKI).unwrap();
        for text in [SPKI, PKCS1, CERTIFICATE] {
            assert_eq!(RsaPublicKey::from_der(&pem::decode(text).unwrap()).as_ref(), Ok(&key), "{text}");
        }
        assert_eq!(RsaPublicKey::from_der(b""), Err(RsaKeyError::NotPem));
        assert_eq!(RsaPublicKey::from_der(&[0x30, 0x06, 2, 1, 0, 2, 1, 5]), Err(RsaKeyError::Private));
    }

    #[test]
    fn short_and_foreign_keys_are_refused() {
        assert_eq!(refusal(include_str!("../tests/keys/rsa-1024-spki.pem")), RsaKeyError::TooShort(1024));
        assert_eq!(refusal(include_str!("../tests/keys/ec-spki.pem")), RsaKeyError::NotRsa);
        assert_eq!(refusal(include_str!("../tests/keys/rsa-pss-spki.pem")), RsaKeyError::NotRsa);
    }

    #[test]
    fn what_is_no_whole_pem_block_is_refused() {
        for text in ["", "hello", &SPKI[..SPKI.len() / 2], &SPKI.replace("PUBLIC", "SECRET"), &SPKI[1..]] {
            assert_eq!(refusal(text), RsaKeyError::NotPem);
        }
        assert_eq!(
            refusal(&SPKI.replace("-----BEGIN", &format!("{}-----BEGIN", "x\n".repeat(40_000)))),
            RsaKeyError::NotPem
        );
    }

    #[test]
    fn a_private_key_is_refused_by_its_label_alone() {
        for label in ["RSA PRIVATE KEY", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "EC PRIVATE KEY"] {
            let pem = format!("-----BEGIN {label}-----\nMIIE\n-----END {label}-----");
            assert_eq!(refusal(&pem), RsaKeyError::Private);
        }
        assert_eq!(refusal(&format!("{SPKI}\n-----BEGIN PRIVATE KEY-----\n")), RsaKeyError::Private);
    }

    /// Checks a key whose modulus has this length and last byte, with this exponent.
    fn checked(bits: usize, last: u8, exponent: &[u8]) -> Result<(), RsaKeyError> {
        let mut modulus = vec![0xff; bits.div_ceil(8)];
        modulus[0] = 0xff >> (modulus.len() * 8 - bits);
        *modulus.last_mut().unwrap() = last;
        let (modulus, public_exponent) = (UintRef::new(&modulus).unwrap(), UintRef::new(exponent).unwrap());
        check(&pkcs1::RsaPublicKeyRef { modulus, public_exponent }.to_der().unwrap())
    }

    #[test]
    fn a_modulus_has_2048_to_8192_bits() {
        assert_eq!(checked(2047, 1, &[3]), Err(RsaKeyError::TooShort(2047)));
        assert_eq!(checked(2048, 1, &[3]), Ok(()));
        assert_eq!(checked(8192, 1, &[3]), Ok(()));
        assert_eq!(checked(8193, 1, &[3]), Err(RsaKeyError::TooLong(8193)));
    }

    #[test]
    fn numbers_that_nothing_can_be_verified_with_are_refused() {
        assert_eq!(checked(2048, 2, &[3]), Err(RsaKeyError::NotRsa));
        for exponent in [&[0][..], &[1], &[2], &[1, 0, 0], &[2, 0, 0, 0, 1], &[1, 0, 0, 0, 0, 1]] {
            assert_eq!(checked(2048, 1, exponent), Err(RsaKeyError::NotRsa), "{exponent:?}");
        }
        assert_eq!(checked(2048, 1, &[1, 0xff, 0xff, 0xff, 0xff]), Ok(()));
    }
}
