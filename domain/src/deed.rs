//! The actions of the activity in words, as people read and choose them.

use crate::activity::Action;

impl Action {
    /// Every action that this version knows, in the order in which people choose among them.
    pub const KNOWN: [Self; 28] = [
        Self::ConsumerRegistered,
        Self::ConsumerRequested,
        Self::ConsumerApproved,
        Self::ConsumerDisapproved,
        Self::ConsumerEdited,
        Self::ConsumerRemoved,
        Self::UserAdded,
        Self::UserDisabled,
        Self::UserEnabled,
        Self::UserPermitted,
        Self::UserForbidden,
        Self::PasswordLinkMade,
        Self::PasswordChanged,
        Self::SecondFactorAdded,
        Self::SecondFactorRemoved,
        Self::RecoveryCodesRenewed,
        Self::RecoveryCodeUsed,
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::SignedIn,
        Self::SignedOut,
        Self::SessionEnded,
        Self::AccessAllowed,
        Self::AccessDenied,
        Self::TokenIssued,
        Self::TokensRevoked,
        Self::VaultRotated,
        Self::ActivityPruned,
    ];

    /// The action in words; one of a later version is its own word.
    pub fn words(&self) -> &str {
        match self {
            Self::ConsumerRegistered => "Consumer registered",
            Self::ConsumerRequested => "Consumer key requested",
            Self::ConsumerApproved => "Consumer approved",
            Self::ConsumerDisapproved => "Consumer disapproved",
            Self::ConsumerEdited => "Consumer edited",
            Self::ConsumerRemoved => "Consumer removed",
            Self::UserAdded => "User added",
            Self::UserDisabled => "User disabled",
            Self::UserEnabled => "User enabled",
            Self::UserPermitted => "Configure Server permitted",
            Self::UserForbidden => "Configure Server forbidden",
            Self::PasswordChanged => "Password changed",
            Self::PasswordLinkMade => "Password link made",
            Self::SecondFactorAdded => "Second factor added",
            Self::SecondFactorRemoved => "Second factor removed",
            Self::RecoveryCodesRenewed => "Recovery codes renewed",
            Self::RecoveryCodeUsed => "Recovery code used",
            Self::PasskeyAdded => "Passkey added",
            Self::PasskeyRemoved => "Passkey removed",
            Self::SignedIn => "Signed in",
            Self::SignedOut => "Signed out",
            Self::SessionEnded => "Session ended",
            Self::AccessAllowed => "Access allowed",
            Self::AccessDenied => "Access denied",
            Self::TokenIssued => "Token issued",
            Self::TokensRevoked => "Tokens revoked",
            Self::VaultRotated => "Vault key rotated",
            Self::ActivityPruned => "Old activity deleted",
            Self::Unknown(word) => word,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_known_action_has_words_of_its_own() {
        let words: HashSet<&str> = Action::KNOWN.iter().map(Action::words).collect();
        assert_eq!(words.len(), Action::KNOWN.len());
        assert_eq!(Action::Unknown("credential_retired".to_owned()).words(), "credential_retired");
    }
}
