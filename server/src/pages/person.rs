//! Who asks for a page, and what is shown to those who may not see it.

use app::document::Document;
use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts, Request},
    http::{StatusCode, request::Parts},
    response::{IntoResponse as _, Redirect, Response},
};
use service::{SignedIn, sign_in::Presence};

use crate::{
    pages::render::{PageError, render},
    state::AppState,
    wire::{address::ClientAddress, session::who},
};

/// A person behind a session that holds.
pub(crate) struct Person(pub(crate) SignedIn);

impl OptionalFromRequestParts<AppState> for Person {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Option<Self>, PageError> {
        let Ok(address) = ClientAddress::from_request_parts(parts, state).await;
        let who = who(&parts.headers, address, state, Presence::Acting).await;
        Ok(who?.map(Self))
    }
}

/// A page that a person asked for but may not see.
pub(super) async fn stop(state: AppState, person: Option<&SignedIn>, request: Request) -> Response {
    match person {
        None => sign_in_first(&state, request.uri().path_and_query().map_or("/", |path| path.as_str())),
        Some(person) => {
            let text = format!(
                "You are signed in as {}, and this account does not have the Configure Server permission, which this page \
                 needs. Ask an administrator to give it to you, or sign in with another account.",
                person.user().display_name
            );
            let heading = "Permission missing: Configure Server";
            let notice = Document::Notice { status: StatusCode::FORBIDDEN, heading, text, signed_in: true };
            render(state.site, notice, request).await
        }
    }
}

/// Leads to the sign-in page, and from there to a path of this server.
pub(super) fn sign_in_first(state: &AppState, next: &str) -> Response {
    Redirect::to(&state.path(&format!("/sign-in?next={}", oauth::encode(next)))).into_response()
}
