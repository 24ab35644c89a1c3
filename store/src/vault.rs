//! Consumer and token secrets at rest: XChaCha20-Poly1305 under a key that is not in the database.
//!
//! HMAC needs secrets in the clear, so they cannot be hashed. Each sealed secret names the key it was sealed with, so
//! that keys can rotate, and is bound to the row it belongs to, so that rows cannot be swapped.

use std::{
    fmt, fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use zeroize::Zeroizing;

use crate::{StoreError, random};

const NONCE_BYTES: usize = 24;

/// Seals and opens secrets.
pub struct Vault {
    keys: Vec<(i32, XChaCha20Poly1305)>,
}

/// A secret as the database holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Which of the vault's keys sealed it.
    pub key_id: i32,
    /// Nonce, ciphertext and tag.
    pub bytes: Vec<u8>,
}

/// A consumer's or a token's secret in the clear. Never printed by `Debug`; its memory is wiped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A secret that was made here.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The secret in the clear, for signing and for its owner.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({} keys)", self.keys.len())
    }
}

impl Vault {
    /// Reads the key file, or makes one (mode 0600) where there is none and `may_create` says so.
    pub fn open(path: &Path, may_create: bool) -> Result<Self, StoreError> {
        let file_error = |source| StoreError::VaultKeyFile { path: path.to_owned(), source };
        let text = match fs::read_to_string(path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound && may_create => {
                create(path).map_err(file_error)?;
                Zeroizing::new(fs::read_to_string(path).map_err(file_error)?)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::VaultKeyMissing(path.to_owned()));
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(StoreError::VaultKeyDamaged(path.to_owned()));
            }
            Err(error) => return Err(file_error(error)),
        };
        let keys = text.lines().map(parse_line).collect::<Option<Vec<_>>>().filter(|keys| !keys.is_empty());
        keys.map(|keys| Self { keys }).ok_or_else(|| StoreError::VaultKeyDamaged(path.to_owned()))
    }

    /// Seals a secret for the row that `owner` names.
    ///
    /// # Panics
    /// Never: the cipher refuses only texts of 256 GiB and more.
    pub fn seal(&self, owner: &str, secret: &str) -> Sealed {
        let (key_id, cipher) = self.keys.last().expect("a vault has a key");
        let nonce = random::bytes::<NONCE_BYTES>();
        let payload = Payload { msg: secret.as_bytes(), aad: owner.as_bytes() };
        let ciphertext = cipher.encrypt(&XNonce::from(nonce), payload).expect("a secret is short");
        Sealed { key_id: *key_id, bytes: [&nonce, ciphertext.as_slice()].concat() }
    }

    /// Opens a secret sealed for the row that `owner` names.
    pub fn unseal(&self, owner: &str, sealed: &Sealed) -> Result<Secret, StoreError> {
        let (_, cipher) = self.keys.iter().find(|(id, _)| *id == sealed.key_id).ok_or(StoreError::Sealed)?;
        let (nonce, ciphertext) =
            sealed.bytes.split_first_chunk::<NONCE_BYTES>().ok_or(StoreError::Sealed)?;
        let payload = Payload { msg: ciphertext, aad: owner.as_bytes() };
        let clear = cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| StoreError::Sealed)?;
        String::from_utf8(clear).map(Secret::new).map_err(|_| StoreError::Sealed)
    }
}

fn parse_line(line: &str) -> Option<(i32, XChaCha20Poly1305)> {
    let (id, key) = line.split_once(':')?;
    let key = Zeroizing::new(BASE64.decode(key).ok()?);
    Some((id.parse().ok()?, XChaCha20Poly1305::new_from_slice(&key).ok()?))
}

/// Makes a key file that is either whole or not there, and never replaces one.
fn create(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let draft = PathBuf::from(format!("{}.{:016x}", path.display(), u64::from_ne_bytes(random::bytes())));
    let key = Zeroizing::new(random::bytes::<32>());
    let line = Zeroizing::new(format!("1:{}\n", BASE64.encode(key.as_slice())));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_all());
    // A hard link fails where the name exists, unlike a rename: another process that was faster keeps its key.
    let linked = written.and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    });
    fs::remove_file(&draft)?;
    linked?;
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn a_sealed_secret_opens_for_its_own_row_alone() {
        let vault = Vault::open(&folder().path().join("vault.key"), true).unwrap();
        let sealed = vault.seal("row 1", "correct horse");
        assert_eq!(vault.unseal("row 1", &sealed).unwrap().expose(), "correct horse");
        assert!(matches!(vault.unseal("row 2", &sealed), Err(StoreError::Sealed)));
    }

    #[test]
    fn a_sealed_secret_with_one_changed_bit_does_not_open() {
        let vault = Vault::open(&folder().path().join("vault.key"), true).unwrap();
        let sealed = vault.seal("row", "correct horse");
        for at in 0..sealed.bytes.len() {
            let mut bytes = sealed.bytes.clone();
            bytes[at] ^= 1;
            assert!(vault.unseal("row", &Sealed { bytes, ..sealed.clone() }).is_err());
        }
        assert!(vault.unseal("row", &Sealed { bytes: vec![], ..sealed }).is_err());
    }

    #[test]
    fn the_same_secret_is_never_sealed_to_the_same_bytes() {
        let vault = Vault::open(&folder().path().join("vault.key"), true).unwrap();
        assert_ne!(vault.seal("row", "correct horse"), vault.seal("row", "correct horse"));
    }

    #[test]
    fn the_key_file_is_for_its_owner_alone_and_is_made_once() {
        let folder = folder();
        let path = folder.path().join("vault.key");
        let sealed = Vault::open(&path, true).unwrap().seal("row", "correct horse");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(Vault::open(&path, true).unwrap().unseal("row", &sealed).is_ok());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left behind");
    }

    #[test]
    fn a_missing_key_file_is_made_only_where_it_may_be() {
        let path = folder().path().join("vault.key");
        assert!(matches!(Vault::open(&path, false), Err(StoreError::VaultKeyMissing(_))));
    }

    #[test]
    fn a_damaged_key_file_is_told_apart_from_a_missing_one() {
        let folder = folder();
        let path = folder.path().join("vault.key");
        for text in ["", "nonsense", "1:c2hvcnQ=", "x:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
            fs::write(&path, text).unwrap();
            assert!(matches!(Vault::open(&path, true), Err(StoreError::VaultKeyDamaged(_))), "{text}");
        }
    }
}
