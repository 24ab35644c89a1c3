//! `/sign-in/code`: the second step of signing in, for accounts with a second factor.

use app::{CodeReply, SignInReply};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use service::sign_in::{CodeError, StepError};

use crate::{
    pages::{
        input::PageForm,
        next::{callback_origin, own_path, signed_in},
        proof::{TypedProof, passkey_question, retry_after},
        render::{failure, page_request, render, status, words},
    },
    state::{AppState, denials::Reason},
    wire::{
        address::{ClientAddress, Connection},
        denial::Denial,
        request_id::RequestId,
        session::Cookies,
    },
};

/// Where the form leads.
pub(crate) const PATH: &str = "/sign-in/code";

/// The page that asks for the code. The token of the step is in the form alone: it is no cookie, and in no address.
pub(super) async fn ask(
    state: AppState,
    step: String,
    next: &str,
    problem: Option<(StatusCode, String)>,
) -> Response {
    let callback_origin = callback_origin(&state, next).await;
    let is_too_many = problem.as_ref().is_some_and(|(status, _)| *status == StatusCode::TOO_MANY_REQUESTS);
    let question = if is_too_many { None } else { state.service.sessions().ask_passkey(&step).await };
    let question = question.map(passkey_question);
    let reply = CodeReply { step, next: next.to_owned(), problem, callback_origin, question };
    let request = page_request(&state, PATH);
    render(&state, reply, request).await
}

#[derive(Deserialize)]
pub(crate) struct CodeForm {
    #[serde(default)]
    step: String,
    #[serde(flatten)]
    proof: TypedProof,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in/code`
pub(crate) async fn enter(
    State(state): State<AppState>,
    address: ClientAddress,
    connection: Connection,
    id: RequestId,
    headers: HeaderMap,
    PageForm(CodeForm { step, proof, next }): PageForm<CodeForm>,
) -> Response {
    let cookies = Cookies::of(&headers, &state);
    let browser = cookies.browser(address, connection, &headers);
    let entered = state.service.sessions().enter_code(&step, proof.factor(), &browser).await;
    state.metrics.entered_code(&entered);
    let next = own_path(&next);
    let error = match entered {
        Ok(begun) => return signed_in(&state, &begun, &headers, next),
        Err(error) => error,
    };
    let denial = denial(&error);
    let (status, words, failed) = match &error {
        StepError::StartOver
        | StepError::Refused(_, CodeError::Wrong | CodeError::WrongPasskey | CodeError::PasskeyTooLate) => {
            (StatusCode::UNAUTHORIZED, error.to_string(), None)
        }
        StepError::Refused(_, CodeError::TooManyWrong(_) | CodeError::TooMany(_)) => {
            (StatusCode::TOO_MANY_REQUESTS, error.to_string(), None)
        }
        StepError::Service(error) | StepError::Refused(_, CodeError::Service(error)) => {
            (status(error), words(error, &id), failure(error))
        }
    };
    let later = match &error {
        StepError::Refused(_, CodeError::TooManyWrong(wait) | CodeError::TooMany(wait)) => {
            Some(retry_after(*wait))
        }
        StepError::StartOver | StepError::Refused(..) | StepError::Service(_) => None,
    };
    let problem = Some((status, words));
    let page = if matches!(error, StepError::StartOver) {
        let callback_origin = callback_origin(&state, next).await;
        let reply = SignInReply { next: next.to_owned(), problem, callback_origin, ..SignInReply::default() };
        let request = page_request(&state, "/sign-in");
        render(&state, reply, request).await
    } else {
        ask(state, step, next, problem).await
    };
    (failed, denial, later, page).into_response()
}

/// What the log says of a code that did not sign in.
fn denial(error: &StepError) -> Option<Extension<Denial>> {
    let StepError::Refused(user, error) = error else { return None };
    let reason = match error {
        CodeError::Wrong => Reason::WrongCode,
        CodeError::WrongPasskey | CodeError::PasskeyTooLate => Reason::WrongPasskey,
        CodeError::TooManyWrong(_) => Reason::TooManyWrongCodes,
        CodeError::TooMany(_) => Reason::TooManySignIns,
        CodeError::Service(_) => return None,
    };
    Some(Denial::of_user(reason, Some(user.clone())))
}
