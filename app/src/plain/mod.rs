//! The pages without a script, rendered on the server alone.

pub(crate) mod api_docs;
pub(crate) mod applications;
pub(crate) mod authorize;
pub(crate) mod notice;
pub(crate) mod set_up;
pub(crate) mod sign_in;
