//! The state of a page's event stream, as the header shows it.

/// Whether what others do comes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// Not yet.
    Connecting,
    /// It does.
    Live,
    /// Not at present; the page tries again by itself.
    Reconnecting,
    /// The browser has no network.
    Offline,
    /// The session has ended, or its permission.
    SignedOut,
}

impl Link {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Connecting => "Connecting…",
            Self::Live => "Live",
            Self::Reconnecting => "Reconnecting…",
            Self::Offline => "Offline",
            Self::SignedOut => "Signed out",
        }
    }

    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Connecting | Self::Reconnecting => "waiting",
            Self::Live => "live",
            Self::Offline | Self::SignedOut => "broken",
        }
    }
}
