//! What commands read and print.

pub(crate) mod input;
pub(crate) mod output;
