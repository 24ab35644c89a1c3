//! Why a request was denied. The layer or handler that denies it leaves the reason in the answer; `layers::denials`
//! counts it, and writes it into the log.

use axum::Extension;
use domain::Username;

use crate::state::denials::Reason;

/// Why a request was denied, and the user it was about. Strangers choose what they type into a field: only what is a
/// well-formed username is kept.
#[derive(Clone, Debug)]
pub(crate) struct Denial {
    pub(crate) reason: Reason,
    pub(crate) user: Option<Username>,
}

impl Denial {
    /// A part of the answer, beside its status and its headers.
    pub(crate) fn of(reason: Reason) -> Extension<Self> {
        Extension(Self { reason, user: None })
    }

    /// The same, about a user.
    pub(crate) fn of_user(reason: Reason, user: Option<Username>) -> Extension<Self> {
        Extension(Self { reason, user })
    }
}
