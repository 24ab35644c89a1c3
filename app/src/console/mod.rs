//! The pages for administrators: live, with a script. A folder for each, and what they share.

pub(crate) mod consumers;
mod link;
mod refusal;
mod shell;
mod stream;
mod submit;
