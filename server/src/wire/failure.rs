//! What the log says of a request that failed. The layer that finds it leaves it in the answer; `layers::trace` writes it down,
//! once, with the method, the path and the status.

use std::{fmt, sync::Arc};

use axum::Extension;

/// Why a request failed, for operators; what the answer itself says is for the world.
#[derive(Clone, Debug)]
pub(crate) struct Failure(Arc<str>);

impl Failure {
    /// A part of the answer, beside its status and its headers.
    pub(crate) fn of(error: &(impl fmt::Display + ?Sized)) -> Extension<Self> {
        Extension(Self(error.to_string().into()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
