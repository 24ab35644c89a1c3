//! What an administrator does to a user, each confirmed: the words of the menu, the question and the answer, and the page that
//! asks.

use domain::Member;
use http::StatusCode;
use leptos::prelude::*;

use crate::{
    document::Document,
    frame::{header::NavPage, site::Site, who::Who},
    plain::settings::{OneThing, document, problem},
};

/// A deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserDeed {
    /// **Permit Configure Server**
    Permit,
    /// **Forbid Configure Server**
    Forbid,
    /// **Disable**
    Disable,
    /// **Enable**
    Enable,
    /// **Reset password**
    ResetPassword,
    /// **Sign out everywhere**
    SignOut,
}

impl UserDeed {
    const ALL: [Self; 6] =
        [Self::Permit, Self::Forbid, Self::Disable, Self::Enable, Self::ResetPassword, Self::SignOut];

    /// The entries of a user's menu.
    pub(super) fn of(member: &Member) -> [Self; 4] {
        [
            if member.configure_server { Self::Forbid } else { Self::Permit },
            Self::ResetPassword,
            Self::SignOut,
            if member.disabled { Self::Enable } else { Self::Disable },
        ]
    }

    /// Its word in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Forbid => "forbid",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::ResetPassword => "reset-password",
            Self::SignOut => "sign-out",
        }
    }

    /// The deed of a word in an address.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.word() == word)
    }

    /// Where it is asked, of a user.
    pub fn path(self, username: &str) -> String {
        // Every character of a username stands for itself in a query.
        format!("/settings/users/{}?user={username}", self.word())
    }

    /// Its entry in the menu, and its button.
    pub(super) fn entry(self) -> &'static str {
        match self {
            Self::Permit => "Permit Configure Server",
            Self::Forbid => "Forbid Configure Server",
            Self::Disable => "Disable",
            Self::Enable => "Enable",
            Self::ResetPassword => "Reset password",
            Self::SignOut => "Sign out everywhere",
        }
    }

    /// Whether it takes something away.
    pub(super) fn is_grave(self) -> bool {
        matches!(self, Self::Disable)
    }

    /// What it does, before it is done.
    fn consequence(self) -> &'static str {
        match self {
            Self::Permit => {
                "They will be able to register, approve and remove consumer keys, and to manage users, from their next click on."
            }
            Self::Forbid => {
                "From their next click on they can neither see nor change consumer keys and users. They stay signed in."
            }
            Self::Disable => {
                "Every browser in which they are signed in is signed out, a link to set their password ends, and no application can act for them, until they are enabled again."
            }
            Self::Enable => {
                "They can sign in again, and applications that they have allowed can act for them as before."
            }
            Self::ResetPassword => {
                "You get a link by which they set a new password. It works once, within 24 hours, and ends an earlier one. Their old password holds until then; once the new one is set, every browser and every application of theirs is signed out."
            }
            Self::SignOut => {
                "Every browser in which they are signed in is signed out, and every application has to ask them again."
            }
        }
    }

    /// What was done, where the user is as it has made them.
    pub fn done(self, member: &Member) -> Option<String> {
        let (is_so, words) = match self {
            // A password yet to be set is held to the rule for administrators; one that is there may be too short for it.
            Self::Permit if member.has_password => (
                member.configure_server,
                "has Configure Server. If their password is shorter than the 12 characters of an administrator, Latchkey asks them for a new one first.",
            ),
            Self::Permit => (member.configure_server, "has Configure Server."),
            Self::Forbid => (!member.configure_server, "does not have Configure Server any more."),
            Self::Disable => (member.disabled, "is disabled."),
            Self::Enable => (!member.disabled, "is enabled."),
            Self::SignOut => (member.sessions == 0, "is signed out everywhere."),
            Self::ResetPassword => (false, ""),
        };
        is_so.then(|| format!("{} {words}", member.username))
    }
}

/// The page that asks before a deed.
#[derive(Clone, Debug)]
pub struct ConfirmDeed {
    /// Who is signed in.
    pub who: Who,
    /// The deed.
    pub deed: UserDeed,
    /// The user.
    pub member: Member,
    /// Why it was not done.
    pub problem: Option<(StatusCode, String)>,
}

impl From<ConfirmDeed> for Document {
    fn from(page: ConfirmDeed) -> Self {
        let status = page.problem.as_ref().map_or(StatusCode::OK, |(status, _)| *status);
        document("Users · Latchkey", status, move |site| view! { <ConfirmPage site page=page.clone()/> })
    }
}

#[component]
fn ConfirmPage(site: Site, page: ConfirmDeed) -> impl IntoView {
    let ConfirmDeed { who, deed, member, problem: why } = page;
    let action = site.url(&format!("/settings/users/{}", deed.word()));
    let users = site.url("/settings/users");
    let username = member.username.to_string();
    let named = member.name.map(|name| view! { " (" <bdi>{name}</bdi> ")" });
    let class = if deed.is_grave() { "btn danger" } else { "btn primary" };
    view! {
        <OneThing site who here=NavPage::Users heading=format!("{}: {username}", deed.entry())>
            <p><strong><bdi>{username.clone()}</bdi></strong> {named} ". " {deed.consequence()}</p>
            {problem(why.map(|(_, words)| words))}
            <form method="post" action=action class="buttons">
                <input type="hidden" name="user" value=username/>
                <a class="btn" href=users data-cancel="">"Cancel"</a>
                <button class=class>{deed.entry()}</button>
            </form>
        </OneThing>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_deed_is_found_by_its_word() {
        for deed in UserDeed::ALL {
            assert_eq!(UserDeed::from_word(deed.word()), Some(deed));
        }
        assert_eq!(UserDeed::from_word("remove"), None);
    }
}
