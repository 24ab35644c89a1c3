//! `/sign-in?again=…` and `/sign-in/again`: a fresh proof of a signed-in user, before a sensitive act.

use app::AgainReply;
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{FieldError, Password, TypedSecret};
use serde::Deserialize;
use service::{AccountHolder, Owed};

use crate::{
    pages::{
        input::PageForm,
        next::{after_sign_in, own_path},
        person::{Holder, sign_in_first, who_may_owe},
        proof::{Refused, TypedProof, passkey_question},
        render::{page_request, render},
    },
    state::AppState,
    wire::request_id::RequestId,
};

/// Where the form leads.
pub(crate) const PATH: &str = "/sign-in/again";

/// The page that asks for the password, and the code; without a session, the sign-in, which is fresh by itself.
pub(super) async fn show(state: AppState, holder: Option<Holder>, next: &str, request: Request) -> Response {
    let Some(holder) = who_may_owe(holder, Owed::SecondFactor) else {
        return sign_in_first(&state, next);
    };
    let reply = reply(&state, &holder, next, Vec::new(), None).await;
    render(&state, reply, request).await
}

async fn reply(
    state: &AppState,
    holder: &AccountHolder,
    next: &str,
    errors: Vec<FieldError>,
    problem: Option<(StatusCode, String)>,
) -> AgainReply {
    let user = holder.user();
    let question = state.service.second_factor(holder).ask_passkey().await.map(passkey_question);
    let (username, needs_code) = (user.username.to_string(), user.second_factor);
    AgainReply { username, needs_code, question, next: next.to_owned(), errors, problem }
}

#[derive(Deserialize)]
pub(crate) struct AgainForm {
    #[serde(default)]
    password: TypedSecret,
    #[serde(flatten)]
    proof: TypedProof,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in/again`
pub(crate) async fn sign_in_again(
    State(state): State<AppState>,
    holder: Option<Holder>,
    id: RequestId,
    PageForm(form): PageForm<AgainForm>,
) -> Response {
    let next = own_path(&form.next);
    let Some(holder) = who_may_owe(holder, Owed::SecondFactor) else {
        return sign_in_first(&state, next);
    };
    let password = Password::typed(form.password.expose());
    let error = match state.service.sessions().sign_in_again(&holder, &password, form.proof.factor()).await {
        Ok(()) => return Redirect::to(&after_sign_in(&state, next)).into_response(),
        Err(error) => error,
    };
    let Refused { errors, problem, parts } = Refused::of(error, "password", holder.user(), &id);
    let reply = reply(&state, &holder, next, errors, problem).await;
    let request = page_request(&state, PATH);
    (parts, render(&state, reply, request).await).into_response()
}
