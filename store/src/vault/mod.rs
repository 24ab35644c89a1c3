//! Consumer and token secrets at rest: XChaCha20-Poly1305 under a key that is not in the database.
//!
//! HMAC needs the secrets in clear text, so they cannot be hashed. Each sealed secret names its key, so that keys can
//! rotate, and is bound to its row, so that rows cannot be swapped.

pub(crate) mod file;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock},
};

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use zeroize::Zeroizing;

use crate::{error::StoreError, random, vault::file::Keys};

const NONCE_BYTES: usize = 24;

/// Seals and opens secrets.
pub struct Vault {
    file: PathBuf,
    /// Every key that was in the file while this process ran: a rotation may drop one that a row read before still
    /// needs.
    keys: RwLock<Keys>,
}

/// A secret as the database stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The number of the key that sealed it.
    pub key_id: i32,
    /// Nonce, ciphertext and tag.
    pub bytes: Vec<u8>,
}

/// A consumer's or token's secret in clear text. `Debug` does not print it; its memory is wiped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a clear text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The clear text, for signing and for its owner.
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
        write!(f, "Vault({})", self.file.display())
    }
}

impl Vault {
    /// Reads the key file, or creates one (mode 0600) if there is none and `may_create` is set.
    pub fn open(path: &Path, may_create: bool) -> Result<Self, StoreError> {
        let keys = match file::read(path) {
            Err(StoreError::VaultKeyMissing(_)) if may_create => {
                file::create(path)?;
                file::read(path)?
            }
            other => other?,
        };
        Ok(Self { file: path.to_owned(), keys: RwLock::new(keys) })
    }

    /// The key file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The number of the newest key.
    ///
    /// # Panics
    /// Never: a key file without a key is damaged.
    pub fn newest(&self) -> i32 {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        *keys.last_key_value().expect("a vault has a key").0
    }

    /// Reads the key file again; returns the numbers of its keys, newest last.
    pub fn read_again(&self) -> Result<Vec<i32>, StoreError> {
        let keys = file::read(&self.file)?;
        let numbers = keys.keys().copied().collect();
        self.keys.write().unwrap_or_else(PoisonError::into_inner).extend(keys);
        Ok(numbers)
    }

    /// Seals a secret with the key of this number, for the row `owner`.
    ///
    /// # Panics
    /// Never: the cipher rejects only texts of 256 GiB and more.
    pub fn seal(&self, key_id: i32, owner: &str, secret: &str) -> Result<Sealed, StoreError> {
        let cipher = self.key(key_id).ok_or_else(|| self.unknown(key_id))?;
        let nonce = random::bytes::<NONCE_BYTES>();
        let payload = Payload { msg: secret.as_bytes(), aad: owner.as_bytes() };
        let ciphertext = cipher.encrypt(&XNonce::from(nonce), payload).expect("a secret is short");
        Ok(Sealed { key_id, bytes: [&nonce, ciphertext.as_slice()].concat() })
    }

    /// Opens a secret that was sealed for the row `owner`.
    pub fn unseal(&self, owner: &str, sealed: &Sealed) -> Result<Secret, StoreError> {
        if let Some(secret) = self.try_unseal(owner, sealed) {
            return Ok(secret);
        }
        // Another process may have added the key to the file since it was read.
        self.read_again()?;
        self.try_unseal(owner, sealed).ok_or_else(|| match self.key(sealed.key_id) {
            Some(_) => StoreError::Sealed,
            None => self.unknown(sealed.key_id),
        })
    }

    pub(crate) fn try_unseal(&self, owner: &str, sealed: &Sealed) -> Option<Secret> {
        let (nonce, ciphertext) = sealed.bytes.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: ciphertext, aad: owner.as_bytes() };
        let clear = self.key(sealed.key_id)?.decrypt(&XNonce::from(*nonce), payload).ok()?;
        String::from_utf8(clear).map(Secret::new).ok()
    }

    fn key(&self, id: i32) -> Option<XChaCha20Poly1305> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// The error for a key that is in neither the file nor memory.
    pub(crate) fn unknown(&self, key_id: i32) -> StoreError {
        StoreError::VaultKeyUnknown { key_id, path: self.file.clone() }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A vault with the keys 1 and, where the file has one by now, 2.
    fn vault() -> (tempfile::TempDir, Vault) {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(&folder.path().join("vault.key"), true).unwrap();
        (folder, vault)
    }

    #[test]
    fn a_sealed_secret_opens_for_its_own_row_alone() {
        let (_folder, vault) = vault();
        let sealed = vault.seal(1, "row 1", "correct horse").unwrap();
        assert_eq!(vault.unseal("row 1", &sealed).unwrap().expose(), "correct horse");
        assert!(matches!(vault.unseal("row 2", &sealed), Err(StoreError::Sealed)));
    }

    #[test]
    fn a_sealed_secret_with_one_changed_bit_does_not_open() {
        let (_folder, vault) = vault();
        let sealed = vault.seal(1, "row", "correct horse").unwrap();
        for at in 0..sealed.bytes.len() {
            let mut bytes = sealed.bytes.clone();
            bytes[at] ^= 1;
            assert!(vault.unseal("row", &Sealed { bytes, ..sealed.clone() }).is_err());
        }
        assert!(vault.unseal("row", &Sealed { bytes: vec![], ..sealed }).is_err());
    }

    #[test]
    fn the_same_secret_is_never_sealed_to_the_same_bytes() {
        let (_folder, vault) = vault();
        let seal = || vault.seal(1, "row", "correct horse").unwrap();
        assert_ne!(seal(), seal());
    }

    #[test]
    fn a_missing_key_file_is_made_only_where_it_may_be() {
        let (_folder, vault) = vault();
        assert!(Vault::open(vault.file(), true).is_ok());
        fs::remove_file(vault.file()).unwrap();
        assert!(matches!(Vault::open(vault.file(), false), Err(StoreError::VaultKeyMissing(_))));
    }

    #[test]
    fn a_key_that_came_into_the_file_later_is_found_there() {
        let (_folder, vault) = vault();
        let beside = Vault::open(vault.file(), false).unwrap();
        file::add(vault.file(), 2).unwrap();
        assert_eq!(beside.read_again().unwrap(), [1, 2]);
        let sealed = beside.seal(2, "row", "correct horse").unwrap();
        assert_eq!(vault.unseal("row", &sealed).unwrap().expose(), "correct horse");
    }

    #[test]
    fn a_key_that_is_in_no_file_is_named() {
        let (_folder, vault) = vault();
        let sealed = Sealed { key_id: 2, ..vault.seal(1, "row", "correct horse").unwrap() };
        for error in [vault.unseal("row", &sealed).unwrap_err(), vault.seal(2, "row", "x").unwrap_err()] {
            assert!(matches!(error, StoreError::VaultKeyUnknown { key_id: 2, .. }), "{error:?}");
            let words = error.to_string();
            assert!(words.contains("key 2") && words.contains(vault.file().to_str().unwrap()), "{words}");
        }
    }

    #[test]
    fn a_key_that_was_dropped_from_the_file_still_opens_what_was_read_before() {
        let (_folder, vault) = vault();
        let sealed = vault.seal(1, "row", "correct horse").unwrap();
        file::add(vault.file(), 2).unwrap();
        file::drop_before(vault.file(), 2).unwrap();
        assert_eq!(vault.read_again().unwrap(), [2]);
        assert!(vault.unseal("row", &sealed).is_ok());
        let later = Vault::open(vault.file(), false).unwrap().unseal("row", &sealed);
        assert!(matches!(later, Err(StoreError::VaultKeyUnknown { key_id: 1, .. })), "{later:?}");
    }

    #[test]
    fn a_wrong_key_of_the_same_number_is_exchanged_for_the_one_in_the_file() {
        let (_folder, vault) = vault();
        let (_other_folder, other) = self::vault();
        let sealed = other.seal(1, "row", "correct horse").unwrap();
        assert!(matches!(vault.unseal("row", &sealed), Err(StoreError::Sealed)));
        fs::copy(other.file(), vault.file()).unwrap();
        assert_eq!(vault.unseal("row", &sealed).unwrap().expose(), "correct horse");
    }
}
