//! Who is signed in, as every page shows it.
#![allow(missing_docs, reason = "the macro makes a struct of each function's arguments")]
#![allow(clippy::unused_async, reason = "every server function is asynchronous, whether it waits or not")]

#[cfg(feature = "ssr")]
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::{error::AppError, guard::signed_in};

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// What the page calls them.
    pub display_name: String,
    /// Whether they have *Configure Server*.
    pub configure_server: bool,
}

/// Who is signed in, if anybody.
#[cfg(feature = "ssr")]
#[server(prefix = "/api/page", endpoint = "who_am_i")]
pub async fn who_am_i() -> Result<Option<Who>, AppError> {
    Ok(signed_in().map(|signed_in| Who {
        display_name: signed_in.user().display_name.clone(),
        configure_server: signed_in.user().configure_server,
    }))
}
