//! Signed-in browsers, by the hash of their cookie.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: Vec<u8>,
    pub user_id: i64,
    pub created_at: i64,
    pub last_seen_at: i64,
    /// When the user last gave the password, and the code of a second factor; `None`: an older node began the session.
    pub proved_at: Option<i64>,
    /// The network address that it was begun from.
    pub address: Option<String>,
    /// The browser's `User-Agent`.
    pub agent: Option<String>,
    /// Whether its password is shorter than an administrator's has to be; `None`: an older node began the session.
    pub short_password: Option<bool>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
