//! Parts for any page; they know nothing of consumers.

pub mod beside;
pub mod browser;
pub mod check;
pub mod copy;
pub mod dialog;
pub mod dom;
pub mod effect;
pub mod field;
pub mod follow;
pub mod keys;
pub mod mark;
pub mod menu;
pub mod number;
pub mod press;
pub mod time;
pub mod used;
