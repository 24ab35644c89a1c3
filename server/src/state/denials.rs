//! Why requests are denied, and how many lines the log gets of them: a few a minute for each address and reason, then one that
//! says how many were left out. Pure: the time is a parameter.

use std::{
    collections::HashMap,
    mem,
    time::{Duration, Instant},
};

use domain::Network;

/// Lines are counted over this long.
pub(crate) const WINDOW: Duration = Duration::from_mins(1);
/// Lines within `WINDOW` of one network and reason.
const MOST_LINES: u32 = 10;
/// Networks and reasons that have lines of their own within `WINDOW`.
const MOST_KINDS: usize = 500;

/// What was denied. Its words are fixed: filters of logs and alerts rely on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reason {
    /// A sign-in with a username that nobody has.
    UnknownUser,
    /// A sign-in with a wrong password.
    WrongPassword,
    /// The right password, and then a wrong code of the second factor.
    WrongCode,
    /// The right password, and then a passkey's answer that is not right.
    WrongPasskey,
    /// A code that was not looked at, since too many of the account's were wrong.
    TooManyWrongCodes,
    /// A sign-in with the right password to an account that is disabled, or has just been changed.
    DisabledUser,
    /// A sign-in that was not looked at, since there were too many.
    TooManySignIns,
    /// A request for a consumer key where there were too many.
    TooManyKeyRequests,
    /// A set-up link that was never made, or is not valid any more.
    SetUpLink,
    /// A link to set a password that was never made, or is not valid any more.
    PasswordLink,
    /// A link to approve a consumer key that does not exist.
    UnknownKey,
    /// A link to allow access with temporary credentials that do not exist.
    UnknownToken,
    /// A host that is not one of ours: another site's name that leads here, or a scanner's.
    UnknownHost,
    /// A change that another site made a browser send.
    OtherSite,
    /// A signature, or the credentials it was made with, that do not hold.
    Signature,
    /// A right signature from outside the consumer's networks: its secret may be in other hands.
    OutOfNetwork,
    /// No credentials, or a session that has ended.
    NotSignedIn,
    /// A session, where only a signature will do.
    NotSigned,
    /// A session of an administrator who must set a longer password first.
    PasswordTooShort,
    /// A session of a user who must set up a second factor first.
    SecondFactorMissing,
    /// A user without the permission.
    NotPermitted,
    /// A sensitive act in a session that has to sign in again first.
    SignInAgain,
}

impl Reason {
    /// Every reason.
    pub(crate) const ALL: [Self; 22] = [
        Self::UnknownUser,
        Self::WrongPassword,
        Self::WrongCode,
        Self::WrongPasskey,
        Self::TooManyWrongCodes,
        Self::DisabledUser,
        Self::TooManySignIns,
        Self::TooManyKeyRequests,
        Self::SetUpLink,
        Self::PasswordLink,
        Self::UnknownKey,
        Self::UnknownToken,
        Self::UnknownHost,
        Self::OtherSite,
        Self::Signature,
        Self::OutOfNetwork,
        Self::NotSignedIn,
        Self::NotSigned,
        Self::PasswordTooShort,
        Self::SecondFactorMissing,
        Self::NotPermitted,
        Self::SignInAgain,
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::UnknownUser => "unknown_user",
            Self::WrongPassword => "wrong_password",
            Self::WrongCode => "wrong_code",
            Self::WrongPasskey => "wrong_passkey",
            Self::TooManyWrongCodes => "too_many_wrong_codes",
            Self::DisabledUser => "disabled_user",
            Self::TooManySignIns => "too_many_sign_ins",
            Self::TooManyKeyRequests => "too_many_key_requests",
            Self::SetUpLink => "set_up_link",
            Self::PasswordLink => "password_link",
            Self::UnknownKey => "unknown_key",
            Self::UnknownToken => "unknown_token",
            Self::UnknownHost => "unknown_host",
            Self::OtherSite => "other_site",
            Self::Signature => "signature",
            Self::OutOfNetwork => "out_of_network",
            Self::NotSignedIn => "not_signed_in",
            Self::NotSigned => "not_signed",
            Self::PasswordTooShort => "password_too_short",
            Self::SecondFactorMissing => "second_factor_missing",
            Self::NotPermitted => "not_permitted",
            Self::SignInAgain => "sign_in_again",
        }
    }
}

/// Whether a denial is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Written,
    /// It is the first of this window that is not: the caller has to see to `take_left_out` after `WINDOW`.
    FirstLeftOut,
    LeftOut,
}

/// Denials that were not written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// Whose they are; `None` for all that had no lines of their own.
    pub(crate) kind: Option<(Network, Reason)>,
    pub(crate) count: u64,
}

#[derive(Debug, Default)]
struct Counted {
    lines: u32,
    left_out: u64,
}

/// The denials of the current window.
#[derive(Debug, Default)]
pub(crate) struct Denials {
    begin: Option<Instant>,
    kinds: HashMap<(Network, Reason), Counted>,
    others: u64,
    is_any_left_out: bool,
}

impl Denials {
    /// Counts a denial; returns whether it is written down, and what was left out in a window that is over.
    pub(crate) fn count(&mut self, network: Network, reason: Reason, now: Instant) -> (Line, Vec<LeftOut>) {
        let over = self.begin.is_some_and(|begin| now - begin >= WINDOW);
        let left_out = if over { self.take_left_out() } else { Vec::new() };
        self.begin.get_or_insert(now);
        let has_room = self.kinds.len() < MOST_KINDS || self.kinds.contains_key(&(network, reason));
        if has_room {
            let counted = self.kinds.entry((network, reason)).or_default();
            if counted.lines < MOST_LINES {
                counted.lines += 1;
                return (Line::Written, left_out);
            }
            counted.left_out += 1;
        } else {
            self.others += 1;
        }
        let is_first = !mem::replace(&mut self.is_any_left_out, true);
        (if is_first { Line::FirstLeftOut } else { Line::LeftOut }, left_out)
    }

    /// Ends the window, and returns what was left out in it.
    pub(crate) fn take_left_out(&mut self) -> Vec<LeftOut> {
        let Self { kinds, others, .. } = mem::take(self);
        let kinds = kinds.into_iter().filter(|(_, counted)| counted.left_out > 0);
        let kinds = kinds.map(|(kind, counted)| LeftOut { kind: Some(kind), count: counted.left_out });
        let others = (others > 0).then_some(LeftOut { kind: None, count: others });
        kinds.chain(others).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, net::IpAddr};

    use super::*;

    fn network(number: u32) -> Network {
        Network::of(IpAddr::from(number.to_be_bytes()))
    }

    #[test]
    fn each_reason_has_a_word_of_its_own() {
        let words: HashSet<_> = Reason::ALL.iter().map(|reason| reason.word()).collect();
        assert_eq!(words.len(), Reason::ALL.len(), "{words:?}");
    }

    #[test]
    fn an_address_has_a_few_lines_a_minute_for_each_reason_and_then_one_with_the_rest() {
        let (mut denials, now) = (Denials::default(), Instant::now());
        let mut count = |number, reason, at| denials.count(network(number), reason, at);
        for _ in 0..MOST_LINES {
            assert_eq!(count(1, Reason::WrongPassword, now), (Line::Written, vec![]));
        }
        assert_eq!(count(1, Reason::WrongPassword, now).0, Line::FirstLeftOut);
        assert_eq!(count(1, Reason::WrongPassword, now).0, Line::LeftOut);
        assert_eq!(count(1, Reason::UnknownUser, now).0, Line::Written);
        assert_eq!(count(2, Reason::WrongPassword, now).0, Line::Written);
        let (line, left_out) = count(1, Reason::WrongPassword, now + WINDOW);
        let kind = Some((network(1), Reason::WrongPassword));
        assert_eq!((line, left_out), (Line::Written, vec![LeftOut { kind, count: 2 }]));
        assert_eq!(denials.take_left_out(), []);
    }

    #[test]
    fn a_flood_from_many_addresses_fills_neither_the_log_nor_the_memory() {
        let (mut denials, now) = (Denials::default(), Instant::now());
        let mut written = 0;
        for number in 0..100_000 {
            written +=
                usize::from(denials.count(network(number), Reason::NotSignedIn, now).0 == Line::Written);
        }
        assert_eq!((written, denials.kinds.len()), (MOST_KINDS, MOST_KINDS));
        let rest = LeftOut { kind: None, count: 100_000 - MOST_KINDS as u64 };
        assert_eq!(denials.take_left_out(), [rest]);
        assert!(denials.kinds.is_empty());
    }
}
