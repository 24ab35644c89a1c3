//! One file a table: what it is asked, and what changes it.

pub mod activity;
pub mod attempts;
pub(crate) mod consumers;
pub(crate) mod known;
pub(crate) mod sessions;
pub(crate) mod set_up_links;
pub(crate) mod state;
pub(crate) mod temporary_credentials;
pub(crate) mod tokens;
pub(crate) mod users;
pub(crate) mod vault_checks;
