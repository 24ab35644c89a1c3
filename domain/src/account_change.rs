//! What an administrator can change about an account, except its password.

use crate::{activity::Action, user::User};

/// A change to an account, except to its password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountChange {
    /// Ends its sessions; neither it nor a consumer on its behalf can do anything. Its tokens are refused, not revoked.
    Disable,
    /// Undoes `Disable`, except that ended sessions stay ended. Revoked tokens stay revoked.
    Enable,
    /// Grants *Configure Server*.
    Permit,
    /// Withdraws *Configure Server*.
    Forbid,
}

impl AccountChange {
    /// The kind of the line that reports it.
    pub fn action(self) -> Action {
        match self {
            Self::Disable => Action::UserDisabled,
            Self::Enable => Action::UserEnabled,
            Self::Permit => Action::UserPermitted,
            Self::Forbid => Action::UserForbidden,
        }
    }
}

impl User {
    /// Whether the user can sign in and administer the server.
    pub fn can_administer(&self) -> bool {
        self.configure_server && !self.disabled
    }

    /// The user after a change; an equal one if the change does nothing.
    #[must_use]
    pub fn after(&self, change: AccountChange) -> Self {
        let user = self.clone();
        match change {
            AccountChange::Disable => Self { disabled: true, ..user },
            AccountChange::Enable => Self { disabled: false, ..user },
            AccountChange::Permit => Self { configure_server: true, ..user },
            AccountChange::Forbid => Self { configure_server: false, ..user },
        }
    }
}
