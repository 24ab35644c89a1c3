//! The screen. Hydrated pages are components; documents around them are rendered on the server alone.
#![recursion_limit = "256"]

mod console;
mod error;
mod frame;
mod json;
mod ui;

#[cfg(feature = "ssr")]
mod document;
#[cfg(feature = "ssr")]
pub mod guard;
#[cfg(feature = "ssr")]
pub mod incident;
#[cfg(feature = "ssr")]
mod plain;
#[cfg(feature = "browser")]
pub mod start;

pub use console::consumers::{
    data::{PageData, Reply, ViewRows},
    page::ConsumersPage,
};
pub use error::AppError;
pub use frame::who::Who;

#[cfg(feature = "ssr")]
pub use document::{Body, Document};
#[cfg(feature = "ssr")]
pub use frame::{missed::Missed, site::Site, who::who_am_i};
#[cfg(feature = "ssr")]
pub use plain::{
    activity::{ActivityLine, ActivityPage, LineFilters, activity_rows},
    add_user::{AddUser, UserLink},
    again::AgainReply,
    api_docs::ApiDocs,
    applications::{Application, Applications},
    authorize::{Callback, Consent, Verifier},
    code::CodeReply,
    consumer_panel::ConsumerPanel,
    notice::{Notice, PageNotFound},
    passkeys::{Passkey, PasskeyQuestion, Passkeys},
    password::ChangePassword,
    second_factor::{FactorView, SecondFactor},
    sessions::{Session, Sessions},
    set_password::SetPassword,
    set_up::SetUpReply,
    sign_in::SignInReply,
    user_deed::{ConfirmDeed, UserDeed},
    users::{UserList, Users, user_list},
};
