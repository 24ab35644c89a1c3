//! `/account/sessions`: where a user is signed in, and ending that.

use app::{Session, Sessions};
use axum::{
    extract::{Request, State},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::query::milliseconds;
use serde::Deserialize;

use crate::{
    pages::{
        input::PageForm,
        person::{Person, sign_in_first, who},
        render::{PageError, render},
    },
    state::AppState,
};

/// Where the page is.
pub(crate) const PATH: &str = "/account/sessions";

/// `GET /account/sessions`
pub(crate) async fn show(
    State(state): State<AppState>,
    person: Option<Person>,
    request: Request,
) -> Result<Response, PageError> {
    let Some(Person(person)) = person else {
        return Ok(sign_in_first(&state, PATH));
    };
    let sessions = state.service.account(&person).sessions().await?;
    let items = sessions.into_iter().map(|session| Session {
        id: session.id,
        is_this: session.is_this,
        since_ms: milliseconds(session.since),
        last_used_ms: milliseconds(session.last_used_at),
        address: session.address,
        agent: session.agent,
    });
    let page = Sessions {
        who: who(person.user()),
        items: items.collect(),
        now_ms: milliseconds(state.service.now()),
    };
    Ok(render(&state, page, request).await)
}

#[derive(Deserialize)]
pub(crate) struct EndForm {
    #[serde(default)]
    session: String,
    /// The button **End all others**.
    others: Option<String>,
}

/// `POST /account/sessions`: **End**, **End all others**. Idempotent.
pub(crate) async fn end(
    State(state): State<AppState>,
    person: Option<Person>,
    PageForm(EndForm { session, others }): PageForm<EndForm>,
) -> Result<Response, PageError> {
    let Some(Person(person)) = person else {
        return Ok(sign_in_first(&state, PATH));
    };
    let account = state.service.account(&person);
    if others.is_some() {
        account.end_other_sessions().await?;
    } else {
        account.end_session(&session).await?;
    }
    Ok(Redirect::to(&state.path(PATH)).into_response())
}
