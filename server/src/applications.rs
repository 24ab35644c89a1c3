//! `/account/applications`: the consumers that act for whoever is signed in.

use app::{
    applications::{Application, Applications},
    document::Document,
};
use axum::{
    Form,
    extract::{Request, State},
    response::Response,
};
use domain::query::milliseconds;
use serde::Deserialize;
use service::SignedIn;

use crate::{
    page_error::{PageError, render},
    pages::page_request,
    session::Person,
    sign_in::sign_in_first,
    state::AppState,
};

/// Where the page is.
pub(crate) const PATH: &str = "/account/applications";

/// `GET /account/applications`
pub(crate) async fn show(
    State(state): State<AppState>,
    person: Option<Person>,
    request: Request,
) -> Result<Response, PageError> {
    match person {
        Some(Person(person)) => page(state, &person, None, request).await,
        None => Ok(sign_in_first(&state, PATH)),
    }
}

#[derive(Deserialize)]
pub(crate) struct RevokeForm {
    #[serde(default)]
    consumer_key: String,
}

/// `POST /account/applications`: **Revoke**
pub(crate) async fn revoke(
    State(state): State<AppState>,
    person: Option<Person>,
    Form(RevokeForm { consumer_key }): Form<RevokeForm>,
) -> Result<Response, PageError> {
    let Some(Person(person)) = person else {
        return Ok(sign_in_first(&state, PATH));
    };
    let before = state.service.authorizations(&person).await?;
    let found = before.into_iter().find(|one| one.consumer.key.to_string() == consumer_key);
    let revoked = match found {
        Some(one) if state.service.revoke_authorization(&person, one.consumer.key).await? => {
            Some(one.consumer.name.to_string())
        }
        // Revoking twice is no error; only what was done is told.
        _ => None,
    };
    let request = page_request(&state, PATH);
    page(state, &person, revoked, request).await
}

async fn page(
    state: AppState,
    person: &SignedIn,
    revoked: Option<String>,
    request: Request,
) -> Result<Response, PageError> {
    let authorizations = state.service.authorizations(person).await?;
    let items = authorizations.into_iter().map(|one| Application {
        consumer_key: one.consumer.key.to_string(),
        consumer_name: one.consumer.name.to_string(),
        status: one.consumer.status,
        since_ms: milliseconds(one.since),
        last_used_ms: one.last_used_at.map(milliseconds),
    });
    let applications = Applications {
        display_name: person.user().display_name.clone(),
        configure_server: person.user().configure_server,
        items: items.collect(),
        now_ms: milliseconds(state.service.now()),
        revoked,
    };
    Ok(render(state.site, Document::Applications(applications), request).await)
}
