//! `/set-up`: the one-time link with which the first administrator makes an account, and what a dead one shows.

use app::{Notice, SetUpReply};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{FieldError, TypedSecret};
use serde::Deserialize;
use service::{ServiceError, set_up::SetUpError};

use crate::{
    pages::{
        input::{PageForm, PageQuery},
        render::{PageError, failure, page_request, render, status, words},
    },
    state::{AppState, denials::Reason},
    wire::{
        address::{ClientAddress, Connection},
        denial::Denial,
        request_id::RequestId,
        session::{self, Cookies},
    },
};

#[derive(Deserialize)]
pub(crate) struct SetUpLink {
    #[serde(default)]
    token: String,
}

/// `GET /set-up?token=…`
pub(crate) async fn set_up_page(
    State(state): State<AppState>,
    PageQuery(SetUpLink { token }): PageQuery<SetUpLink>,
    request: Request,
) -> Result<Response, PageError> {
    let alive = state.service.set_up().is_valid(&token).await?;
    if !alive {
        return Ok(dead_link(state, request).await);
    }
    Ok(render(&state, SetUpReply { token, ..SetUpReply::default() }, request).await)
}

async fn dead_link(state: AppState, request: Request) -> Response {
    let denial = Denial::of(Reason::SetUpLink);
    let text = "This set-up link is not valid any more: an administrator exists already, or it is over an hour old, or a \
                later start has printed a new one. Sign in; or start latchkey again for a new link; or, on the server \
                itself, run `latchkey user add NAME --configure-server --password-stdin`.";
    let heading = "Set-up link not valid";
    let notice = Notice { status: StatusCode::GONE, heading, text: text.to_owned(), signed_in: false };
    (denial, render(&state, notice, request).await).into_response()
}

#[derive(Deserialize)]
pub(crate) struct SetUpForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: TypedSecret,
    #[serde(default)]
    password_again: TypedSecret,
}

/// `POST /set-up`
pub(crate) async fn set_up(
    State(state): State<AppState>,
    address: ClientAddress,
    connection: Connection,
    id: RequestId,
    headers: HeaderMap,
    PageForm(form): PageForm<SetUpForm>,
) -> Response {
    let cookies = Cookies::of(&headers, &state);
    let made = state
        .service
        .set_up()
        .create_administrator(
            &form.token,
            &form.username,
            form.password.expose(),
            form.password_again.expose(),
            &cookies.browser(address, connection, &headers),
        )
        .await;
    let request = page_request(&state, "/set-up");
    let mut failed = None;
    let (errors, problem): (Vec<FieldError>, _) = match made {
        Ok(begun) => {
            // Without a session the start asks to sign in.
            let cookies = begun.map(|begun| session::begin(&begun, &state));
            return (cookies, Redirect::to(&state.path("/"))).into_response();
        }
        Err(SetUpError::DeadLink) => return dead_link(state, request).await,
        Err(SetUpError::Service(ServiceError::Invalid(errors))) => (errors, None),
        Err(SetUpError::Service(error)) => {
            failed = failure(&error);
            (Vec::new(), Some((status(&error), words(&error, &id))))
        }
    };
    let reply = SetUpReply { token: form.token, username: form.username, errors, problem };
    (failed, render(&state, reply, request).await).into_response()
}
