//! Passkeys (Web Authentication), several for an account. They are public keys, so nothing here is secret.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "passkeys")]
pub struct Model {
    /// Names it to its authenticator, and is unique among all accounts.
    #[sea_orm(primary_key, auto_increment = false)]
    pub credential_id: Vec<u8>,
    pub user_id: i64,
    /// Names the account to authenticators; the same for all of its passkeys.
    pub user_handle: Vec<u8>,
    pub name: String,
    /// The public key and what else a signature is verified with, as JSON.
    pub credential: String,
    /// The authenticator's count of its signatures at the last use; 0 where it does not count them.
    pub counter: i64,
    pub added_at: i64,
    pub used_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
