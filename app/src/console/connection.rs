//! What the sign in the header says of the event stream.

/// Whether what others do comes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Connecting,
    Live,
    Reconnecting,
    Offline,
    SignedOut,
}

impl Sign {
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
