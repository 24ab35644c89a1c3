//! Admits calls of server functions: who the caller is, and whether they have the permission.

use leptos::prelude::{provide_context, use_context};
use service::{Admin, Service, SignedIn};

use crate::error::{AppError, answer_with};

/// The server functions that need no permission; all others need *Configure Server*.
pub const OPEN: &[&str] = &["/api/page/who_am_i"];

/// The caller of a server function, and the service; provided as a context.
#[derive(Clone, Debug)]
pub struct Caller {
    service: Service,
    signed_in: Option<SignedIn>,
    admin: Option<Admin>,
}

impl Caller {
    /// Admits a call of the server function at `path`, or returns why not. Its arguments have not been read yet.
    pub fn admit(path: &str, service: Service, signed_in: Option<SignedIn>) -> Result<Self, AppError> {
        let admin = signed_in.as_ref().map(SignedIn::admin);
        match (&signed_in, admin) {
            (_, Some(Ok(admin))) => Ok(Self { service, signed_in, admin: Some(admin) }),
            _ if OPEN.contains(&path) => Ok(Self { service, signed_in, admin: None }),
            (None, _) => Err(AppError::SignedOut),
            (Some(_), _) => Err(AppError::NotPermitted),
        }
    }

    /// Provides the caller to the server function that is about to run.
    pub fn provide(&self) {
        provide_context(self.clone());
    }
}

/// The service and the proof of permission, for an administrative server function.
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

/// Sets the HTTP status of the response, and returns the error.
pub(crate) fn answer(error: impl Into<AppError>) -> AppError {
    let error = error.into();
    answer_with(&error);
    error
}
