//! Giving the vault a new key.

use serde::Serialize;
use store::rotation::Begun;

use crate::{error::ServiceError, guard::admin::Admin, service::Service};

/// What a rotation has come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rotation {
    /// The number of the new key.
    pub key_id: i32,
    /// Whether it seals; otherwise the other machines need it first, and the rotation is to be run again.
    pub finished: bool,
    /// How many secrets were sealed anew.
    pub sealed: u64,
    /// The numbers of the keys that were dropped from the key file.
    pub dropped: Vec<i32>,
}

impl Service {
    /// Gives the vault a new key and seals every secret with it, or finishes what a rotation before has left to do.
    pub async fn rotate_vault(&self, admin: &Admin) -> Result<Rotation, ServiceError> {
        let key_id = match self.store.begin_rotation().await? {
            Begun::Current(key_id) => key_id,
            Begun::Added(key_id) => {
                return Ok(Rotation { key_id, finished: false, sealed: 0, dropped: Vec::new() });
            }
        };
        let mut sealed = 0;
        loop {
            sealed += self.store.seal_anew().await?;
            if let Some(dropped) = self.store.end_rotation(admin.by(self.clock.now())).await? {
                return Ok(Rotation { key_id, finished: true, sealed, dropped });
            }
        }
    }
}
