//! Use cases: check permission, load, decide, save, report. [`Service`] has a view for each noun, as in
//! `service.consumers(&admin).approve(key, None)`. The administrative ones can only be had with an [`Admin`], which only
//! `guard/admin.rs` can make.

mod accounts;
pub mod activity;
mod clock;
pub mod consumers;
mod error;
mod guard;
mod line_list;
mod line_words;
mod oauth1;
mod rules;
mod service;
mod upkeep;

pub use accounts::{
    own::OwnAccount,
    own_password::OwnPassword,
    own_sessions::OwnSession,
    password_links,
    proof::{Factor, PasskeyQuestion},
    second_factor, set_up, users,
};
pub use clock::Clock;
pub use consumers::key_requests;
pub use error::ServiceError;
pub use guard::{
    admin::{AccountHolder, Admin, NotPermitted, SignedIn},
    one_time_codes::{RecoveryCodes, in_groups},
    owed::Owed,
    relying_party::RelyingParty,
    token::Token,
    verified::Verified,
};
pub use line_words::{LineWords, Object};
pub use oauth1::{consent, provider, verify::VerifyError};
pub use rules::{RequireSecondFactor, Rules};
pub use service::Service;
pub use upkeep::{health, prune, readiness, vault};

/// Signing in and authenticating a session.
pub mod sign_in {
    pub use crate::{
        accounts::{
            fresh::ProofError,
            own_password::Renewed,
            second_step::{CodeError, STEP_LIFE, StepError},
            sign_in::{Begun, Cause, SignIn, SignInError},
        },
        guard::{
            admin::{AT_MOST, FRESH, IDLE, Presence, Sessions},
            browser::Browser,
        },
    };
}
