//! Pages for people, and the plain forms on them: each form works without a script.

pub(crate) mod activity;
pub(crate) mod api_docs;
pub(crate) mod applications;
pub(crate) mod authorize;
pub(crate) mod code;
pub(crate) mod consumer;
pub(crate) mod consumers;
pub(crate) mod home;
mod input;
mod next;
pub(crate) mod password;
pub(crate) mod person;
mod proof;
pub(crate) mod render;
pub(crate) mod second_factor;
pub(crate) mod sessions;
pub(crate) mod set_password;
pub(crate) mod set_up;
pub(crate) mod sign_in;
pub(crate) mod sign_in_again;
pub(crate) mod users;
mod view;
