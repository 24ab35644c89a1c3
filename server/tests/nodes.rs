//! Several nodes on one database: what one acknowledges holds on all of them, on the very next request.

mod support;

#[path = "nodes/disapproval.rs"]
mod disapproval;
#[path = "nodes/shared.rs"]
mod shared;
