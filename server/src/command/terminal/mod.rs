//! What commands read and print.

mod hidden;
pub(crate) mod input;
pub(crate) mod output;
