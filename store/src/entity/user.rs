//! Accounts, each with its argon2id hash.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub username: String,
    /// The case-folded username: unique, and the lookup key.
    pub folded: String,
    pub display_name: String,
    pub password_hash: String,
    pub configure_server: bool,
    pub disabled: bool,
    pub created_at: i64,
    /// How often all sessions of the account were ended at once.
    pub sign_outs: i64,
    /// Failed attempts to sign in since the last successful one.
    pub failed_sign_ins: i64,
    pub signed_in_at: Option<i64>,
    /// Whether a confirmed row of `second_factors` is there.
    pub second_factor: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
