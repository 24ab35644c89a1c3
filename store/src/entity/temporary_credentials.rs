//! What a consumer holds until its user has decided (RFC 5849 section 2.1).

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "temporary_credentials")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub token: String,
    pub secret_key_id: i32,
    pub secret: Vec<u8>,
    pub consumer_key: String,
    pub callback: String,
    pub state: String,
    pub user_id: Option<i64>,
    pub verifier_hash: Option<Vec<u8>>,
    pub wrong_verifiers: i32,
    pub created_at: i64,
    pub expires_at: i64,
    pub sign_outs: Option<i64>,
    pub issued_token: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
