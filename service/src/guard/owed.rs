//! What the user of a session owes before it opens anything else.

use store::Session;

use crate::rules::Rules;

/// What a user has to do first. The session opens that, and signing out, alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owed {
    /// To set a new password: theirs is shorter than an administrator's has to be.
    NewPassword,
    /// To set up a second factor.
    SecondFactor,
}

impl Owed {
    /// What is owed in this session. The password comes first: a guesser of a short one could set up a factor of their own.
    pub(crate) fn of(session: &Session, rules: &Rules) -> Option<Self> {
        let user = &session.account.user;
        // Of a session that an older node began the length is not known: it goes on until it ends.
        if user.configure_server && session.short_password == Some(true) {
            Some(Self::NewPassword)
        } else if rules.require_second_factor.is_missing(user) {
            Some(Self::SecondFactor)
        } else {
            None
        }
    }
}
