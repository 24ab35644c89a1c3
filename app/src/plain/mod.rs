//! The pages that work without a script, rendered on the server alone.

pub(crate) mod activity;
pub(crate) mod add_user;
pub(crate) mod again;
mod agent;
pub(crate) mod api_docs;
pub(crate) mod applications;
pub(crate) mod authorize;
pub(crate) mod code;
pub(crate) mod consumer_panel;
mod factor_form;
mod moment_of;
pub(crate) mod notice;
mod own_page;
mod panel_activity;
mod panel_details;
mod panel_users;
pub(crate) mod passkeys;
pub(crate) mod password;
mod qr;
pub(crate) mod second_factor;
pub(crate) mod sessions;
pub(crate) mod set_password;
pub(crate) mod set_up;
mod settings;
pub(crate) mod sign_in;
pub(crate) mod user_deed;
pub(crate) mod users;
