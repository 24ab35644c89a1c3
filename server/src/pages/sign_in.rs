//! Signing in and out: plain forms, and where they lead afterwards.

use app::SignInReply;
use axum::{
    Extension, Form,
    extract::{Request, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{Password, TypedSecret, Username};
use serde::Deserialize;
use service::sign_in::{Cause, SignIn, SignInError};

use crate::{
    pages::{
        code,
        input::{PageForm, PageQuery},
        next::{self, after_sign_in, callback_origin, own_path},
        person::{Holder, settle_first, sign_in_first},
        proof::retry_after,
        render::{PageError, failure, page_request, render, status, words},
        sign_in_again,
    },
    state::{AppState, denials::Reason},
    wire::{
        address::{ClientAddress, Connection},
        denial::Denial,
        missed,
        request_id::RequestId,
        session::{self, Cookies},
    },
};

/// Where to go after signing in.
#[derive(Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    next: String,
}

/// What the sign-in page is asked for.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    next: String,
    /// A path whose page needs a fresh sign-in.
    again: Option<String>,
}

/// `GET /sign-in`
pub(crate) async fn show(
    State(state): State<AppState>,
    PageQuery(Asked { next, again }): PageQuery<Asked>,
    holder: Option<Holder>,
    request: Request,
) -> Response {
    if let Some(again) = again {
        return sign_in_again::show(state, holder, own_path(&again), request).await;
    }
    if let Some(Holder(holder)) = holder {
        return match holder.owes() {
            Some(owed) => settle_first(&state, owed, own_path(&next)),
            None => Redirect::to(&after_sign_in(&state, &next)).into_response(),
        };
    }
    let reply = SignInReply { next: own_path(&next).to_owned(), ..SignInReply::default() };
    let reply = with_callback_origin(&state, reply).await;
    render(&state, reply, request).await
}

async fn with_callback_origin(state: &AppState, reply: SignInReply) -> SignInReply {
    SignInReply { callback_origin: callback_origin(state, &reply.next).await, ..reply }
}

#[derive(Deserialize)]
pub(crate) struct SignInForm {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: TypedSecret,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in`
pub(crate) async fn sign_in(
    State(state): State<AppState>,
    address: ClientAddress,
    connection: Connection,
    id: RequestId,
    headers: HeaderMap,
    PageForm(form): PageForm<SignInForm>,
) -> Response {
    let password = Password::typed(form.password.expose());
    let cookies = Cookies::of(&headers, &state);
    let browser = cookies.browser(address, connection, &headers);
    let signed_in = state.service.sessions().sign_in(&form.username, &password, &browser).await;
    state.metrics.signed_in(&signed_in);
    let error = match signed_in {
        Ok(SignIn::Begun(begun)) => return next::signed_in(&state, &begun, &headers, &form.next),
        Ok(SignIn::CodeNeeded(step)) => {
            return code::ask(state, step.expose().to_owned(), own_path(&form.next), None).await;
        }
        Err(error) => error,
    };
    let denial = denial(&error, &form.username);
    let (status, words, failed) = match &error {
        SignInError::WrongPair(_) => (StatusCode::UNAUTHORIZED, error.to_string(), None),
        SignInError::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, error.to_string(), None),
        SignInError::Service(error) => (status(error), words(error, &id), failure(error)),
    };
    let later = match &error {
        SignInError::TooMany(wait) => Some(retry_after(*wait)),
        SignInError::WrongPair(_) | SignInError::Service(_) => None,
    };
    let next = own_path(&form.next).to_owned();
    let problem = Some((status, words));
    let reply = SignInReply { username: form.username, next, problem, ..SignInReply::default() };
    let request = page_request(&state, "/sign-in");
    let reply = with_callback_origin(&state, reply).await;
    (failed, denial, later, render(&state, reply, request).await).into_response()
}

/// What the log says of a sign-in that failed.
fn denial(error: &SignInError, username: &str) -> Option<Extension<Denial>> {
    let reason = match error {
        SignInError::WrongPair(Cause::UnknownUser) => Reason::UnknownUser,
        SignInError::WrongPair(Cause::WrongPassword) => Reason::WrongPassword,
        SignInError::WrongPair(Cause::AccountChanged) => Reason::DisabledUser,
        SignInError::TooMany(_) => Reason::TooManySignIns,
        SignInError::Service(_) => return None,
    };
    Some(Denial::of_user(reason, Username::parse(username).ok()))
}

/// `POST /sign-out`
pub(crate) async fn sign_out(
    State(state): State<AppState>,
    holder: Option<Holder>,
    headers: HeaderMap,
    form: Result<Form<Next>, FormRejection>,
) -> Result<Response, PageError> {
    if let Some(Holder(holder)) = holder {
        state.service.sessions().sign_out_holder(&holder).await?;
    }
    let cookies = (session::end(&state), missed::forget(&headers, &state));
    // Most pages send no form fields with it; signing out must not fail because of one.
    let next = form.map_or_else(|_| String::new(), |Form(Next { next })| next);
    let sign_in = match own_path(&next) {
        "" => Redirect::to(&state.path("/sign-in")).into_response(),
        next => sign_in_first(&state, next),
    };
    Ok((cookies, sign_in).into_response())
}
