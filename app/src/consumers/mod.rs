//! The page of OAuth consumers: register, and the live table.

pub mod api;
mod confirm;
mod edit;
mod live;
mod menu;
pub mod page;
mod refusal;
mod register;
mod row;
mod scroll;
pub mod state;
mod table;
