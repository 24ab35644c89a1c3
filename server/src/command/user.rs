//! `latchkey user …`

use clap::Subcommand;
use domain::{AccountChange, Member, TypedSecret, User};
use service::{ServiceError, Token, password_links::check_invited, users::check_new};

use crate::{
    command::{
        desk::{Desk, site},
        error::CommandError,
        terminal::{input, output},
    },
    settings::Settings,
};

#[derive(Subcommand, Debug)]
pub(super) enum UserCommand {
    /// Make an account
    Add {
        /// 1 to 64 of a-z, 0-9 and . _ @ -
        name: String,
        /// Give it the Configure Server permission
        #[arg(long)]
        configure_server: bool,
        /// Make the database first, where there is none
        #[arg(long)]
        init: bool,
        /// The name that pages show, where it is another one
        #[arg(long, default_value = "", hide_default_value = true, requires = "link")]
        display_name: String,
        /// Print a link by which the user sets the password: once, within 24 hours
        #[arg(long, conflicts_with = "password_stdin")]
        link: bool,
        /// Read the password from stdin; a terminal does not show it and asks twice
        #[arg(long)]
        password_stdin: bool,
    },
    /// List accounts
    List,
    /// Disable an account: its sessions end, and nobody can act for it
    Disable {
        /// The username
        name: String,
    },
    /// Enable an account again
    Enable {
        /// The username
        name: String,
    },
    /// Give an account the Configure Server permission
    Permit {
        /// The username
        name: String,
    },
    /// Take the Configure Server permission from an account
    Forbid {
        /// The username
        name: String,
    },
    /// Remove an account's second factor and recovery codes, for a user who has lost both
    ResetFactors {
        /// The username
        name: String,
    },
    /// Print a link by which a user sets a new password: once, within 24 hours; the old password holds until then
    ResetPassword {
        /// The username
        name: String,
    },
    /// End an account's sessions, and revoke what consumers may do for it
    SignOut {
        /// The username
        name: String,
    },
    /// Give an account a new password; its sessions end, and consumers may act for it no more
    Passwd {
        /// The username
        name: String,
        /// Let consumers go on to act for it
        #[arg(long)]
        keep_tokens: bool,
        /// Read the password from stdin; a terminal does not show it and asks twice
        #[arg(long)]
        password_stdin: bool,
    },
}

impl UserCommand {
    /// Whether it makes the database where there is none.
    pub(super) fn may_make(&self) -> bool {
        matches!(self, Self::Add { init: true, .. })
    }

    /// What can be refused before the database is opened.
    pub(super) fn check_usage(&self) -> Result<(), CommandError> {
        match self {
            Self::Add { link: true, .. } | Self::ResetPassword { .. } => output::require("link"),
            Self::Add { password_stdin, .. } | Self::Passwd { password_stdin, .. } => {
                input::require(*password_stdin, "--password-stdin", "password")
            }
            _ => Ok(()),
        }
    }

    /// Refuses an account that cannot be added before a database is made for it; returns the password, which stdin has once.
    pub(super) fn check_first(&self, settings: &Settings) -> Result<Option<TypedSecret>, CommandError> {
        match self {
            Self::Add { init: true, link: true, name, display_name, .. } => {
                check_invited(name, display_name)?;
                Ok(None)
            }
            Self::Add { init: true, name, configure_server, .. } => {
                let password = input::secret_from_stdin("password")?;
                check_new(name, password.expose(), *configure_server, &site(settings))?;
                Ok(Some(password))
            }
            _ => Ok(None),
        }
    }

    /// Runs the command, with the password that `check_first` has read.
    pub(super) async fn run(self, desk: &Desk, password: Option<TypedSecret>) -> Result<(), CommandError> {
        let users = desk.service.users(&desk.admin);
        let (done, what) = match self {
            Self::Add { name, configure_server, display_name, link: true, .. } => {
                let (user, token) = users.invite(&name, &display_name, configure_server, "").await?;
                return hand_over_link(desk, &user, &token, "is added, with a link").await;
            }
            Self::ResetPassword { name } => {
                let (user, token) = users.reset_password(&name).await?;
                return hand_over_link(desk, &user, &token, "has a new link").await;
            }
            Self::List => {
                let users = users.list().await?;
                return desk.print(&users, || table(&users));
            }
            Self::Add { name, configure_server, .. } => {
                let password = match password {
                    Some(password) => password,
                    None => input::secret_from_stdin("password")?,
                };
                (users.add(&name, password.expose(), configure_server).await, "is added")
            }
            Self::Disable { name } => (users.change(&name, AccountChange::Disable).await, "is disabled"),
            Self::Enable { name } => (users.change(&name, AccountChange::Enable).await, "is enabled"),
            Self::Permit { name } => (users.change(&name, AccountChange::Permit).await, PERMITTED),
            Self::Forbid { name } => {
                (users.change(&name, AccountChange::Forbid).await, "does not have Configure Server")
            }
            Self::ResetFactors { name } => {
                (users.reset_factors(&name).await, "has no second factor any more")
            }
            Self::SignOut { name } => (users.sign_out(&name).await, "is signed out everywhere"),
            Self::Passwd { name, keep_tokens, .. } => {
                let password = input::secret_from_stdin("password")?;
                let changed = users.change_password(&name, password.expose(), keep_tokens).await;
                (changed, "has the new password")
            }
        };
        let user = done?;
        let member = as_in_the_api(desk, &user).await?;
        desk.report(&member, || format!("{} {what}.", user.username))
    }
}

/// What permitting does, and what becomes of a short password: here there is only a hash, which does not tell the length.
const PERMITTED: &str = "has Configure Server; if the password is shorter than the 12 characters of an administrator, \
                         Latchkey asks the user for a new one first, at the next sign-in at the latest";

/// A user with the API's names.
async fn as_in_the_api(desk: &Desk, user: &User) -> Result<Member, ServiceError> {
    desk.service.users(&desk.admin).find(user.username.as_str()).await
}

/// Prints a link alone, for people who hand it on; it is nowhere else.
async fn hand_over_link(desk: &Desk, user: &User, token: &Token, what: &str) -> Result<(), CommandError> {
    let (member, link) = (as_in_the_api(desk, user).await?, desk.password_link(token));
    let value = serde_json::json!({ "user": member, "password_link": link });
    desk.hand_over(&value, &link.url, || {
        let name = &user.username;
        format!("{name} {what}; `latchkey user reset-password {name}` prints another one.")
    })
}

fn table(users: &[Member]) -> String {
    let word = |yes, word: &str| if yes { word.to_owned() } else { String::new() };
    let rows: Vec<_> = users
        .iter()
        .map(|user| {
            let made = user.created_at.date().to_string();
            [
                user.username.to_string(),
                word(user.configure_server, "yes"),
                word(user.second_factor, "yes"),
                word(user.disabled, "yes"),
                made,
            ]
        })
        .collect();
    output::columns(["USERNAME", "CONFIGURE SERVER", "SECOND FACTOR", "DISABLED", "ADDED"], &rows)
}
