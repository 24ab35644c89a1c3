//! The page on which users set up and remove their second factor: plain forms, and a script for passkeys alone.

use domain::FieldError;
use http::StatusCode;
use leptos::prelude::*;

use crate::{
    document::Document,
    frame::{header::NavPage, site::Site, who::Who},
    plain::{
        factor_form::Form,
        own_page::{OwnPage, SecretField},
        passkeys::{self, PasskeyQuestion, Passkeys, new_passkey, use_passkey},
        qr::qr_code,
    },
};

const PATH: &str = "/account/second-factor";

/// What the page **Second factor** shows. It has no `Debug`: it may hold a secret.
#[derive(Clone)]
pub struct SecondFactor {
    /// Who is signed in.
    pub who: Who,
    /// Whether nothing else is open to them until one is set up.
    pub must_set_up: bool,
    /// What there is.
    pub view: FactorView,
    /// Where to go on afterwards, a path on this server; may be empty.
    pub next: String,
    /// What is wrong with each field.
    pub errors: Vec<FieldError>,
    /// Any other problem.
    pub problem: Option<(StatusCode, String)>,
}

/// What there is of a second factor. It has no `Debug`: it may hold a secret.
#[derive(Clone)]
pub enum FactorView {
    /// None.
    Off,
    /// A secret that waits for its first code.
    Pending {
        /// The secret, in groups.
        secret: String,
        /// The same for an authenticator app.
        uri: String,
    },
    /// One that sign-ins need.
    On {
        /// How many recovery codes are left.
        recovery_codes: u64,
        /// The passkeys beside it.
        passkeys: Passkeys,
        /// What a browser answers in place of a code.
        question: Option<PasskeyQuestion>,
    },
    /// A passkey of this name that the browser is asked to make.
    NewPasskey(String, PasskeyQuestion),
    /// New recovery codes, shown once.
    Codes(Vec<String>),
}

impl From<SecondFactor> for Document {
    fn from(reply: SecondFactor) -> Self {
        let status = match &reply.problem {
            Some((status, _)) => *status,
            None if reply.errors.is_empty() => StatusCode::OK,
            None => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let script = match reply.view {
            FactorView::On { .. } | FactorView::NewPasskey(..) => Some(passkeys::script()),
            FactorView::Off | FactorView::Pending { .. } | FactorView::Codes(_) => None,
        };
        Self {
            script,
            ..Self::new(
                "Second factor · Latchkey",
                status,
                move |site| view! { <SecondFactorPage site reply=reply.clone()/> },
            )
        }
    }
}

#[component]
fn SecondFactorPage(site: Site, reply: SecondFactor) -> impl IntoView {
    let SecondFactor { who, must_set_up, view, next, errors, problem } = reply;
    let action = site.url(PATH);
    let form = Form { action, next };
    let required = must_set_up.then(|| {
        view! {
            <p class="note" role="status">
                <strong>"Your account needs a second factor."</strong>
                " This server asks for one. Set it up here; nothing else is open to you before."
            </p>
        }
    });
    // Of a passkey, where the page has no field for its name: the second factor was removed in another tab.
    let has_field = matches!(&view, FactorView::On { passkeys, .. } if passkeys.why_none.is_none());
    let of_name = errors.iter().find(|error| error.field == "name" && !has_field);
    let problem = problem.map(|(_, words)| words).or_else(|| of_name.map(|error| error.detail.clone()));
    let problem = problem.map(|words| view! { <p class="problem" role="alert">{words}</p> });
    let shown = match view {
        FactorView::Off => off(&form).into_any(),
        FactorView::Pending { secret, uri } => pending(&form, secret, &uri, &errors).into_any(),
        FactorView::On { recovery_codes, passkeys, question } => {
            let section = passkeys::section(&form, passkeys, &errors);
            on(&form, recovery_codes, section, question, &errors).into_any()
        }
        FactorView::NewPasskey(name, question) => {
            new_passkey(&form, site.url(PATH), name, question).into_any()
        }
        FactorView::Codes(codes) => recovery(&site, &form, codes).into_any(),
    };
    view! {
        <OwnPage
            site who here=NavPage::SecondFactor heading="Second factor"
            lead="A code that an authenticator app shows, asked for besides your password. Whoever learns the password alone cannot sign in."
        >
            {required}
            {problem}
            {shown}
        </OwnPage>
    }
}

fn off(form: &Form) -> impl IntoView {
    form.view(
        "begin",
        view! {
            <p>"You have none. You need an authenticator app: on a phone, or in a password manager."</p>
            <button class="btn primary">"Set up a second factor"</button>
        },
    )
}

fn pending(form: &Form, secret: String, uri: &str, errors: &[FieldError]) -> impl IntoView {
    let confirm = form.view(
        "confirm",
        view! {
            <h2>"1. Add this account to your app"</h2>
            <p>"Scan the picture, or type the secret into the app. It is shown to you alone, and to nobody again once it counts."</p>
            {qr_code(uri, "QR code of the secret")}
            <p><code class="secret" id="secret">{secret}</code></p>
            <h2>"2. Enter the code that the app shows"</h2>
            {SecretField::code("Six digits. The second factor counts from then on.").focused().view(errors)}
            <button class="btn primary">"Confirm"</button>
        },
    );
    let again = form.view("begin", view! { <button class="btn">"Start over with a new secret"</button> });
    view! { {confirm} {again} }
}

fn on(
    form: &Form,
    recovery_codes: u64,
    passkeys: impl IntoView,
    question: Option<PasskeyQuestion>,
    errors: &[FieldError],
) -> impl IntoView {
    let left = match recovery_codes {
        0 => "No recovery code is left.".to_owned(),
        1 => "1 recovery code is left.".to_owned(),
        left => format!("{left} recovery codes are left."),
    };
    let renew = form.view(
        "renew",
        view! {
            <h2>"Recovery codes"</h2>
            <p>{left} " Each signs you in once without the app. New ones replace them."</p>
            <button class="btn">"New recovery codes"</button>
        },
    );
    let remove = form.view(
        "remove",
        view! {
            <h2>"Remove second factor"</h2>
            <p>"Your password alone signs you in then. Passkeys go with it."</p>
            {SecretField::password("password", "Password", "current-password").view(errors)}
            {SecretField::code("From the app, or a recovery code.").view(errors)}
            <button class="btn danger">"Remove second factor"</button>
            {use_passkey(question, "Remove it with a passkey")}
        },
    );
    view! {
        <p class="note"><strong>"Your second factor is set up."</strong> " Every sign-in asks for a code or a passkey."</p>
        {passkeys}
        {renew}
        {remove}
    }
}

fn recovery(site: &Site, form: &Form, codes: Vec<String>) -> impl IntoView {
    let on = if form.next.is_empty() { site.url(PATH) } else { form.next.clone() };
    let items = codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect_view();
    view! {
        <div class="card codes">
            <h2>"Your recovery codes"</h2>
            <p>
                "Keep these where you find them without the app: print them, or put them into a password manager. Each signs you in once. "
                <strong>"They are not shown again."</strong>
            </p>
            <ol id="recovery-codes">{items}</ol>
            <p><a class="btn" href=on>"I have kept them"</a></p>
        </div>
    }
}
