//! Accounts: setting up, signing in, what administrators do to them, and what their owners have allowed.

mod new_password;
pub mod own;
pub mod set_up;
pub mod sign_in;
mod slow_down;
pub mod users;
