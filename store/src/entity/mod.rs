//! One file per table. Private: the store returns domain types.

pub(crate) mod activity;
pub(crate) mod attempt;
pub(crate) mod consumer;
pub(crate) mod sealed_key;
pub(crate) mod session;
pub(crate) mod set_up_link;
pub(crate) mod temporary_credentials;
pub(crate) mod token_credentials;
pub(crate) mod user;
pub(crate) mod vault_check;
