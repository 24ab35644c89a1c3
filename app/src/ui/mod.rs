//! Parts of any page: no word of the domain in here.

pub mod busy;
pub mod copy;
pub mod dialog;
pub mod dom;
pub mod field;
pub mod mark;
pub mod menu;
pub mod time;
