//! The page on which a user sets their password by a one-time link: a plain form, no script.

use domain::FieldError;
use http::StatusCode;
use leptos::prelude::*;

use crate::{
    document::Document,
    frame::card::Card,
    plain::{own_page::SecretField, settings::problem},
};

/// What the page shows. It has no `Debug`: the token is enough to take the account over.
#[derive(Clone)]
pub enum SetPassword {
    /// The form.
    Form {
        /// The token of the link; the form sends it back.
        token: String,
        /// Whose password it is: the holder of the link may know.
        username: String,
        /// What is wrong with each field.
        errors: Vec<FieldError>,
        /// Any other problem.
        problem: Option<(StatusCode, String)>,
    },
    /// The password was set.
    Done,
}

impl SetPassword {
    fn status(&self) -> StatusCode {
        match self {
            Self::Form { problem: Some((status, _)), .. } => *status,
            Self::Form { errors, .. } if !errors.is_empty() => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Form { .. } | Self::Done => StatusCode::OK,
        }
    }
}

impl From<SetPassword> for Document {
    fn from(page: SetPassword) -> Self {
        Self::new("Set your password · Latchkey", page.status(), move |site| match page.clone() {
            SetPassword::Form { token, username, errors, problem: why } => {
                let action = site.url("/set-password");
                view! {
                    <Card site heading="Set your password">
                        <p class="lead">"For the account " <strong><bdi>{username.clone()}</bdi></strong> "."</p>
                        {problem(why.map(|(_, words)| words))}
                        <form method="post" action=action>
                            <input type="hidden" name="token" value=token/>
                            // For password managers: the password belongs to this name.
                            <input type="hidden" name="username" autocomplete="username" value=username/>
                            {SecretField::password("password", "Password", "new-password").focused().view(&errors)}
                            {SecretField::password("password_again", "Re-type password", "new-password").view(&errors)}
                            <button class="btn primary">"Set password"</button>
                        </form>
                    </Card>
                }
                .into_any()
            }
            SetPassword::Done => {
                let sign_in = site.url("/sign-in");
                view! {
                    <Card site heading="Your password is set">
                        <p>"Every browser and application that was signed in as you is signed out."</p>
                        <p><a href=sign_in>"Sign in"</a></p>
                    </Card>
                }
                .into_any()
            }
        })
    }
}
