//! The pages and the plain forms on them: each works without a script.

use app::{
    consumers::{
        api::{Listing, Who},
        page::{PageData, Reply},
    },
    document::Document,
    set_up::SetUpReply,
};
use axum::{
    Form,
    body::Body,
    extract::{Query, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    Consumer, ConsumerName, ConsumerQuery, ConsumerSecret, FieldError, Status, TypedSecret,
    error::FieldErrors, query::milliseconds,
};
use serde::Deserialize;
use service::{Admin, ServiceError, SignedIn, set_up::SetUpError};

use crate::{
    address::ClientAddress,
    page_error::{PageError, render, status},
    session::{self, Person},
    sign_in::sign_in_first,
    state::AppState,
};

/// Where an administrator begins.
pub(crate) const HOME: &str = "/settings/oauth-consumers";

/// How many rows are in the page itself; it loads the others.
const FIRST_ROWS: u64 = 100;

/// `/` leads to where an administrator begins.
pub(crate) async fn home(State(state): State<AppState>) -> Redirect {
    Redirect::to(&state.path(HOME))
}

/// A page that a person asked for but may not see.
async fn stop(state: AppState, person: Option<&SignedIn>, request: Request) -> Response {
    match person {
        None => sign_in_first(&state, request.uri().path_and_query().map_or("/", |path| path.as_str())),
        Some(person) => {
            let text = format!(
                "You are signed in as {}, and this account does not have the Configure Server permission, which this page \
                 needs. Ask an administrator to give it to you, or sign in with another account.",
                person.user().display_name
            );
            let heading = "Permission missing: Configure Server";
            let notice = Document::Notice { status: StatusCode::FORBIDDEN, heading, text, signed_in: true };
            render(state.site, notice, request).await
        }
    }
}

/// `GET /settings/oauth-consumers`
pub(crate) async fn consumers(
    State(state): State<AppState>,
    person: Option<Person>,
    request: Request,
) -> Result<Response, PageError> {
    let person = person.map(|person| person.0);
    match person.as_ref().map(|person| (person, person.admin())) {
        Some((person, Ok(admin))) => show_consumers(state, person, &admin, None, None, request).await,
        _ => Ok(stop(state, person.as_ref(), request).await),
    }
}

#[derive(Deserialize)]
pub(crate) struct AskedFor {
    #[serde(default)]
    key: String,
}

/// `GET /oauth/approveKey?key=…`: the administrator's page, with that consumer's approve dialog open.
pub(crate) async fn approve_key(
    State(state): State<AppState>,
    person: Option<Person>,
    Query(AskedFor { key }): Query<AskedFor>,
    request: Request,
) -> Result<Response, PageError> {
    let person = person.map(|person| person.0);
    match person.as_ref().map(|person| (person, person.admin())) {
        Some((person, Ok(admin))) => {
            let found = match key.parse() {
                Ok(key) => state.service.find_consumer(&admin, key).await,
                Err(_) => Err(ServiceError::NotFound(format!("consumer with the key {key}"))),
            };
            match found {
                Ok(consumer) => show_consumers(state, person, &admin, None, Some(consumer), request).await,
                Err(error @ (ServiceError::NotFound(_) | ServiceError::Removed(_))) => {
                    let (status, heading) = (StatusCode::NOT_FOUND, "No such consumer key");
                    let text = format!("{error} Check the link, or look for it among the OAuth consumers.");
                    let notice = Document::Notice { status, heading, text, signed_in: false };
                    Ok(render(state.site, notice, request).await)
                }
                Err(error) => Err(error.into()),
            }
        }
        _ => Ok(stop(state, person.as_ref(), request).await),
    }
}

async fn show_consumers(
    state: AppState,
    person: &SignedIn,
    admin: &Admin,
    reply: Option<Reply>,
    asked_for: Option<Consumer>,
    request: Request,
) -> Result<Response, PageError> {
    let (page, seen) = state.service.list_consumers(admin, &ConsumerQuery::default(), FIRST_ROWS).await?;
    let data = PageData {
        who: Who {
            display_name: person.user().display_name.clone(),
            configure_server: person.user().configure_server,
        },
        prefix: state.site.prefix.clone(),
        listing: Listing { page, seen },
        now_ms: milliseconds(state.service.now()),
        reply,
        // What is approved already needs no dialog.
        asked_for: asked_for.filter(|consumer| consumer.status != Status::Approved).map(Box::new),
    };
    Ok(render(state.site, Document::Consumers(Box::new(data)), request).await)
}

/// The register form as a browser without scripts sends it.
#[derive(Deserialize)]
pub(crate) struct RegisterForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    secret: TypedSecret,
    #[serde(default)]
    secret_again: TypedSecret,
}

/// `POST /settings/oauth-consumers`
pub(crate) async fn register(
    State(state): State<AppState>,
    person: Option<Person>,
    Form(form): Form<RegisterForm>,
) -> Result<Response, PageError> {
    let request = page_request(&state, HOME);
    let Some(Person(person)) = person else {
        return Ok(stop(state, None, request).await);
    };
    let Ok(admin) = person.admin() else {
        return Ok(stop(state, Some(&person), request).await);
    };
    // Checked here too and not in the use case alone: only forms have a second field, and every wrong one is told.
    let mut errors = FieldErrors::default();
    errors.take("name", ConsumerName::parse(&form.name));
    let mut errors = errors.into_vec();
    errors.extend(ConsumerSecret::parse_twice(form.secret.expose(), form.secret_again.expose()).err());
    let registered = if errors.is_empty() {
        state.service.register(&admin, &form.name, form.secret.expose()).await
    } else {
        Err(ServiceError::Invalid(errors))
    };
    let reply = match registered {
        Ok(consumer) => Reply::Registered(Box::new(consumer)),
        Err(ServiceError::Invalid(errors)) => Reply::Refused { name: form.name, errors, problem: None },
        Err(error) => {
            tracing::error!(%error, "a consumer could not be registered");
            Reply::Refused { name: form.name, errors: Vec::new(), problem: Some(error.to_string()) }
        }
    };
    show_consumers(state, &person, &admin, Some(reply), None, request).await
}

/// A request to render an answer to a form with: its body has been read.
pub(crate) fn page_request(state: &AppState, path: &str) -> Request {
    let mut request = Request::new(Body::empty());
    if let Ok(uri) = state.path(path).parse() {
        *request.uri_mut() = uri;
    }
    request
}

#[derive(Deserialize)]
pub(crate) struct SetUpLink {
    #[serde(default)]
    token: String,
}

/// `GET /set-up?token=…`
pub(crate) async fn set_up_page(
    State(state): State<AppState>,
    Query(SetUpLink { token }): Query<SetUpLink>,
    request: Request,
) -> Result<Response, PageError> {
    let alive = state.service.may_set_up(&token).await?;
    if !alive {
        return Ok(dead_link(state, request).await);
    }
    Ok(render(state.site, Document::SetUp(SetUpReply { token, ..SetUpReply::default() }), request).await)
}

async fn dead_link(state: AppState, request: Request) -> Response {
    let text = "This set-up link is not valid any more: it has been used, or an administrator exists \
                already. Sign in; or, on the server itself, run `latchkey user add NAME --configure-server --password-stdin`.";
    let heading = "Set-up link not valid";
    let notice =
        Document::Notice { status: StatusCode::GONE, heading, text: text.to_owned(), signed_in: false };
    render(state.site, notice, request).await
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
    Form(form): Form<SetUpForm>,
) -> Response {
    let made = state
        .service
        .set_up(&form.token, &form.username, form.password.expose(), form.password_again.expose(), address.0)
        .await;
    let request = page_request(&state, "/set-up");
    let (errors, problem): (Vec<FieldError>, _) = match made {
        Ok(token) => {
            let cookie = [(header::SET_COOKIE, session::begin(&token, &state))];
            return (cookie, Redirect::to(&state.path("/"))).into_response();
        }
        Err(SetUpError::DeadLink) => return dead_link(state, request).await,
        Err(SetUpError::Service(ServiceError::Invalid(errors))) => (errors, None),
        Err(SetUpError::Service(error)) => (Vec::new(), Some((status(&error), error.to_string()))),
    };
    let reply = SetUpReply { token: form.token, username: form.username, errors, problem };
    render(state.site, Document::SetUp(reply), request).await
}

/// Any other path.
pub(crate) async fn not_found(State(state): State<AppState>, request: Request) -> Response {
    let text = "There is no page at this address. Begin at the start page.".to_owned();
    let heading = "Page not found";
    let notice = Document::Notice { status: StatusCode::NOT_FOUND, heading, text, signed_in: false };
    render(state.site, notice, request).await
}
