//! A user as administrators see one: what the account may do, and whether it is in use. Never a hash or a token.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::user::Username;

/// A user in the list of users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[expect(clippy::struct_excessive_bools, reason = "each is a member of its own on the wire")]
pub struct Member {
    /// The name to sign in with.
    pub username: Username,
    /// The name that is shown, where it is another one.
    #[cfg_attr(feature = "schema", schema(required))]
    pub name: Option<String>,
    /// Whether the user has the Configure Server permission.
    pub configure_server: bool,
    /// Whether the account is disabled: no sign-in, and no consumer acts for the user.
    pub disabled: bool,
    /// Whether signing in needs a code besides the password.
    pub second_factor: bool,
    /// Whether the account has a password; without one its user has not used the link to set it yet.
    pub has_password: bool,
    /// The time when the account was made.
    #[serde(with = "crate::time::rfc3339")]
    pub created_at: OffsetDateTime,
    /// The time of the last sign-in; null: never.
    #[serde(default, with = "crate::time::rfc3339::option")]
    #[cfg_attr(feature = "schema", schema(required))]
    pub last_signed_in_at: Option<OffsetDateTime>,
    /// The number of browsers in which the user is signed in.
    pub sessions: u64,
}
