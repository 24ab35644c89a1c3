//! The one place that lets a call of a server function through: who it comes from, and whether they may.

use leptos::prelude::{provide_context, use_context};
use service::{Admin, Service, SignedIn};

use crate::error::{AppError, answer_with};

/// The server functions that need no permission; every other needs *Configure Server*.
pub const OPEN: &[&str] = &["/api/page/who_am_i"];

/// Who calls, and what they call upon; the server provides it to each server function.
#[derive(Clone, Debug)]
pub struct Caller {
    service: Service,
    signed_in: Option<SignedIn>,
    admin: Option<Admin>,
}

impl Caller {
    /// Lets a call of the server function at `path` through, or says why not. Nothing of its arguments is read before.
    pub fn admit(path: &str, service: Service, signed_in: Option<SignedIn>) -> Result<Self, AppError> {
        let admin = signed_in.as_ref().map(SignedIn::admin);
        match (&signed_in, admin) {
            (_, Some(Ok(admin))) => Ok(Self { service, signed_in, admin: Some(admin) }),
            _ if OPEN.contains(&path) => Ok(Self { service, signed_in, admin: None }),
            (None, _) => Err(AppError::SignedOut),
            (Some(_), _) => Err(AppError::NotPermitted),
        }
    }

    /// Makes the caller known to the server function that is about to run.
    pub fn provide(&self) {
        provide_context(self.clone());
    }
}

/// What an administrative server function works with.
pub(crate) fn admin() -> Result<(Service, Admin), AppError> {
    let caller = use_context::<Caller>().ok_or(AppError::SignedOut).map_err(answer)?;
    match caller.admin {
        Some(admin) => Ok((caller.service, admin)),
        None => Err(answer(AppError::NotPermitted)),
    }
}

/// The signed-in user, administrator or not.
pub(crate) fn signed_in() -> Option<SignedIn> {
    use_context::<Caller>()?.signed_in
}

/// Gives an error back with its HTTP status set.
pub(crate) fn answer(error: impl Into<AppError>) -> AppError {
    let error = error.into();
    answer_with(&error);
    error
}
