//! `/settings/users`: the accounts, and what administrators do to them, each confirmed on a page of its own.

use std::convert::Infallible;

use app::{AddUser, ConfirmDeed, Document, UserDeed, UserLink, UserList, Users, user_list};
use axum::{
    extract::{FromRequestParts, Path, Request, State},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{AccountChange, FieldError, Username, query::milliseconds};
use serde::Deserialize;
use service::{Admin, ServiceError, Token};

use crate::{
    pages::{
        home,
        input::{PageForm, PageQuery},
        person::{AdminPage, Watching, sign_in_first, who},
        render::{PageError, failure, page_request, render, status, words},
    },
    state::{AppState, denials::Reason},
    wire::{denial::Denial, password_link, request_id::RequestId},
};

/// Where the page is.
pub(crate) const PATH: &str = "/settings/users";
/// Where an open page asks for its list.
pub(crate) const LIST: &str = "/settings/users/rows";
/// Where a user is added.
pub(crate) const ADD: &str = "/settings/users/add";
/// Where a deed is asked and done.
pub(crate) const DEED: &str = "/settings/users/{deed}";

/// How many users are shown at once.
const ROWS: u64 = 100;

/// Bytes of an address that has what was filled in. The address of a sign-in has it encoded, and gateways take 8 kB.
const LONGEST: usize = 2_000;

#[derive(Deserialize)]
pub(crate) struct Shown {
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
    /// The word of a deed that was just done, and its user.
    #[serde(default)]
    done: String,
    #[serde(default)]
    user: String,
    /// The number of the newest line of activity that an open page shows.
    #[serde(default)]
    seen: String,
}

/// `GET /settings/users`
pub(crate) async fn show(
    State(state): State<AppState>,
    PageQuery(Shown { q, after, done, user, .. }): PageQuery<Shown>,
    AdminPage { person, admin }: AdminPage,
    request: Request,
) -> Result<Response, PageError> {
    let list = list(&state, &admin, &q, &after).await?;
    let users = state.service.users(&admin);
    // Anyone can make such a link, so the page says only what the database confirms.
    let done = match UserDeed::from_word(&done) {
        Some(deed) => match users.find(&user).await {
            Ok(member) => deed.done(&member),
            Err(ServiceError::NotFound(_)) => None,
            Err(error) => return Err(error.into()),
        },
        None => None,
    };
    let page = Users {
        who: who(person.user()),
        list,
        query: format!("q={}&after={}", oauth::encode(&q), oauth::encode(&after)),
        done,
    };
    Ok(render(&state, page, request).await)
}

/// `GET /settings/users/rows?seen=…`: the list as it is now, unless nothing was done since, for a page that is open: no session is
/// kept alive by it.
pub(crate) async fn newer(
    State(state): State<AppState>,
    PageQuery(Shown { q, after, seen, .. }): PageQuery<Shown>,
    Watching(admin): Watching,
) -> Result<Response, PageError> {
    if seen.parse() == Ok(state.service.activity(&admin).latest().await?) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let list = user_list(&state.site, list(&state, &admin, &q, &after).await?);
    Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], list).into_response())
}

async fn list(state: &AppState, admin: &Admin, q: &str, after: &str) -> Result<UserList, ServiceError> {
    // Read first: what happens between these reads is then asked for.
    let seen = state.service.activity(admin).latest().await?;
    let search = q.trim().to_owned();
    // What is no username begins at the first page.
    let after = Username::parse(after).ok();
    let (items, next) = state.service.users(admin).page(Some(&search), after.as_ref(), ROWS).await?;
    Ok(UserList {
        seen,
        items,
        is_first: after.is_none(),
        next: next.map(|next| format!("q={}&after={next}", oauth::encode(&search))),
        search,
        now_ms: milliseconds(state.service.now()),
    })
}

#[derive(Deserialize)]
pub(crate) struct Named {
    #[serde(default)]
    user: String,
}

/// The deed in the path; `None` for any other word, and where the path is not UTF-8.
pub(crate) struct Deed(Option<UserDeed>);

impl<S: Send + Sync> FromRequestParts<S> for Deed {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(path.ok().and_then(|Path(word)| UserDeed::from_word(&word))))
    }
}

/// `GET /settings/users/{deed}?user=…`: asks.
pub(crate) async fn ask(
    State(state): State<AppState>,
    Deed(deed): Deed,
    PageQuery(Named { user }): PageQuery<Named>,
    AdminPage { person, admin }: AdminPage,
    request: Request,
) -> Result<Response, PageError> {
    let Some(deed) = deed else {
        return Ok(home::not_found(State(state), request).await);
    };
    let member = state.service.users(&admin).find(&user).await?;
    let page = ConfirmDeed { who: who(person.user()), deed, member, problem: None };
    Ok(render(&state, page, request).await)
}

/// `POST /settings/users/{deed}`: does it.
pub(crate) async fn act(
    State(state): State<AppState>,
    Deed(deed): Deed,
    page: Result<AdminPage, Response>,
    id: RequestId,
    PageForm(Named { user }): PageForm<Named>,
) -> Result<Response, PageError> {
    let Some(deed) = deed else {
        let request = page_request(&state, PATH);
        return Ok(home::not_found(State(state), request).await);
    };
    let asked = deed.path(&oauth::encode(&user));
    let page = match page {
        Ok(page) => page,
        Err(refusal) => return Ok(refused(&state, refusal, &asked)),
    };
    match done(&state, &page, deed, &user).await {
        Ok(Some((user, token))) => Ok(link(&state, &page, user.username, &token, false).await),
        Ok(None) => {
            let shown = format!("{PATH}?done={}&user={}", deed.word(), oauth::encode(&user));
            Ok(Redirect::to(&state.path(&shown)).into_response())
        }
        Err(ServiceError::SignInAgain) => Ok(sign_in_again(&state, &page, &asked)),
        Err(error @ ServiceError::NotFound(_)) => Err(error.into()),
        Err(error) => {
            let member = state.service.users(&page.admin).find(&user).await?;
            let problem = Some((status(&error), words(&error, &id)));
            let confirm = ConfirmDeed { who: who(page.person.user()), deed, member, problem };
            Ok((failure(&error), plain(state, confirm).await).into_response())
        }
    }
}

/// Does it; a new link comes back with its user.
async fn done(
    state: &AppState,
    page: &AdminPage,
    deed: UserDeed,
    user: &str,
) -> Result<Option<(domain::User, Token)>, ServiceError> {
    let users = state.service.users(&page.admin);
    let change = match deed {
        UserDeed::Permit => AccountChange::Permit,
        UserDeed::Forbid => AccountChange::Forbid,
        UserDeed::Disable => AccountChange::Disable,
        UserDeed::Enable => AccountChange::Enable,
        UserDeed::ResetPassword => return users.reset_password(user).await.map(Some),
        UserDeed::SignOut => return users.sign_out(user).await.map(|_| None),
    };
    users.change(user, change).await.map(|_| None)
}

/// `GET /settings/users/add`: empty, or as it was before a sign-in that it needed.
pub(crate) async fn add_page(
    State(state): State<AppState>,
    PageQuery(form): PageQuery<AddForm>,
    page: AdminPage,
    request: Request,
) -> Response {
    render(&state, form.page(&page, Vec::new(), None), request).await
}

#[derive(Deserialize)]
pub(crate) struct AddForm {
    #[serde(default)]
    username: String,
    #[serde(default)]
    name: String,
    /// A checkbox: there with any value, or not there.
    configure_server: Option<String>,
}

impl AddForm {
    /// The address of the page that is filled in like this.
    fn address(&self) -> String {
        let tick = if self.configure_server.is_some() { "&configure_server=true" } else { "" };
        format!("{ADD}?username={}&name={}{tick}", oauth::encode(&self.username), oauth::encode(&self.name))
    }

    fn page(
        self,
        page: &AdminPage,
        errors: Vec<FieldError>,
        problem: Option<(StatusCode, String)>,
    ) -> AddUser {
        AddUser {
            who: who(page.person.user()),
            username: self.username,
            name: self.name,
            configure_server: self.configure_server.is_some(),
            errors,
            problem,
        }
    }
}

/// `POST /settings/users/add`
pub(crate) async fn add(
    State(state): State<AppState>,
    page: Result<AdminPage, Response>,
    id: RequestId,
    PageForm(form): PageForm<AddForm>,
) -> Response {
    let page = match page {
        Ok(page) => page,
        Err(refusal) => return refused(&state, refusal, &form.address()),
    };
    let configure_server = form.configure_server.is_some();
    let username = form.username.trim();
    let added = state.service.users(&page.admin).invite(username, &form.name, configure_server, "").await;
    let error = match added {
        Ok((user, token)) => return link(&state, &page, user.username, &token, true).await,
        Err(ServiceError::SignInAgain) => return sign_in_again(&state, &page, &form.address()),
        Err(error) => error,
    };
    let failed = failure(&error);
    let (errors, problem) = match error {
        ServiceError::Invalid(errors) => (errors, None),
        error => (Vec::new(), Some((status(&error), words(&error, &id)))),
    };
    (failed, plain(state, form.page(&page, errors, problem)).await).into_response()
}

/// Shows a link, in the answer to the form alone: there is no address to see it again.
async fn link(
    state: &AppState,
    page: &AdminPage,
    username: Username,
    token: &Token,
    is_new: bool,
) -> Response {
    let url = password_link::url(state, token);
    let link = UserLink { who: who(page.person.user()), username: username.to_string(), url, is_new };
    plain(state.clone(), link).await
}

/// The answer to a form, whose own request is used up.
async fn plain(state: AppState, page: impl Into<Document>) -> Response {
    let request = page_request(&state, PATH);
    render(&state, page, request).await
}

/// The answer to a form of a user who may not send it. It leads a user who is signed out back to where it is asked once more.
fn refused(state: &AppState, refusal: Response, path: &str) -> Response {
    let is_signed_out = refusal.status() == StatusCode::SEE_OTHER;
    if is_signed_out && path.len() <= LONGEST { sign_in_first(state, path) } else { refusal }
}

/// Asks for the password first, and leads back to where it is asked once more.
fn sign_in_again(state: &AppState, page: &AdminPage, path: &str) -> Response {
    let path = if path.len() <= LONGEST { path } else { PATH };
    let denial = Denial::of_user(Reason::SignInAgain, Some(page.person.user().username.clone()));
    let again = Redirect::to(&state.path(&format!("/sign-in?again={}", oauth::encode(path))));
    (denial, again).into_response()
}
