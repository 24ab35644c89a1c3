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

impl Service {
    /// Adds a new key to the vault and re-encrypts every secret with it, or completes an earlier rotation.
    pub async fn rotate_vault(&self, admin: &Admin) -> Result<Rotation, ServiceError> {
        let key_id = match self.store.vault_keys().begin_rotation().await? {
            Begun::Current(key_id) => key_id,
            Begun::Added(key_id) => {
                return Ok(Rotation { key_id, finished: false, sealed: 0, dropped: Vec::new() });
            }
        };
        let mut sealed = 0;
        loop {
            sealed += self.store.vault_keys().reseal().await?;
            if let Some(dropped) = self.store.vault_keys().end_rotation(admin.by(self.clock.now())).await? {
                return Ok(Rotation { key_id, finished: true, sealed, dropped });
            }
        }
    }
}
