//! Accounts: setting up, signing in, what administrators do to them, and what their owners have allowed.

pub mod fresh;
mod lanes;
mod members;
mod new_password;
pub mod own;
pub mod own_password;
pub mod own_sessions;
pub mod passkeys;
pub mod password_links;
pub mod proof;
pub mod second_factor;
pub mod second_step;
pub mod set_up;
pub mod sign_in;
mod slow_down;
pub mod users;
