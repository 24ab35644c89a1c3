//! The pages for administrators: live, with a script. A folder for each, and what they share.

pub(crate) mod consumers;
mod counted;
mod frame;
mod link;
mod notice;
mod refusal;
mod request;
mod shell;
mod sign_in;
mod stream;
mod submit;
