//! The kinds of measurement, one a file; each makes a section of the page.

pub mod dance;
pub mod feed;
pub mod list;
pub mod memory;
pub mod start;
pub mod verify;
