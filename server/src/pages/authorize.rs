//! Where users let consumers act for them (RFC 5849 section 2.2): plain pages and forms.

use app::{Callback, Consent, Notice, Verifier};
use axum::{
    Form,
    extract::{
        Query, Request, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::{StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use service::{
    SignedIn,
    consent::{Answer, AuthorizeError, Question},
};

use crate::{
    pages::{
        next::{named_callbacks, named_tokens, origin},
        person::{Person, sign_in_first},
        render::{PageError, page_request, render},
    },
    state::{AppState, denials::Reason},
    wire::denial::Denial,
};

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    oauth_token: String,
}

/// `GET /oauth/authorize?oauth_token=…`
pub(crate) async fn show(
    State(state): State<AppState>,
    person: Option<Person>,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Result<Response, PageError> {
    // A query that cannot be read counts as one without a token; the page says so.
    let oauth_token = asked.map_or(String::new(), |Query(asked)| asked.oauth_token);
    let named = named_callbacks(request.uri().query().unwrap_or_default());
    let question = match state.service.provider().question_with(&oauth_token, &named).await {
        Ok(question) => question,
        Err(error) => return not_asked(state, error, request).await,
    };
    let Some(Person(person)) = person else {
        return Ok(sign_in_first(&state, &asked_path(&oauth_token, question.named_callback())));
    };
    if question.is_unasked() {
        let answer = state.service.provider().allow_unasked(&person, question).await;
        return answered(state, answer, request).await;
    }
    let consent = consent(&question, oauth_token, &person);
    Ok(render(&state, consent, request).await)
}

fn consent(question: &Question, oauth_token: String, person: &SignedIn) -> Consent {
    let callback = match question.callback() {
        Some(url) if !matches!(url.scheme(), "http" | "https") => {
            let origin = origin(&url);
            let mut address = url;
            address.set_query(None);
            Callback::Application { address: address.into(), origin }
        }
        Some(url) => {
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            let host = format!("{}{port}", url.host_str().unwrap_or_default());
            Callback::Url { host, origin: origin(&url) }
        }
        None => Callback::OutOfBand,
    };
    let named_callback = question.named_callback();
    Consent {
        again: asked_path(&oauth_token, named_callback),
        oauth_token,
        consumer_name: question.consumer().name.to_string(),
        consumer_key: question.consumer().key.to_string(),
        display_name: person.user().display_name.clone(),
        administration: person.user().configure_server.then_some(question.consumer().may_administer),
        callback,
        named_callback: named_callback.map(str::to_owned),
        allow_oauth_1_0: question.consumer().allow_oauth_1_0,
    }
}

/// Where a user is asked about temporary credentials, and about the callback where this URL names it.
fn asked_path(token: &str, named_callback: Option<&str>) -> String {
    let callback = named_callback.map(|callback| format!("&oauth_callback={}", oauth::encode(callback)));
    format!("/oauth/authorize?oauth_token={}{}", oauth::encode(token), callback.unwrap_or_default())
}

#[derive(Default, Deserialize)]
pub(crate) struct DecisionForm {
    #[serde(default)]
    oauth_token: String,
    oauth_callback: Option<String>,
    #[serde(default)]
    decision: String,
}

/// `POST /oauth/authorize`: the page's form, or a decision alone, sent to the address that asks for it.
pub(crate) async fn decide(
    State(state): State<AppState>,
    person: Option<Person>,
    uri: Uri,
    form: Result<Form<DecisionForm>, FormRejection>,
) -> Result<Response, PageError> {
    let form = form.map_or(DecisionForm::default(), |Form(form)| form);
    let query = uri.query().unwrap_or_default();
    let in_form = Some(form.oauth_token).filter(|token| !token.is_empty());
    let tokens = each_once(in_form, named_tokens(query));
    let callbacks = each_once(form.oauth_callback, named_callbacks(query));
    let oauth_token = tokens.first().map_or("", String::as_str);
    let path = asked_path(oauth_token, callbacks.first().map(String::as_str));
    let request = page_request(&state, &path);
    if tokens.len() > 1 {
        let text = "The form and its address name different requests, so it is not clear which one is meant. Go back to the application and sign in there once more.";
        let status = StatusCode::BAD_REQUEST;
        return Ok(notice(state, status, "Several requests", text.to_owned(), request).await);
    }
    let Some(Person(person)) = person else {
        return Ok(sign_in_first(&state, &path));
    };
    let question = match state.service.provider().question_with(oauth_token, &callbacks).await {
        Ok(question) => question,
        Err(error) => return not_asked(state, error, request).await,
    };
    let answer = match form.decision.as_str() {
        "allow" => state.service.provider().allow(&person, question).await,
        "deny" => state.service.provider().deny(&person, question).await,
        _ => {
            let text = "The form was sent without an answer. Go back and choose Allow or Deny.";
            let status = StatusCode::BAD_REQUEST;
            return Ok(notice(state, status, "No answer", text.to_owned(), request).await);
        }
    };
    answered(state, answer, request).await
}

/// What a form and the query of its address name: the form's first, and none twice.
fn each_once(in_form: Option<String>, in_query: Vec<String>) -> Vec<String> {
    let mut named: Vec<String> = in_form.into_iter().collect();
    for value in in_query {
        if !named.contains(&value) {
            named.push(value);
        }
    }
    named
}

async fn answered(
    state: AppState,
    answer: Result<Answer, AuthorizeError>,
    request: Request,
) -> Result<Response, PageError> {
    match answer {
        Ok(Answer::Callback(url)) => {
            Ok((StatusCode::FOUND, [(header::LOCATION, String::from(url))]).into_response())
        }
        Ok(Answer::Verifier { consumer, verifier }) => {
            let page = Verifier { consumer_name: consumer, verifier };
            Ok(render(&state, page, request).await)
        }
        Ok(Answer::Denied { consumer }) => {
            let text = format!(
                "{consumer} was not allowed to sign you in. Nothing was given to it; you can close this page."
            );
            Ok(notice(state, StatusCode::OK, "Not allowed", text, request).await)
        }
        Err(error) => not_asked(state, error, request).await,
    }
}

/// A page that says why there is nothing to decide.
async fn not_asked(state: AppState, error: AuthorizeError, request: Request) -> Result<Response, PageError> {
    let why = error.to_string();
    let again = "Go back to the application and sign in there once more.";
    let denied = match error {
        AuthorizeError::Unknown => Some(Reason::UnknownToken),
        AuthorizeError::SignedOut => Some(Reason::NotSignedIn),
        AuthorizeError::Answered
        | AuthorizeError::Expired
        | AuthorizeError::Revoked(_)
        | AuthorizeError::NotApproved(_)
        | AuthorizeError::Ended(_)
        | AuthorizeError::OtherCallback(_)
        | AuthorizeError::NeedsCallback(_)
        | AuthorizeError::BadCallback(_)
        | AuthorizeError::NoHost(_)
        | AuthorizeError::Changed(_)
        | AuthorizeError::Service(_) => None,
    };
    let (status, heading, what_to_do) = match error {
        AuthorizeError::Unknown => (StatusCode::NOT_FOUND, "Unknown request", again),
        AuthorizeError::Answered => (
            StatusCode::GONE,
            "Answered already",
            "Go back to the application; if it does not know you, sign in there once more.",
        ),
        AuthorizeError::Expired => (StatusCode::GONE, "Too late", again),
        AuthorizeError::Revoked(_) | AuthorizeError::OtherCallback(_) | AuthorizeError::NeedsCallback(_) => {
            (StatusCode::GONE, "Withdrawn", again)
        }
        AuthorizeError::Changed(_) => (StatusCode::CONFLICT, "Changed just now", "Reload this page."),
        AuthorizeError::NoHost(_) | AuthorizeError::BadCallback(_) => (
            StatusCode::FORBIDDEN,
            "Address not usable",
            "Go back to the application and sign in there once more; if that does not help, ask an administrator.",
        ),
        AuthorizeError::SignedOut => (StatusCode::FORBIDDEN, "Signed out", again),
        AuthorizeError::NotApproved(_) => (
            StatusCode::FORBIDDEN,
            "Application not approved",
            "Ask an administrator of this server to approve it.",
        ),
        AuthorizeError::Ended(_) => (
            StatusCode::FORBIDDEN,
            "Application ended",
            "Ask an administrator of this server whether it may have more time.",
        ),
        AuthorizeError::Service(error) => return Err(error.into()),
    };
    let page = notice(state, status, heading, format!("{why} {what_to_do}"), request).await;
    Ok((denied.map(Denial::of), page).into_response())
}

async fn notice(
    state: AppState,
    status: StatusCode,
    heading: &'static str,
    text: String,
    request: Request,
) -> Response {
    let notice = Notice { status, heading, text, signed_in: false };
    render(&state, notice, request).await
}
