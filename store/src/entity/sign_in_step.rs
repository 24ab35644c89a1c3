//! Sign-ins whose password was right and whose code is still to come, by the hash of their token.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_steps")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: Vec<u8>,
    pub user_id: i64,
    /// The account's `sign_outs` as the password was checked: a new password or a sign-out everywhere ends the step.
    pub sign_outs: i64,
    pub created_at: i64,
    /// Whether the password is shorter than an administrator's has to be; `None`: an older node checked it.
    pub short_password: Option<bool>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
