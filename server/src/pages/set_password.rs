//! `/set-password`: the one-time link with which a user sets their password, and what a dead one shows.

use app::{Notice, SetPassword};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::TypedSecret;
use serde::Deserialize;
use service::{ServiceError, password_links::PasswordLinkError};

use crate::{
    pages::{
        input::{PageForm, PageQuery},
        render::{PageError, failure, page_request, render, status, words},
    },
    state::{AppState, denials::Reason},
    wire::{address::ClientAddress, denial::Denial, password_link::PATH, request_id::RequestId},
};

#[derive(Deserialize)]
pub(crate) struct Link {
    #[serde(default)]
    token: String,
    /// There once the password was set.
    done: Option<String>,
}

/// `GET /set-password?token=…`
pub(crate) async fn show(
    State(state): State<AppState>,
    PageQuery(Link { token, done }): PageQuery<Link>,
    request: Request,
) -> Result<Response, PageError> {
    if done.is_some() {
        return Ok(render(&state, SetPassword::Done, request).await);
    }
    match state.service.password_links().user(&token).await {
        Ok(user) => {
            let username = user.username.to_string();
            let form = SetPassword::Form { token, username, errors: Vec::new(), problem: None };
            Ok(render(&state, form, request).await)
        }
        Err(PasswordLinkError::DeadLink) => Ok(dead_link(state, request).await),
        Err(PasswordLinkError::Service(error)) => Err(error.into()),
    }
}

async fn dead_link(state: AppState, request: Request) -> Response {
    let denial = Denial::of(Reason::PasswordLink);
    let text = format!("{} Ask an administrator for a new link.", PasswordLinkError::DeadLink);
    let heading = "Link not valid";
    let notice = Notice { status: StatusCode::GONE, heading, text, signed_in: false };
    (denial, render(&state, notice, request).await).into_response()
}

#[derive(Deserialize)]
pub(crate) struct LinkForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: TypedSecret,
    #[serde(default)]
    password_again: TypedSecret,
}

/// `POST /set-password`
pub(crate) async fn set(
    State(state): State<AppState>,
    address: ClientAddress,
    id: RequestId,
    PageForm(form): PageForm<LinkForm>,
) -> Response {
    let links = state.service.password_links();
    let (password, again) = (form.password.expose(), form.password_again.expose());
    let Err(error) = links.set_password(&form.token, password, again, address.0).await else {
        return Redirect::to(&state.path(&format!("{PATH}?done=1"))).into_response();
    };
    let request = page_request(&state, PATH);
    // The link still says whose it is, unless it ended in between.
    let (Ok(user), PasswordLinkError::Service(error)) = (links.user(&form.token).await, error) else {
        return dead_link(state, request).await;
    };
    let failed = failure(&error);
    let (errors, problem) = match error {
        ServiceError::Invalid(errors) => (errors, None),
        error => (Vec::new(), Some((status(&error), words(&error, &id)))),
    };
    let username = user.username.to_string();
    let page = SetPassword::Form { token: form.token, username, errors, problem };
    (failed, render(&state, page, request).await).into_response()
}
