//! The pages without a script, rendered on the server alone.

pub mod api_docs;
pub mod applications;
pub mod authorize;
pub(crate) mod notice;
pub mod set_up;
pub mod sign_in;
