//! One file per table: its queries and its changes.

pub(crate) mod account_changes;
pub mod activity;
pub mod attempts;
pub(crate) mod cached;
pub(crate) mod consent;
pub(crate) mod consumers;
pub(crate) mod counts;
mod details;
pub mod key_requests;
mod list;
pub(crate) mod looks;
mod order;
mod own_password;
pub(crate) mod own_sessions;
mod removed_keys;
mod request_key;
pub(crate) mod second_factors;
pub(crate) mod sessions;
pub(crate) mod set_up_links;
pub(crate) mod sign_in_steps;
pub(crate) mod state;
pub(crate) mod temporary_credentials;
pub(crate) mod texts;
pub(crate) mod tokens;
pub(crate) mod undecided;
pub(crate) mod users;
pub(crate) mod vault_checks;
