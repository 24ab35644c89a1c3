//! One consumer: its panel in a page of its own beside the table, and alone, as that page fetches it.

use std::convert::Infallible;

use app::ConsumerPanel;
use axum::{
    extract::{FromRequestParts, Path, Query, Request, State},
    http::{HeaderMap, StatusCode, Uri, request::Parts},
    response::{Html, IntoResponse as _, Response},
};
use domain::View;
use serde::Deserialize;
use service::{Admin, ServiceError, sign_in::Presence};

use crate::{
    pages::{
        consumers::{Part, document},
        input::PageQuery,
        person::AdminPage,
        render::{PageError, failure, render, status, words},
        view::Asked,
    },
    state::{AppState, denials::Reason},
    wire::{address::ClientAddress, denial::Denial, request_id::RequestId, session},
};

/// Where the page is.
pub(crate) const PATH: &str = "/settings/oauth-consumers/{key}";

/// Where the panel alone is.
pub(crate) const PANEL: &str = "/settings/oauth-consumers/{key}/panel";

/// Marks what the page fetches by itself, without its user's doing.
const LIVE: &str = "live";

/// What the address of the page says.
#[derive(Deserialize)]
pub(crate) struct Shown {
    /// The number of the account after which the users who are signed in are shown.
    #[serde(default)]
    users_after: i64,
}

/// `GET /settings/oauth-consumers/{key}`: the table, and the consumer's panel beside it.
pub(crate) async fn show(
    State(state): State<AppState>,
    key: KeyText,
    PageQuery(Shown { users_after }): PageQuery<Shown>,
    page: AdminPage,
    request: Request,
) -> Result<Response, PageError> {
    let asked = Asked::read(request.uri().query().unwrap_or_default());
    let view = asked.view();
    let (part, asked_for) = Part::of(asked);
    let mut document = document(&state, &page, None, asked_for, part).await?;
    // Read last: what happens before it is then in the panel, and what happens after the rows were read is sent as an event.
    let panel = find(&state, &page.admin, &key.0, users_after).await?;
    if matches!(panel, ConsumerPanel::NotThere(..)) {
        document.status = StatusCode::NOT_FOUND;
    }
    document.title = panel.titled(&document.title).into();
    document.beside = Some(panel.html(&state.site, &view, state.service.now(), true));
    Ok(render(&state, document, request).await)
}

/// `GET /settings/oauth-consumers/{key}/panel`: the panel alone. Refusals are panels as well, in words.
pub(crate) async fn panel(
    State(state): State<AppState>,
    address: ClientAddress,
    id: RequestId,
    key: KeyText,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    // What the page fetches by itself does not keep the session from going idle.
    let is_live = uri.query().is_some_and(|query| query.split('&').any(|one| one == LIVE));
    let presence = if is_live { Presence::Listening } else { Presence::Acting };
    let view = Asked::read(uri.query().unwrap_or_default()).view();
    let refused = |status: StatusCode, words: &str| {
        answer(&state, &view, status, ConsumerPanel::Refused(words.to_owned()))
    };
    let failed =
        |error: &ServiceError| (failure(error), refused(status(error), &words(error, &id))).into_response();
    let person = match session::who(&headers, address, &state, presence).await {
        Ok(Some(person)) => person,
        Ok(None) => {
            let words = "Your session has ended. Sign in again in another tab, then try again.";
            return refused(StatusCode::UNAUTHORIZED, words);
        }
        Err(error) => return failed(&error),
    };
    let Ok(admin) = person.admin() else {
        let words = "Your account does not have the Configure Server permission any more. Ask an administrator for it, then try again.";
        let denial = Denial::of_user(Reason::NotPermitted, Some(person.user().username.clone()));
        return (denial, refused(StatusCode::FORBIDDEN, words)).into_response();
    };
    // A query that cannot be read begins with the first users.
    let users_after = Query::<Shown>::try_from_uri(&uri).map_or(0, |Query(shown)| shown.users_after);
    match find(&state, &admin, &key.0, users_after).await {
        Ok(panel @ ConsumerPanel::NotThere(..)) => answer(&state, &view, StatusCode::NOT_FOUND, panel),
        Ok(panel) => answer(&state, &view, StatusCode::OK, panel),
        Err(error) => failed(&error),
    }
}

fn answer(state: &AppState, view: &View, status: StatusCode, panel: ConsumerPanel) -> Response {
    (status, Html(panel.html(&state.site, view, state.service.now(), false))).into_response()
}

/// What the panel of a consumer shows; where there is no such consumer, the words for it.
async fn find(
    state: &AppState,
    admin: &Admin,
    text: &str,
    users_after: i64,
) -> Result<ConsumerPanel, ServiceError> {
    let key = text.parse().ok();
    let found = match key {
        Some(key) => state.service.consumers(admin).overview(key, users_after).await,
        // No path leads here without a key.
        None if text.is_empty() => {
            Err(ServiceError::NotFound("consumer with a key that is not UTF-8".to_owned()))
        }
        None => Err(ServiceError::NotFound(format!("consumer with the key {text}"))),
    };
    match found {
        Ok(overview) => Ok(ConsumerPanel::Shown(Box::new(overview))),
        Err(error @ (ServiceError::NotFound(_) | ServiceError::Removed(_))) => {
            let words = format!("{error} Close this to see the consumers that there are.");
            Ok(ConsumerPanel::NotThere(words, key))
        }
        Err(error) => Err(error),
    }
}

/// The key in the path, as it was sent; a path that is not UTF-8 names no consumer.
pub(crate) struct KeyText(String);

impl<S: Send + Sync> FromRequestParts<S> for KeyText {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(path.map(|Path(text)| text).unwrap_or_default()))
    }
}
