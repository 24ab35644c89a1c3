//! Device cookies: what a browser keeps to show that an account has signed in from it. Each is sealed by the vault and bound
//! to the account's password and sign-outs, so that nobody can forge one, and a new password ends them all.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{error::StoreError, random, store::Store, tables::users::Account, vault::Sealed};

/// The bytes of the vault key's number, which a cookie begins with.
const KEY_ID_BYTES: usize = 4;
/// Longer texts are no cookies of ours.
const MOST_CHARACTERS: usize = 256;

/// The devices that accounts have signed in from. None is stored: each shows itself by its cookie.
#[derive(Clone, Copy, Debug)]
pub struct Devices<'a>(&'a Store);

impl Store {
    /// The devices that accounts have signed in from.
    pub fn devices(&self) -> Devices<'_> {
        Devices(self)
    }
}

impl Devices<'_> {
    /// A cookie for a new device of this account.
    pub fn cookie(self, account: &Account) -> Result<String, StoreError> {
        let id = format!("{:032x}", u128::from_be_bytes(random::bytes()));
        let vault = &self.0.vault;
        let sealed = vault.seal(vault.newest(), &owner(account), &id)?;
        Ok(URL_SAFE_NO_PAD.encode([&sealed.key_id.to_be_bytes(), sealed.bytes.as_slice()].concat()))
    }

    /// The identifier of the device, if its cookie was made for this account as it is now.
    pub fn recognize(self, account: &Account, cookie: &str) -> Option<String> {
        if cookie.len() > MOST_CHARACTERS {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(cookie).ok()?;
        let (key_id, bytes) = bytes.split_first_chunk::<KEY_ID_BYTES>()?;
        let sealed = Sealed { key_id: i32::from_be_bytes(*key_id), bytes: bytes.to_vec() };
        // Not `unseal`: a forged cookie must not make the vault read its file again.
        let id = self.0.vault.try_unseal(&owner(account), &sealed)?;
        Some(id.expose().to_owned())
    }
}

/// What a cookie is bound to. No row of the database has such a name.
fn owner(account: &Account) -> String {
    format!("device of user {}, {} sign-outs, {}", account.id, account.sign_outs, account.password_hash)
}
