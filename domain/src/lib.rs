//! The rules for consumers, users and activity: no async, no I/O, compiles to wasm.

pub mod account_change;
pub mod activity;
mod callbacks;
pub mod cidr;
pub mod conflict;
pub mod consumer;
pub mod consumer_key;
pub mod details;
pub mod error;
pub mod event;
pub mod host;
pub mod key_request;
mod network;
pub mod query;
mod rights;
pub mod scheme;
pub mod signing;
mod text;
pub mod time;
mod typed;
pub mod user;

pub use account_change::AccountChange;
pub use activity::{Action, Activity, Actor};
pub use cidr::Cidr;
pub use conflict::{Conflict, Removed};
pub use consumer::{Consumer, ConsumerName, ConsumerSecret, DetailsEdit, Edit, Status};
pub use consumer_key::ConsumerKey;
pub use details::Reason;
pub use error::FieldError;
pub use event::Event;
pub use network::Network;
pub use query::{ConsumerQuery, Cursor, Page, Sort};
pub use rights::RightsError;
pub use text::shows_nothing;
pub use typed::TypedSecret;
pub use user::{Password, User, Username};
