//! Several nodes on one database: what one acknowledges holds on all of them, on the very next request.

mod bounds;
mod disapproval;
mod later;
mod secret;
mod shared;
