//! What lies around every route of the public listener.

pub(crate) mod deadline;
pub(crate) mod denials;
pub(crate) mod headers;
pub(crate) mod in_words;
pub(crate) mod same_origin;
pub(crate) mod trace;
