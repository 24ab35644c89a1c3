//! `/account/password`: a user's own new password.

use app::ChangePassword;
use axum::{
    extract::{Request, State},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{Password, TypedSecret, User};
use serde::Deserialize;

use crate::{
    pages::{
        input::{PageForm, PageQuery},
        person::{Person, sign_in_first, who},
        proof::Refused,
        render::{page_request, render},
    },
    state::AppState,
    wire::{request_id::RequestId, session},
};

/// Where the page is.
pub(crate) const PATH: &str = "/account/password";

fn empty(user: &User) -> ChangePassword {
    ChangePassword {
        who: who(user),
        username: user.username.to_string(),
        keep_tokens: false,
        errors: Vec::new(),
        problem: None,
        changed: None,
    }
}

/// What the address of the page says.
#[derive(Deserialize)]
pub(crate) struct Shown {
    /// There once the password was changed.
    done: Option<String>,
    /// There besides where applications stay signed in.
    kept: Option<String>,
}

/// `GET /account/password`
pub(crate) async fn show(
    State(state): State<AppState>,
    PageQuery(Shown { done, kept }): PageQuery<Shown>,
    person: Option<Person>,
    request: Request,
) -> Response {
    let Some(Person(person)) = person else {
        return sign_in_first(&state, PATH);
    };
    let page = ChangePassword { changed: done.map(|_| kept.is_some()), ..empty(person.user()) };
    render(&state, page, request).await
}

#[derive(Deserialize)]
pub(crate) struct PasswordForm {
    #[serde(default)]
    current_password: TypedSecret,
    #[serde(default)]
    password: TypedSecret,
    #[serde(default)]
    password_again: TypedSecret,
    /// A checkbox: there with any value, or not there.
    keep_tokens: Option<String>,
}

/// `POST /account/password`
pub(crate) async fn change(
    State(state): State<AppState>,
    person: Option<Person>,
    id: RequestId,
    PageForm(form): PageForm<PasswordForm>,
) -> Response {
    let Some(Person(person)) = person else {
        return sign_in_first(&state, PATH);
    };
    let keep_tokens = form.keep_tokens.is_some();
    let current = Password::typed(form.current_password.expose());
    let (password, again) = (form.password.expose(), form.password_again.expose());
    let changed =
        state.service.account(&person).change_password(&current, password, again, keep_tokens).await;
    match changed {
        // A page of its own, which can be loaded again without sending the form again.
        Ok(renewed) => {
            let kept = if keep_tokens { "&kept=1" } else { "" };
            let shown = Redirect::to(&state.path(&format!("{PATH}?done=1{kept}")));
            (session::go_on(&renewed, &state), shown).into_response()
        }
        Err(error) => {
            let Refused { errors, problem, parts } =
                Refused::of(error, "current_password", person.user(), &id);
            let reply = ChangePassword { keep_tokens, errors, problem, ..empty(person.user()) };
            let request = page_request(&state, PATH);
            (parts, render(&state, reply, request).await).into_response()
        }
    }
}
