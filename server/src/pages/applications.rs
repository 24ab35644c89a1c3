//! `/account/applications`: the consumers that act for the user.

use app::{Application, Applications};
use axum::{
    extract::{Request, State},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{ConsumerKey, query::milliseconds};
use serde::Deserialize;

use crate::{
    pages::{
        input::{PageForm, PageQuery},
        person::{Person, sign_in_first},
        render::{PageError, render},
    },
    state::AppState,
};

/// Where the page is.
pub(crate) const PATH: &str = "/account/applications";

/// The key of a consumer that a user has just revoked.
#[derive(Deserialize)]
pub(crate) struct Revoked {
    #[serde(default)]
    revoked: String,
}

/// `GET /account/applications`
pub(crate) async fn show(
    State(state): State<AppState>,
    PageQuery(Revoked { revoked }): PageQuery<Revoked>,
    person: Option<Person>,
    request: Request,
) -> Result<Response, PageError> {
    let Some(Person(person)) = person else {
        return Ok(sign_in_first(&state, PATH));
    };
    let account = state.service.account(&person);
    // Anyone can make such a link, so the page says only what the database confirms.
    let revoked = match revoked.parse() {
        Ok(key) => account.revoked_consumer(key).await?,
        Err(_) => None,
    };
    let authorizations = account.authorizations().await?;
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
        revoked: revoked.map(|name| name.to_string()),
    };
    Ok(render(&state, applications, request).await)
}

#[derive(Deserialize)]
pub(crate) struct RevokeForm {
    #[serde(default)]
    consumer_key: String,
}

/// `POST /account/applications`: **Revoke**. Idempotent.
pub(crate) async fn revoke(
    State(state): State<AppState>,
    person: Option<Person>,
    PageForm(RevokeForm { consumer_key }): PageForm<RevokeForm>,
) -> Result<Response, PageError> {
    let Some(Person(person)) = person else {
        return Ok(sign_in_first(&state, PATH));
    };
    let Ok(key) = consumer_key.parse::<ConsumerKey>() else {
        return Ok(Redirect::to(&state.path(PATH)).into_response());
    };
    state.service.account(&person).revoke_authorization(key).await?;
    let revoked = format!("{PATH}?revoked={}", oauth::encode(key.as_str()));
    Ok(Redirect::to(&state.path(&revoked)).into_response())
}
