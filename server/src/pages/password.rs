//! `/account/password`: a user's own new password. Open also to administrators whose password is too short, before anything
//! else.

use app::ChangePassword;
use axum::{
    extract::{Request, State},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{Password, TypedSecret};
use serde::Deserialize;
use service::{AccountHolder, Owed};

use crate::{
    pages::{
        input::{PageForm, PageQuery},
        next::{after_sign_in, callback_origin, own_path},
        person::{Holder, PASSWORD, sign_in_first, who, who_may_owe},
        proof::Refused,
        render::{page_request, render},
    },
    state::AppState,
    wire::{request_id::RequestId, session},
};

/// The page, which leads to a path of this server afterwards.
async fn page(state: &AppState, holder: &AccountHolder, next: &str) -> ChangePassword {
    ChangePassword {
        who: who(holder.user()),
        username: holder.user().username.to_string(),
        is_owed: holder.owes().is_some(),
        keep_tokens: false,
        errors: Vec::new(),
        problem: None,
        changed: None,
        next: next.to_owned(),
        callback_origin: callback_origin(state, next).await,
    }
}

/// What the address of the page says.
#[derive(Deserialize)]
pub(crate) struct Shown {
    /// There once the password was changed.
    done: Option<String>,
    /// There besides where applications stay signed in.
    kept: Option<String>,
    #[serde(default)]
    next: String,
}

/// `GET /account/password`
pub(crate) async fn show(
    State(state): State<AppState>,
    PageQuery(Shown { done, kept, next }): PageQuery<Shown>,
    holder: Option<Holder>,
    request: Request,
) -> Response {
    let Some(holder) = who_may_owe(holder, Owed::NewPassword) else {
        return sign_in_first(&state, PASSWORD);
    };
    let page = page(&state, &holder, own_path(&next)).await;
    // Anyone can make such a link: one who owes a new password has not set it.
    let changed = done.filter(|_| !page.is_owed).map(|_| kept.is_some());
    render(&state, ChangePassword { changed, ..page }, request).await
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
    #[serde(default)]
    next: String,
}

/// `POST /account/password`
pub(crate) async fn change(
    State(state): State<AppState>,
    holder: Option<Holder>,
    id: RequestId,
    PageForm(form): PageForm<PasswordForm>,
) -> Response {
    let Some(holder) = who_may_owe(holder, Owed::NewPassword) else {
        return sign_in_first(&state, PASSWORD);
    };
    let keep_tokens = form.keep_tokens.is_some();
    let current = Password::typed(form.current_password.expose());
    let (password, again) = (form.password.expose(), form.password_again.expose());
    let own = state.service.own_password(&holder);
    let next = own_path(&form.next);
    match own.change(&current, password, again, keep_tokens).await {
        Ok(renewed) => {
            let shown = if next.is_empty() {
                // A page of its own, which can be loaded again without sending the form again.
                let kept = if keep_tokens { "&kept=1" } else { "" };
                state.path(&format!("{PASSWORD}?done=1{kept}"))
            } else {
                after_sign_in(&state, next)
            };
            (session::go_on(&renewed, &state), Redirect::to(&shown)).into_response()
        }
        Err(error) => {
            let Refused { errors, problem, parts } =
                Refused::of(error, "current_password", holder.user(), &id);
            let page = page(&state, &holder, next).await;
            let reply = ChangePassword { keep_tokens, errors, problem, ..page };
            let request = page_request(&state, PASSWORD);
            (parts, render(&state, reply, request).await).into_response()
        }
    }
}
