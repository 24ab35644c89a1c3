//! The administrator's page: the consumers, and the register form as a browser without scripts sends it.

use app::{Document, PageData, Reply, Who};
use axum::{
    extract::{Request, State},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    Consumer, ConsumerKey, ConsumerName, ConsumerQuery, ConsumerSecret, Cursor, FieldError, Status,
    TypedSecret, View, error::FieldErrors, query::milliseconds,
};
use serde::Deserialize;
use service::{ServiceError, consumers::TypedConsumer};

use crate::{
    pages::{
        input::{PageForm, PageQuery},
        person::AdminPage,
        render::{PageError, failure, page_request, render, words},
        view::Asked,
    },
    state::{AppState, denials::Reason},
    wire::{denial::Denial, request_id::RequestId},
};

/// The administrator's start page.
pub(crate) const HOME: &str = "/settings/oauth-consumers";

/// How many rows the server renders; the page loads the others.
const FIRST_ROWS: u64 = 48;

/// What the address of the page says.
#[derive(Deserialize)]
pub(crate) struct Shown {
    /// The key of a consumer that a form without scripts has just registered.
    #[serde(default)]
    registered: String,
}

/// `GET /settings/oauth-consumers`
pub(crate) async fn consumers(
    State(state): State<AppState>,
    PageQuery(Shown { registered }): PageQuery<Shown>,
    page: AdminPage,
    request: Request,
) -> Result<Response, PageError> {
    let asked = Asked::read(request.uri().query().unwrap_or_default());
    if let Asked::Elsewhere(view) = &asked {
        return Ok(Redirect::to(&state.path(&address(view))).into_response());
    }
    let reply = registered_reply(&state, &page, &registered).await?;
    let (part, asked_for) = Part::of(asked);
    show_part(state, &page, reply, asked_for, part, request).await
}

/// The address of a view on this page.
fn address(view: &View) -> String {
    let query = view.to_string();
    if query.is_empty() { HOME.to_owned() } else { format!("{HOME}?{query}") }
}

/// What is said of the consumer that the address names; nothing where there is no such consumer any more.
async fn registered_reply(
    state: &AppState,
    page: &AdminPage,
    registered: &str,
) -> Result<Option<Reply>, PageError> {
    let Ok(key) = registered.parse() else { return Ok(None) };
    let consumers = state.service.consumers(&page.admin);
    let consumer = match consumers.find(key).await {
        Ok(consumer) => consumer,
        Err(ServiceError::NotFound(_) | ServiceError::Removed(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let name_in_use = consumers.is_name_in_use(&consumer.name, Some(consumer.key)).await?;
    Ok(Some(Reply::Registered { consumer: Box::new(consumer), name_in_use }))
}

/// What of the table is shown: rows of a view, from the first on or behind a cursor.
#[derive(Default)]
pub(super) struct Part {
    view: View,
    after: Option<Cursor>,
}

impl Part {
    /// What the address asks for, and where that is no view, the words for it.
    pub(super) fn of(asked: Asked) -> (Self, AskedFor) {
        let view = asked.view();
        match asked {
            Asked::Rows { after, .. } => (Self { view, after }, AskedFor::Nothing),
            Asked::Elsewhere(_) => (Self { view, after: None }, AskedFor::Nothing),
            Asked::Unknown(words) => (Self { view, after: None }, AskedFor::NotFound(words)),
        }
    }
}

/// What a link to the page asks for.
pub(super) enum AskedFor {
    Nothing,
    /// A consumer's approve dialog.
    Approval(Box<Consumer>),
    /// A consumer that is not there; in words.
    NotFound(String),
}

#[derive(Deserialize)]
pub(crate) struct ApprovalLink {
    #[serde(default)]
    key: String,
}

/// `GET /oauth/approveKey?key=…`: the administrator's page, with that consumer's approve dialog open. Where there is no such
/// consumer, the page says so and shows those that there are.
pub(crate) async fn approve_key(
    State(state): State<AppState>,
    PageQuery(ApprovalLink { key }): PageQuery<ApprovalLink>,
    page: AdminPage,
    request: Request,
) -> Result<Response, PageError> {
    if key.is_empty() {
        let words = "This link names no consumer key. Look for the consumer to approve in the list below.";
        return show_consumers(state, &page, None, AskedFor::NotFound(words.to_owned()), request).await;
    }
    // No key holds a blank: clients that write a plus sign as it is are read as they meant it.
    let key = key.replace(' ', "+");
    let found = match key.parse() {
        Ok(key) => state.service.consumers(&page.admin).find(key).await,
        Err(_) => Err(ServiceError::NotFound(format!("consumer with the key {key}"))),
    };
    match found {
        Ok(consumer) => {
            show_consumers(state, &page, None, AskedFor::Approval(Box::new(consumer)), request).await
        }
        Err(error @ (ServiceError::NotFound(_) | ServiceError::Removed(_))) => {
            let words = format!("{error} Check the link, or look for the consumer in the list below.");
            let user = Some(page.person.user().username.clone());
            let shown = show_consumers(state, &page, None, AskedFor::NotFound(words), request).await?;
            Ok((Denial::of_user(Reason::UnknownKey, user), shown).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn show_consumers(
    state: AppState,
    page: &AdminPage,
    reply: Option<Reply>,
    asked_for: AskedFor,
    request: Request,
) -> Result<Response, PageError> {
    show_part(state, page, reply, asked_for, Part::default(), request).await
}

async fn show_part(
    state: AppState,
    page: &AdminPage,
    reply: Option<Reply>,
    asked_for: AskedFor,
    part: Part,
    request: Request,
) -> Result<Response, PageError> {
    let document = document(&state, page, reply, asked_for, part).await?;
    Ok(render(&state, document, request).await)
}

/// The page.
pub(super) async fn document(
    state: &AppState,
    AdminPage { person, admin }: &AdminPage,
    reply: Option<Reply>,
    asked_for: AskedFor,
    Part { view, after }: Part,
) -> Result<Document, PageError> {
    let consumers = state.service.consumers(admin);
    let query = ConsumerQuery { after, ..view.at(state.service.now()) };
    // Read first: what happens between these reads is then sent as an event.
    let rows = consumers.first_rows(&query, FIRST_ROWS).await?;
    let counts = consumers.counts().await?;
    let before = if query.after.is_some() {
        let (total, behind) = consumers.count_rows(&query).await?;
        total.saturating_sub(behind)
    } else {
        0
    };
    let next = rows.next.as_ref().map(|cursor| {
        let mark = if view == View::default() { '?' } else { '&' };
        let cursor = cursor.text(view.sort, view.order());
        state.path(&format!("{}{mark}after={}", address(&view), oauth::encode(&cursor)))
    });
    let (asked_for, not_found) = match asked_for {
        AskedFor::Nothing => (None, None),
        AskedFor::Approval(consumer) => (Some(consumer), None),
        AskedFor::NotFound(words) => (None, Some(words)),
    };
    let data = PageData {
        who: Who {
            display_name: person.user().display_name.clone(),
            configure_server: person.user().configure_server,
        },
        prefix: state.site.prefix.clone(),
        view: view.to_string(),
        listing: rows.into(),
        before,
        counts,
        next,
        now_ms: milliseconds(state.service.now()),
        reply,
        // An approved consumer needs no dialog.
        asked_for: asked_for.filter(|consumer| consumer.status != Status::Approved),
        not_found,
    };
    Ok(data.into())
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
    #[serde(default)]
    key: String,
}

/// `POST /settings/oauth-consumers`
pub(crate) async fn register(
    State(state): State<AppState>,
    page: AdminPage,
    id: RequestId,
    PageForm(form): PageForm<RegisterForm>,
) -> Result<Response, PageError> {
    // Checked here as well as in the use case: only forms have a second field, and all errors are reported at once.
    let mut errors = FieldErrors::default();
    errors.take("name", ConsumerName::parse(&form.name));
    // Left empty for a new one.
    let key = Some(form.key.trim().to_owned()).filter(|key| !key.is_empty());
    if let Some(key) = &key {
        errors.take("key", key.parse::<ConsumerKey>());
    }
    let (secret, again) = (form.secret.expose(), form.secret_again.expose());
    errors.take("secret", ConsumerSecret::parse(secret));
    let mut errors = errors.into_vec();
    errors.extend(ConsumerSecret::check_repeated(secret, again).err());
    let registered = if errors.is_empty() {
        let typed =
            TypedConsumer { name: form.name.clone(), secret: form.secret, key, ..TypedConsumer::default() };
        state.service.consumers(&page.admin).register(&typed).await
    } else {
        Err(ServiceError::Invalid(errors))
    };
    let (mut failed, mut errors, mut problem) = (None, Vec::new(), None);
    match registered {
        // A page of its own, which can be loaded again without registering again.
        Ok(consumer) => {
            let registered = oauth::encode(consumer.key.as_str());
            let shown = state.path(&format!("{HOME}?registered={registered}"));
            return Ok(Redirect::to(&shown).into_response());
        }
        Err(ServiceError::Invalid(wrong)) => errors = wrong,
        Err(error @ ServiceError::KeyTaken(_)) => errors.push(FieldError::new("key", error.to_string())),
        Err(error) => {
            failed = failure(&error);
            problem = Some(words(&error, &id));
        }
    }
    let name_in_use = match ConsumerName::parse(&form.name) {
        // Where the database fails there is just no remark: the form is not accepted anyway.
        Ok(name) => state.service.consumers(&page.admin).is_name_in_use(&name, None).await.unwrap_or(false),
        Err(_) => false,
    };
    let reply = Reply::Refused { name: form.name, name_in_use, errors, problem };
    let request = page_request(&state, HOME);
    let shown = show_consumers(state, &page, Some(reply), AskedFor::Nothing, request).await?;
    Ok((failed, shown).into_response())
}
