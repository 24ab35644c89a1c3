//! The state of a page's event stream, as the header shows it and the foot of the page explains it.

use serde::{Deserialize, Serialize};

/// Whether what others do comes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Link {
    /// Not yet.
    Connecting,
    /// It does.
    Live,
    /// Not at present; the page tries again by itself.
    Reconnecting,
    /// Not as events, though the server answers: the page asks for the list again and again.
    Polling,
    /// The browser has no network.
    Offline,
    /// The session has ended.
    SignedOut,
    /// The session goes on, without the permission.
    NotPermitted,
}

impl Link {
    /// What the sign shows of it: a page that lacks what it has asked for is not called live, though its stream is.
    pub(crate) fn sign(self, is_incomplete: bool) -> Self {
        if self == Self::Live && is_incomplete { Self::Reconnecting } else { self }
    }

    /// What the sign says.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Connecting => "Connecting…",
            Self::Live => "Live",
            Self::Reconnecting | Self::Polling => "Reconnecting…",
            Self::Offline => "Offline",
            Self::SignedOut | Self::NotPermitted => "Signed out",
        }
    }

    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Connecting | Self::Reconnecting | Self::Polling => "waiting",
            Self::Live => "live",
            Self::Offline | Self::SignedOut | Self::NotPermitted => "broken",
        }
    }

    /// What the foot of the page says, where the sign's word does not tell what to do.
    pub(crate) fn advice(self) -> Option<&'static str> {
        match self {
            Self::Connecting | Self::Live | Self::Reconnecting => None,
            Self::Polling => Some(
                "Live updates do not come through: something between this browser and the server, a proxy perhaps, holds them back. The table is brought up to date every 10 seconds.",
            ),
            Self::Offline => {
                Some("This browser has no network. The page goes on by itself once there is one again.")
            }
            Self::SignedOut => Some(
                "You are signed out, so this page does not show what others do. Sign in, and it goes on where it is.",
            ),
            Self::NotPermitted => Some(
                "Your account does not have the Configure Server permission any more, so this page does not show what others do. Ask an administrator for it; the page then goes on by itself.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Link; 7] = [
        Link::Connecting,
        Link::Live,
        Link::Reconnecting,
        Link::Polling,
        Link::Offline,
        Link::SignedOut,
        Link::NotPermitted,
    ];

    #[test]
    fn only_a_stream_that_comes_through_is_called_live() {
        let live: Vec<_> = ALL.into_iter().filter(|link| link.words() == "Live").collect();
        assert_eq!(live, [Link::Live]);
        let in_green: Vec<_> = ALL.into_iter().filter(|link| link.class() == "live").collect();
        assert_eq!(in_green, [Link::Live]);
    }

    #[test]
    fn a_page_that_lacks_what_it_has_asked_for_is_not_called_live() {
        for link in ALL {
            assert_eq!(link.sign(false), link);
            assert_ne!(link.sign(true), Link::Live, "{link:?}");
        }
        assert_eq!(Link::SignedOut.sign(true), Link::SignedOut, "which says more");
    }

    #[test]
    fn what_does_not_mend_itself_in_seconds_is_explained() {
        for link in ALL {
            let lasts = matches!(link, Link::Polling | Link::Offline | Link::SignedOut | Link::NotPermitted);
            assert_eq!(link.advice().is_some(), lasts, "{link:?}");
        }
    }
}
