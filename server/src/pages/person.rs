//! Who asks for a page, and what is shown to those who may not see it.

use app::{Notice, Who};
use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use domain::User;
use service::{AccountHolder, Admin, NotPermitted, Owed, SignedIn, sign_in::Presence};

use crate::{
    pages::render::{PageError, render_plain},
    state::{AppState, denials::Reason},
    wire::{address::ClientAddress, denial::Denial, session},
};

/// Where users set a new password.
pub(crate) const PASSWORD: &str = "/account/password";
/// Where users set up their second factor.
pub(crate) const SECOND_FACTOR: &str = "/account/second-factor";

/// A person behind a session that holds.
pub(crate) struct Person(pub(crate) SignedIn);

impl OptionalFromRequestParts<AppState> for Person {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Option<Self>, PageError> {
        let Ok(address) = ClientAddress::from_request_parts(parts, state).await;
        let who = session::who(&parts.headers, address, state, Presence::Acting).await;
        Ok(who?.map(Self))
    }
}

/// The same, also one who owes something before anything else.
pub(crate) struct Holder(pub(super) AccountHolder);

impl OptionalFromRequestParts<AppState> for Holder {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Option<Self>, PageError> {
        let Ok(address) = ClientAddress::from_request_parts(parts, state).await;
        Ok(session::holder(&parts.headers, address, state).await?.map(Self))
    }
}

/// The user of a session, on a page that is open to those who owe this. The sign-in leads the others to what they owe.
pub(super) fn who_may_owe(holder: Option<Holder>, this: Owed) -> Option<AccountHolder> {
    let Holder(holder) = holder?;
    holder.owes().is_none_or(|owed| owed == this).then_some(holder)
}

/// A user, as the bar of each page shows them.
pub(super) fn who(user: &User) -> Who {
    Who { display_name: user.display_name.clone(), configure_server: user.configure_server }
}

/// Guards a page that only administrators see: rejects with a redirect to the sign-in, or with a page that names the
/// missing permission.
pub(crate) struct AdminPage {
    pub(super) person: SignedIn,
    pub(super) admin: Admin,
}

impl FromRequestParts<AppState> for AdminPage {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let person = <Person as OptionalFromRequestParts<AppState>>::from_request_parts(parts, state).await;
        let Some(Person(person)) = person.map_err(IntoResponse::into_response)? else {
            let here = parts.uri.path_and_query().map_or("/", |path| path.as_str());
            return Err(sign_in_first(state, here));
        };
        match person.admin() {
            Ok(admin) => Ok(Self { person, admin }),
            Err(NotPermitted::User | NotPermitted::Consumer) => {
                Err(permission_missing(state, &parts.headers, &person))
            }
        }
    }
}

/// An administrator's page that is open, and asks by itself: that is no use of the session. Rejects with the status alone.
pub(crate) struct Watching(pub(super) Admin);

impl FromRequestParts<AppState> for Watching {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let Ok(address) = ClientAddress::from_request_parts(parts, state).await;
        let who = session::who(&parts.headers, address, state, Presence::Listening).await;
        match who.map_err(|error| PageError::from(error).into_response())? {
            Some(person) => person.admin().map(Self).map_err(|_| {
                let denial = Denial::of_user(Reason::NotPermitted, Some(person.user().username.clone()));
                (denial, StatusCode::FORBIDDEN).into_response()
            }),
            None => Err(StatusCode::UNAUTHORIZED.into_response()),
        }
    }
}

fn permission_missing(state: &AppState, headers: &HeaderMap, person: &SignedIn) -> Response {
    let text = format!(
        "You are signed in as {}, and this account does not have the Configure Server permission, which this page \
         needs. Ask an administrator to give it to you, or sign in with another account.",
        person.user().display_name
    );
    let heading = "Permission missing: Configure Server";
    let notice = Notice { status: StatusCode::FORBIDDEN, heading, text, signed_in: true };
    let denial = Denial::of_user(Reason::NotPermitted, Some(person.user().username.clone()));
    (denial, render_plain(state, notice, headers)).into_response()
}

/// Where it is done, and from where a path of this server follows.
pub(super) fn owed_path(owed: Owed, next: &str) -> String {
    let page = match owed {
        Owed::NewPassword => PASSWORD,
        Owed::SecondFactor => SECOND_FACTOR,
    };
    let after = if next.is_empty() { String::new() } else { format!("?next={}", oauth::encode(next)) };
    format!("{page}{after}")
}

/// Redirects to it.
pub(super) fn settle_first(state: &AppState, owed: Owed, next: &str) -> Response {
    Redirect::to(&state.path(&owed_path(owed, next))).into_response()
}

/// Redirects to the sign-in page, which then redirects to a path of this server.
pub(super) fn sign_in_first(state: &AppState, next: &str) -> Response {
    Redirect::to(&state.path(&format!("/sign-in?next={}", oauth::encode(next)))).into_response()
}
