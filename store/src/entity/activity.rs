//! The append-only log; its number orders events.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "activity")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub at: i64,
    pub actor: String,
    pub action: String,
    pub consumer_key: Option<String>,
    /// The revision that this change created; `None` if no consumer was changed.
    pub consumer_revision: Option<i64>,
    pub address: Option<String>,
    pub before: Option<Json>,
    pub after: Option<Json>,
    pub reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
