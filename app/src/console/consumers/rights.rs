//! The rights of a consumer in words: in its row, and where it is approved. In **Edit consumer**: `fields.rs`.

use domain::{Consumer, FieldError};
use leptos::prelude::*;

use crate::ui::check::Check;

/// The word in a row for what an administrator has granted beyond the usual; a consumer never has both rights.
pub(super) fn word(consumer: &Consumer) -> Option<&'static str> {
    if consumer.may_administer { Some("May administer") } else { consumer.trusted.then_some("Trusted") }
}

/// What approving a consumer shows of its rights, and whether trust can be ticked with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Approval {
    Trusted,
    MayAdminister,
    Tick {
        wished: bool,
    },
    /// It wished to be trusted, which it cannot be without a callback.
    WishedInVain,
    Plain,
}

impl Approval {
    /// Of a consumer as it was when the dialog was opened.
    pub(super) fn of(consumer: &Consumer) -> Self {
        match (consumer.callback_url.is_some(), consumer.trusted_wished) {
            _ if consumer.trusted => Self::Trusted,
            _ if consumer.may_administer => Self::MayAdminister,
            (true, wished) => Self::Tick { wished },
            (false, true) => Self::WishedInVain,
            (false, false) => Self::Plain,
        }
    }

    fn words(self) -> Option<&'static str> {
        match self {
            Self::Trusted => {
                Some("Its users are not asked before it acts for them, since it is marked Trusted.")
            }
            Self::MayAdminister => Some(
                "It may administer Latchkey: whatever an administrator may do here, it can do in their name, once they allow it.",
            ),
            Self::Tick { wished: true } => {
                Some("The application wished to be Trusted. It is not, unless you tick it here.")
            }
            Self::WishedInVain => Some(
                "The application wished to be Trusted. It is not, and cannot be until a callback URL is registered for it.",
            ),
            Self::Tick { wished: false } | Self::Plain => None,
        }
    }
}

/// What **Approve consumer key** shows of the rights: never ticked before, whatever the application wished.
#[component]
pub(super) fn ApprovalRights(
    /// What there is to show.
    approval: Approval,
    /// Whether it is to be trusted as well.
    trusted: RwSignal<bool>,
    /// Every error of the form.
    errors: RwSignal<Vec<FieldError>>,
) -> impl IntoView {
    let can_tick = matches!(approval, Approval::Tick { .. });
    view! {
        {approval.words().map(|words| view! { " " <p class="users">{words}</p> })}
        {can_tick.then(|| view! {
            <div class="rights">
                <Check
                    id_prefix="approve-" name="trusted" label="Trusted" value=trusted errors
                    hint="Its users are not asked before it acts for them. Only its registered callbacks are accepted."
                />
            </div>
        })}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use domain::{Actor, ConsumerKey, ConsumerName};
    use time::OffsetDateTime;

    use super::*;

    fn consumer(trusted_wished: bool, callback: bool) -> Consumer {
        let key: ConsumerKey = "00000000-0000-4000-8000-000000000000".parse().unwrap();
        let name = ConsumerName::parse("App").unwrap();
        let made = Consumer::register(key, name, trusted_wished, Actor::Request, OffsetDateTime::UNIX_EPOCH);
        Consumer { callback_url: callback.then(|| "https://app.example/cb".to_owned()), ..made }
    }

    #[test]
    fn trust_can_be_ticked_only_with_a_callback_and_a_wish_is_always_told() {
        for (wished, callback, expected) in [
            (false, false, Approval::Plain),
            (true, false, Approval::WishedInVain),
            (false, true, Approval::Tick { wished: false }),
            (true, true, Approval::Tick { wished: true }),
        ] {
            let approval = Approval::of(&consumer(wished, callback));
            assert_eq!(approval, expected);
            assert_eq!(approval.words().is_some_and(|words| words.contains("wished")), wished);
        }
    }

    #[test]
    fn a_row_has_a_word_for_a_right_and_none_for_a_wish() {
        let wished = consumer(true, true);
        assert_eq!(word(&wished), None);
        assert_eq!(word(&Consumer { trusted: true, ..wished.clone() }), Some("Trusted"));
        assert_eq!(word(&Consumer { may_administer: true, ..wished }), Some("May administer"));
    }
}
