//! One file per table. Private: the store returns domain types.

pub(crate) mod activity;
pub(crate) mod attempt;
pub(crate) mod consumer;
pub(crate) mod passkey;
pub(crate) mod passkey_challenge;
pub(crate) mod password_link;
pub(crate) mod recovery_code;
pub(crate) mod removed_key;
pub(crate) mod sealed_key;
pub(crate) mod second_factor;
pub(crate) mod session;
pub(crate) mod set_up_link;
pub(crate) mod sign_in_step;
pub(crate) mod temporary_credentials;
pub(crate) mod token_credentials;
pub(crate) mod user;
pub(crate) mod vault_check;
