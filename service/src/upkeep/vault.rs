//! Rotation of the vault key.

use serde::Serialize;
use store::rotation::Begun;

use crate::{error::ServiceError, guard::admin::Admin, service::Service};

/// The result of a rotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rotation {
    /// The number of the new key.
    pub key_id: i32,
    /// Whether secrets are encrypted with it. If not, distribute it to the other machines and run the rotation again.
    pub finished: bool,
    /// The number of secrets that were re-encrypted.
    pub sealed: u64,
    /// The numbers of the keys that were removed from the key file.
    pub dropped: Vec<i32>,
}

/// The vault's keys, for an administrator.
#[derive(Clone, Copy, Debug)]
pub struct VaultKeys<'a> {
    service: &'a Service,
    admin: &'a Admin,
}

impl Service {
    /// The vault's keys, for an administrator.
    pub fn vault<'a>(&'a self, admin: &'a Admin) -> VaultKeys<'a> {
        VaultKeys { service: self, admin }
    }
}

impl VaultKeys<'_> {
    /// Adds a new key and re-encrypts every secret with it, or completes an earlier rotation.
    pub async fn rotate(self) -> Result<Rotation, ServiceError> {
        let keys = self.service.store.vault_keys();
        let key_id = match keys.begin_rotation().await? {
            Begun::Current(key_id) => key_id,
            Begun::Added(key_id) => {
                return Ok(Rotation { key_id, finished: false, sealed: 0, dropped: Vec::new() });
            }
        };
        let mut sealed = 0;
        loop {
            sealed += keys.reseal().await?;
            if let Some(dropped) = keys.end_rotation(self.admin.by(self.service.clock.now())).await? {
                return Ok(Rotation { key_id, finished: true, sealed, dropped });
            }
        }
    }
}
