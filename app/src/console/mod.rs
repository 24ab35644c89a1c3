//! The pages for administrators: alive, with a script. A folder for each, and what they share.

pub(crate) mod connection;
pub(crate) mod consumers;
pub(crate) mod refusal;
pub(crate) mod stream;
