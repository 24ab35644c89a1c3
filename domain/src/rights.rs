//! The rights that only an administrator's own act gives a consumer, and what each of them rests on.

/// The rights of a consumer, and whether a callback is registered for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rights {
    pub(crate) trusted: bool,
    pub(crate) may_administer: bool,
    pub(crate) has_callback: bool,
}

/// Why a consumer cannot have a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RightsError {
    /// It was to be trusted without a registered callback.
    #[error(
        "A trusted consumer needs a registered callback URL: its users are not asked, so it must be certain where they are sent. Register one first."
    )]
    TrustedWithoutCallback,
    /// The callback of a trusted consumer was to be taken away.
    #[error(
        "A trusted consumer keeps a registered callback URL: its users are not asked, so it must be certain where they are sent. Enter another one, or take Trusted away first."
    )]
    CallbackOfTrusted,
    /// All of its callbacks were.
    #[error(
        "A trusted consumer keeps a registered callback URL: its users are not asked, so it must be certain where they are sent. Enter at least one, or take Trusted away first."
    )]
    CallbacksOfTrusted,
    /// One that may administer was to be trusted.
    #[error(
        "A consumer that may administer Latchkey cannot be trusted: its users have to be asked. Take May administer Latchkey away first."
    )]
    TrustedThatAdministers,
    /// A trusted one was to administer.
    #[error(
        "A trusted consumer cannot administer Latchkey: its users are not asked. Take Trusted away first."
    )]
    AdministersThoughTrusted,
}

impl RightsError {
    /// The field at fault, by its name on the wire.
    pub fn field(self) -> &'static str {
        match self {
            Self::TrustedWithoutCallback | Self::TrustedThatAdministers => "trusted",
            Self::CallbackOfTrusted => "callback_url",
            Self::CallbacksOfTrusted => "callback_urls",
            Self::AdministersThoughTrusted => "may_administer",
        }
    }
}

impl Rights {
    /// Checks the rights that are to follow `before`.
    pub(crate) fn check(self, before: Self) -> Result<(), RightsError> {
        if self.trusted && self.may_administer {
            return Err(if before.trusted {
                RightsError::AdministersThoughTrusted
            } else {
                RightsError::TrustedThatAdministers
            });
        }
        if self.trusted && !self.has_callback {
            return Err(if before.trusted {
                RightsError::CallbackOfTrusted
            } else {
                RightsError::TrustedWithoutCallback
            });
        }
        Ok(())
    }

    /// The rights among these that a consumer can have.
    pub(crate) fn possible(self) -> Self {
        Self {
            trusted: self.trusted && self.has_callback,
            may_administer: self.may_administer && !self.trusted,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(trusted: bool, may_administer: bool, has_callback: bool) -> Rights {
        Rights { trusted, may_administer, has_callback }
    }

    #[test]
    fn the_error_names_the_field_that_the_change_was_about() {
        let plain = rights(false, false, false);
        let trusted = rights(true, false, true);
        let administers = rights(false, true, true);
        for (before, after, error, field) in [
            (plain, rights(true, false, false), RightsError::TrustedWithoutCallback, "trusted"),
            (trusted, rights(true, false, false), RightsError::CallbackOfTrusted, "callback_url"),
            (administers, rights(true, true, true), RightsError::TrustedThatAdministers, "trusted"),
            (plain, rights(true, true, true), RightsError::TrustedThatAdministers, "trusted"),
            (trusted, rights(true, true, true), RightsError::AdministersThoughTrusted, "may_administer"),
        ] {
            assert_eq!(after.check(before), Err(error));
            assert_eq!(error.field(), field);
            assert!(error.to_string().ends_with('.'));
        }
    }

    #[test]
    fn what_is_possible_passes_the_check_and_is_never_more_than_before() {
        for bits in 0..8 {
            let any = rights(bits & 1 != 0, bits & 2 != 0, bits & 4 != 0);
            let possible = any.possible();
            assert_eq!(possible.check(rights(false, false, false)), Ok(()), "{any:?}");
            assert!(any.trusted || !possible.trusted, "{any:?}");
            assert!(any.may_administer || !possible.may_administer, "{any:?}");
            if any.check(rights(false, false, false)).is_ok() {
                assert_eq!(possible, any);
            }
        }
    }
}
