//! What administrators do to consumers, and how programs ask for a key.

mod bulk;
pub(crate) mod callback_urls;
pub(crate) mod change;
mod details;
pub(crate) mod edit;
mod export;
pub(crate) mod fields;
mod history;
pub mod key_requests;
mod list;
mod overview;
mod register;
mod requested;
pub(crate) mod undo;

pub use self::{
    details::{TypedDetails, reason},
    edit::TypedEdit,
    export::ExportError,
    history::HistoryLine,
    list::{Consumers, Rows},
    overview::{Overview, SignedInUsers},
    register::TypedConsumer,
};
pub use store::SignedInUser;
