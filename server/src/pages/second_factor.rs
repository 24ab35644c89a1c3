//! `/account/second-factor`: setting up a second factor, new recovery codes, removing it. Open also to users who must set
//! one up before anything else.

use app::{FactorView, Passkey, Passkeys, SecondFactor};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{Password, TypedSecret};
use serde::Deserialize;
use service::{
    AccountHolder, Owed, PasskeyQuestion, RecoveryCodes, ServiceError, in_groups,
    second_factor::{FactorState, OwnPasskey},
    sign_in::ProofError,
};

use crate::{
    pages::{
        input::{PageForm, PageQuery},
        next::{after_sign_in, own_path},
        person::{Holder, SECOND_FACTOR, owed_path, settle_first, sign_in_first, who, who_may_owe},
        proof::{Refused, TypedProof, passkey_question},
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
    let page = page(&state, &holder, request.headers(), own_path(&next)).await?;
    Ok(render(&state, page, request).await)
}

async fn page(
    state: &AppState,
    holder: &AccountHolder,
    headers: &HeaderMap,
    next: &str,
) -> Result<SecondFactor, ServiceError> {
    let factor = state.service.second_factor(holder);
    let view = match factor.state().await? {
        FactorState::Off => FactorView::Off,
        FactorState::Pending(secret) => FactorView::Pending {
            secret: in_groups(secret.expose(), " "),
            uri: uri(state, holder, secret.expose()),
        },
        FactorState::On { recovery_codes, passkeys } => FactorView::On {
            recovery_codes,
            passkeys: shown(state, headers, passkeys),
            question: factor.ask_passkey().await.map(passkey_question),
        },
    };
    Ok(of_view(state, holder, view, next))
}

fn of_view(state: &AppState, holder: &AccountHolder, view: FactorView, next: &str) -> SecondFactor {
    SecondFactor {
        who: who(holder.user()),
        must_set_up: holder.owes().is_some(),
        view,
        next: if next.is_empty() { String::new() } else { after_sign_in(state, next) },
        errors: Vec::new(),
        problem: None,
    }
}

fn shown(state: &AppState, headers: &HeaderMap, passkeys: Vec<OwnPasskey>) -> Passkeys {
    let items = passkeys.into_iter().map(|passkey| Passkey {
        id: passkey.id,
        name: passkey.name,
        added_at: passkey.added_at,
        used_at: passkey.used_at,
    });
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let why_none = (!state.service.has_passkeys()).then(|| {
        format!(
            "Browsers have passkeys for https and a host name alone, and this server’s address is {}. Who runs it sets \
             another one with LATCHKEY_PUBLIC_URL.",
            state.public_url
        )
    });
    Passkeys { items: items.collect(), agent: agent.map(str::to_owned), why_none, now: state.service.now() }
}

/// What authenticator apps read from the picture. The account is named after user and host: people have several.
fn uri(state: &AppState, holder: &AccountHolder, secret: &str) -> String {
    let host = state.public_url.host_str().unwrap_or_default();
    let account = oauth::encode(&format!("{} ({host})", holder.user().username)).to_string();
    format!("otpauth://totp/Latchkey:{account}?secret={secret}&issuer=Latchkey")
}

/// What came of a form.
enum Done {
    /// It was done; the page shows it.
    Changed,
    /// There are new recovery codes to show.
    Codes(RecoveryCodes),
    /// The browser is to make a passkey.
    Asked(PasskeyQuestion),
}

#[derive(Deserialize)]
pub(crate) struct FactorForm {
    #[serde(default)]
    act: String,
    #[serde(flatten)]
    proof: TypedProof,
    /// Of a new passkey.
    #[serde(default)]
    name: String,
    #[serde(default)]
    passkey_id: String,
    #[serde(default)]
    password: TypedSecret,
    #[serde(default)]
    next: String,
}

/// `POST /account/second-factor`: **Set up a second factor**, **Confirm**, **New recovery codes**, **Remove
/// second factor**, **Add a passkey**, what the browser made of it, **Remove** a passkey.
pub(crate) async fn act(
    State(state): State<AppState>,
    holder: Option<Holder>,
    id: RequestId,
    headers: HeaderMap,
    PageForm(form): PageForm<FactorForm>,
) -> Result<Response, PageError> {
    let Some(holder) = who_may_owe(holder, Owed::SecondFactor) else {
        return Ok(sign_in_first(&state, SECOND_FACTOR));
    };
    let factor = state.service.second_factor(&holder);
    let next = own_path(&form.next);
    let done = match &*form.act {
        "begin" => factor.begin().await.map(|()| Done::Changed).map_err(ProofError::from),
        "confirm" => factor.confirm(form.proof.code()).await.map(Done::Codes).map_err(ProofError::from),
        "renew" => {
            let renewed = factor.renew_recovery_codes().await;
            renewed.map(|codes| codes.map_or(Done::Changed, Done::Codes)).map_err(ProofError::from)
        }
        "begin-passkey" => factor.begin_passkey(&form.name).await.map(Done::Asked).map_err(ProofError::from),
        "add-passkey" => {
            let (challenge, answer) = form.proof.answer();
            factor.add_passkey(challenge, answer).await.map(|()| Done::Changed).map_err(ProofError::from)
        }
        "remove-passkey" => {
            factor.remove_passkey(&form.passkey_id).await.map(|()| Done::Changed).map_err(ProofError::from)
        }
        "remove" => {
            let password = Password::typed(form.password.expose());
            factor.remove(&password, form.proof.factor()).await.map(|()| Done::Changed)
        }
        _ => {
            let text =
                "The form was sent without what to do. Go back and press one of its buttons.".to_owned();
            return Ok(notice(&state, StatusCode::BAD_REQUEST, "Form not understood", text));
        }
    };
    match done {
        // The codes are shown once, in the answer to the form: there is no address to see them again.
        Ok(Done::Codes(codes)) => {
            let view = FactorView::Codes(codes.in_groups().collect());
            let page = SecondFactor { must_set_up: false, ..of_view(&state, &holder, view, next) };
            let request = page_request(&state, SECOND_FACTOR);
            Ok(render(&state, page, request).await)
        }
        Ok(Done::Asked(question)) => {
            let view = FactorView::NewPasskey(form.name.trim().to_owned(), passkey_question(question));
            let page = of_view(&state, &holder, view, next);
            Ok(render(&state, page, page_request(&state, SECOND_FACTOR)).await)
        }
        Ok(Done::Changed) => Ok(settle_first(&state, Owed::SecondFactor, next)),
        Err(ProofError::Service(ServiceError::SignInAgain)) => {
            let again = format!("/sign-in?again={}", oauth::encode(&owed_path(Owed::SecondFactor, next)));
            let denial = Denial::of_user(Reason::SignInAgain, Some(holder.user().username.clone()));
            Ok((denial, Redirect::to(&state.path(&again))).into_response())
        }
        Err(error) => {
            let Refused { errors, problem, parts } = Refused::of(error, "password", holder.user(), &id);
            // The page as it is, with what was wrong.
            let page = SecondFactor { errors, problem, ..page(&state, &holder, &headers, next).await? };
            let request = page_request(&state, SECOND_FACTOR);
            Ok((parts, render(&state, page, request).await).into_response())
        }
    }
}
