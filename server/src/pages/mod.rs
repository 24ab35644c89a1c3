//! Pages for people, and the plain forms on them: each form works without a script.

pub(crate) mod api_docs;
pub(crate) mod applications;
pub(crate) mod authorize;
pub(crate) mod consumers;
pub(crate) mod home;
mod input;
mod person;
pub(crate) mod render;
pub(crate) mod set_up;
pub(crate) mod sign_in;
