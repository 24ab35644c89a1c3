//! Registered consumers, each with its secret sealed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "consumers")]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub name: String,
    pub secret_key_id: i32,
    pub secret: Vec<u8>,
    pub status: String,
    pub trusted: bool,
    pub trusted_wished: bool,
    pub may_administer: bool,
    pub callback_url: Option<String>,
    pub has_secret: bool,
    pub rsa_public_key: Option<String>,
    pub created_at: i64,
    pub created_by: String,
    pub updated_at: i64,
    pub last_used_at: Option<i64>,
    pub revision: i64,
    pub requested_from: Option<String>,
    pub requested_network: Option<String>,
    pub requested_times: i64,
    pub request_digest: Option<Vec<u8>>,
    pub request_fingerprint: Option<String>,
    /// A list of texts: the callbacks beside `callback_url`, which alone earlier versions know.
    pub other_callback_urls: Option<Json>,
    pub allow_oauth_1_0: bool,
    pub owner: Option<String>,
    pub contact: Option<String>,
    pub note: Option<String>,
    /// A username, of an account that exists: accounts are never deleted nor renamed.
    pub functional_user: Option<String>,
    /// A list of texts in CIDR notation.
    pub networks: Option<Json>,
    pub ends_at: Option<i64>,
    pub reason: Option<String>,
    /// The status that `reason` is about.
    pub reason_of: Option<String>,
    /// What the name looks like; `None` in the row of a node that did not know that.
    pub name_looks: Option<String>,
    /// The name of an approved consumer that the name looked like when it was asked for.
    pub resembles: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
