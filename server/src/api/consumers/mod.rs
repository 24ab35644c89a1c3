//! Consumers over the API: the same use cases as the page's.

pub(super) mod change;
pub(super) mod decide;
pub(super) mod export;
pub(super) mod list;
pub(super) mod show;
mod spreadsheet;
pub(super) mod tokens;
mod view;
