//! Second factors (RFC 6238), one for an account, each with its secret sealed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "second_factors")]
pub struct Model {
    /// Names the row to the vault.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner: String,
    pub user_id: i64,
    pub secret_key_id: i32,
    pub secret: Vec<u8>,
    /// The session that began to set it up, which alone may see the secret and confirm it.
    pub begun_by: Vec<u8>,
    pub begun_at: i64,
    /// When a first code was right; `None`: it does not count yet.
    pub confirmed_at: Option<i64>,
    /// The step of the last accepted code; no code of this step or an earlier one is accepted again.
    pub last_step: i64,
    pub wrong_codes: i64,
    pub wrong_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
