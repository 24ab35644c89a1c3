//! The screen. Hydrated pages are components; documents around them are rendered on the server alone.
#![recursion_limit = "256"]
#![allow(
    clippy::needless_pass_by_value,
    clippy::too_many_lines,
    reason = "components own their props; a view is one expression"
)]

pub mod consumers;
pub mod error;
pub mod header;
pub mod ui;

#[cfg(feature = "ssr")]
pub mod api_docs;
#[cfg(feature = "ssr")]
pub mod applications;
#[cfg(feature = "ssr")]
pub mod authorize;
#[cfg(feature = "ssr")]
pub mod document;
#[cfg(feature = "ssr")]
pub mod guard;
#[cfg(feature = "ssr")]
pub mod set_up;
#[cfg(feature = "ssr")]
pub mod sign_in;

pub use consumers::page::ConsumersPage;
pub use error::AppError;
