//! `/account/second-factor`: setting up a second factor, new recovery codes, removing it. Open also to users who must set
//! one up before anything else.

use app::{FactorView, SecondFactor};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{Password, TypedSecret};
use serde::Deserialize;
use service::{
    AccountHolder, Owed, ServiceError, in_groups, second_factor::FactorState, sign_in::ProofError,
};

use crate::{
    pages::{
        input::{PageForm, PageQuery},
        next::{after_sign_in, own_path},
        person::{Holder, SECOND_FACTOR, owed_path, settle_first, sign_in_first, who, who_may_owe},
        proof::Refused,
        render::{PageError, notice, page_request, render},
    },
    state::{AppState, denials::Reason},
    wire::{denial::Denial, request_id::RequestId},
};

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    next: String,
}

/// `GET /account/second-factor`
pub(crate) async fn show(
    State(state): State<AppState>,
    PageQuery(Asked { next }): PageQuery<Asked>,
    holder: Option<Holder>,
    request: Request,
) -> Result<Response, PageError> {
    let Some(holder) = who_may_owe(holder, Owed::SecondFactor) else {
        return Ok(sign_in_first(&state, SECOND_FACTOR));
    };
    let found = state.service.second_factor(&holder).state().await?;
    let page = page(&state, &holder, found, own_path(&next));
    Ok(render(&state, page, request).await)
}

fn page(state: &AppState, holder: &AccountHolder, found: FactorState, next: &str) -> SecondFactor {
    let view = match found {
        FactorState::Off => FactorView::Off,
        FactorState::Pending(secret) => FactorView::Pending {
            secret: in_groups(secret.expose(), " "),
            uri: uri(state, holder, secret.expose()),
        },
        FactorState::On { recovery_codes } => FactorView::On { recovery_codes },
    };
    SecondFactor {
        who: who(holder.user()),
        must_set_up: holder.owes().is_some(),
        view,
        next: if next.is_empty() { String::new() } else { after_sign_in(state, next) },
        errors: Vec::new(),
        problem: None,
    }
}

/// What authenticator apps read from the picture. The account is named after user and host: people have several.
fn uri(state: &AppState, holder: &AccountHolder, secret: &str) -> String {
    let host = state.public_url.host_str().unwrap_or_default();
    let account = oauth::encode(&format!("{} ({host})", holder.user().username)).to_string();
    format!("otpauth://totp/Latchkey:{account}?secret={secret}&issuer=Latchkey")
}

#[derive(Deserialize)]
pub(crate) struct FactorForm {
    #[serde(default)]
    act: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    password: TypedSecret,
    #[serde(default)]
    next: String,
}

/// `POST /account/second-factor`: **Set up a second factor**, **Confirm**, **New recovery codes**, **Remove second factor**.
pub(crate) async fn act(
    State(state): State<AppState>,
    holder: Option<Holder>,
    id: RequestId,
    PageForm(form): PageForm<FactorForm>,
) -> Result<Response, PageError> {
    let Some(holder) = who_may_owe(holder, Owed::SecondFactor) else {
        return Ok(sign_in_first(&state, SECOND_FACTOR));
    };
    let factor = state.service.second_factor(&holder);
    let next = own_path(&form.next);
    let done = match &*form.act {
        "begin" => factor.begin().await.map(|()| None).map_err(ProofError::from),
        "confirm" => factor.confirm(&form.code).await.map(Some).map_err(ProofError::from),
        "renew" => factor.renew_recovery_codes().await.map_err(ProofError::from),
        "remove" => {
            let password = Password::typed(form.password.expose());
            factor.remove(&password, &form.code).await.map(|()| None)
        }
        _ => {
            let text =
                "The form was sent without what to do. Go back and press one of its buttons.".to_owned();
            return Ok(notice(&state, StatusCode::BAD_REQUEST, "Form not understood", text));
        }
    };
    match done {
        // The codes are shown once, in the answer to the form: there is no address to see them again.
        Ok(Some(codes)) => {
            let page = page(&state, &holder, FactorState::Off, next);
            let view = FactorView::Codes(codes.in_groups().collect());
            let page = SecondFactor { view, must_set_up: false, ..page };
            let request = page_request(&state, SECOND_FACTOR);
            Ok(render(&state, page, request).await)
        }
        Ok(None) => Ok(settle_first(&state, Owed::SecondFactor, next)),
        Err(ProofError::Service(ServiceError::SignInAgain)) => {
            let again = format!("/sign-in?again={}", oauth::encode(&owed_path(Owed::SecondFactor, next)));
            let denial = Denial::of_user(Reason::SignInAgain, Some(holder.user().username.clone()));
            Ok((denial, Redirect::to(&state.path(&again))).into_response())
        }
        Err(error) => {
            let Refused { errors, problem, parts } = Refused::of(error, "password", holder.user(), &id);
            // The page as it is, with what was wrong.
            let found = state.service.second_factor(&holder).state().await?;
            let page = SecondFactor { errors, problem, ..page(&state, &holder, found, next) };
            let request = page_request(&state, SECOND_FACTOR);
            Ok((parts, render(&state, page, request).await).into_response())
        }
    }
}
