//! Where visitors land: the start, and addresses where nothing is.

use app::PageNotFound;
use axum::{
    extract::{Request, State},
    response::{Redirect, Response},
};

use crate::{
    pages::{consumers::HOME, render::render},
    state::AppState,
};

/// `/` leads to where an administrator begins.
pub(crate) async fn home(State(state): State<AppState>) -> Redirect {
    Redirect::to(&state.path(HOME))
}

/// Any other path.
pub(crate) async fn not_found(State(state): State<AppState>, request: Request) -> Response {
    render(&state, PageNotFound, request).await
}
