//! Where visitors land: the start, and addresses where nothing is.

use app::Notice;
use axum::{
    extract::{Request, State},
    http::StatusCode,
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
    let text = "There is no page at this address. Begin at the start page.".to_owned();
    let heading = "Page not found";
    let notice = Notice { status: StatusCode::NOT_FOUND, heading, text, signed_in: false };
    render(state.site, notice, request).await
}
