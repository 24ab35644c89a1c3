//! Signing in and out: plain forms, and where they lead afterwards.

use std::time::Duration;

use app::SignInReply;
use axum::{
    Extension, Form,
    extract::{Request, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{Password, TypedSecret, Username};
use serde::Deserialize;
use service::sign_in::{Cause, SignInError};

use crate::{
    pages::{
        input::{PageForm, PageQuery},
        person::{Person, sign_in_first},
        render::{PageError, failure, page_request, render, status, words},
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

/// A path on this very server; anything else leads to the start.
fn own_path(next: &str) -> &str {
    // `//host` and `/\host` are other hosts to a browser, which also drops tabs and line breaks before it looks.
    let own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control);
    if own { next } else { "" }
}

/// `GET /sign-in`
pub(crate) async fn show(
    State(state): State<AppState>,
    PageQuery(Next { next }): PageQuery<Next>,
    person: Option<Person>,
    request: Request,
) -> Response {
    if person.is_some() {
        return Redirect::to(&after_sign_in(&state, &next)).into_response();
    }
    let reply = SignInReply { next: own_path(&next).to_owned(), ..SignInReply::default() };
    let reply = with_callback_origin(&state, reply).await;
    render(state.site, reply, request).await
}

fn after_sign_in(state: &AppState, next: &str) -> String {
    match own_path(next) {
        "" => state.path("/"),
        path => state.path(state.inside(path)),
    }
}

/// Browsers apply the page's policy to every redirect after a submit, so on the way to a trusted consumer, whose users are
/// not asked, the policy must name the callback's origin.
async fn with_callback_origin(state: &AppState, reply: SignInReply) -> SignInReply {
    let asked = state.inside(&reply.next).strip_prefix("/oauth/authorize?").unwrap_or_default();
    let mut parameters = url::form_urlencoded::parse(asked.as_bytes());
    let token = parameters.find(|(name, _)| name == "oauth_token").map(|(_, token)| token.into_owned());
    if let Some(token) = token
        && let Ok(question) = state.service.provider().question(&token).await
        && question.is_unasked()
        && let Some(callback) = question.callback()
    {
        return SignInReply { callback_origin: Some(callback.origin().ascii_serialization()), ..reply };
    }
    reply
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
    let browser = cookies.browser(address, connection);
    let signed_in = state.service.sessions().sign_in(&form.username, &password, &browser).await;
    state.metrics.signed_in(&signed_in);
    let error = match signed_in {
        Ok(begun) => {
            let cookies = (session::begin(&begun, &state), missed::remember(&begun, &state));
            return (cookies, Redirect::to(&after_sign_in(&state, &form.next))).into_response();
        }
        Err(error) => error,
    };
    let denial = denial(&error, &form.username);
    let (status, words, failed) = match &error {
        SignInError::WrongPair(_) => (StatusCode::UNAUTHORIZED, error.to_string(), None),
        SignInError::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, error.to_string(), None),
        SignInError::Service(error) => (status(error), words(error, &id), failure(error)),
    };
    let retry_after = match &error {
        SignInError::TooMany(wait) => Some([(header::RETRY_AFTER, whole_seconds(*wait))]),
        SignInError::WrongPair(_) | SignInError::Service(_) => None,
    };
    let next = own_path(&form.next).to_owned();
    let problem = Some((status, words));
    let reply = SignInReply { username: form.username, next, problem, ..SignInReply::default() };
    let request = page_request(&state, "/sign-in");
    let reply = with_callback_origin(&state, reply).await;
    (failed, denial, retry_after, render(state.site, reply, request).await).into_response()
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

/// At least one, since `Retry-After: 0` would invite the next request at once.
fn whole_seconds(wait: Duration) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    seconds.max(1).to_string()
}

/// `POST /sign-out`
pub(crate) async fn sign_out(
    State(state): State<AppState>,
    person: Option<Person>,
    form: Result<Form<Next>, FormRejection>,
) -> Result<Response, PageError> {
    if let Some(Person(person)) = person {
        state.service.sessions().sign_out(&person).await?;
    }
    let cookie = session::end(&state);
    // Most pages send no form fields with it; signing out must not fail because of one.
    let next = form.map_or_else(|_| String::new(), |Form(Next { next })| next);
    let sign_in = match own_path(&next) {
        "" => Redirect::to(&state.path("/sign-in")).into_response(),
        next => sign_in_first(&state, next),
    };
    Ok((cookie, sign_in).into_response())
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn only_a_path_on_this_server_is_followed_after_signing_in() {
        assert_eq!(own_path("/settings?x=1"), "/settings?x=1");
        for elsewhere in [
            "",
            "settings",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
        ] {
            assert_eq!(own_path(elsewhere), "", "{elsewhere}");
        }
    }
}
