//! Operations on users, for administrators.

pub(super) mod add;
pub(super) mod change;
pub(super) mod list;
