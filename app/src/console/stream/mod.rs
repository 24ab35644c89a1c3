//! The event stream of a page: one for all tabs of a browser, which keeps only six connections to a server. One tab leads:
//! it has the connection and hands on what comes. The others follow it, and one of them leads when it is gone. A tab that
//! is hidden for a minute rests, and catches up when it is seen again.

mod connection;
mod election;
mod lead;
mod page_events;
mod recent;
mod tab;
mod tabs;
mod words;

pub(super) use tab::{Follower, follow};
