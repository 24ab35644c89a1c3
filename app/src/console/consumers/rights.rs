//! The rights of a consumer in words: in its row, and where it is approved. In **Edit consumer**: `fields.rs`.

use domain::{Consumer, FieldError};
use leptos::prelude::*;

use crate::ui::check::Check;

/// The words in a row for what an administrator has granted beyond the usual.
pub(super) fn words(consumer: &Consumer) -> Option<String> {
    let words = consumer.rights_in_words();
    (!words.is_empty()).then(|| words.join(" · "))
}

/// What else it may do once it is approved, beside what is trusted or administers.
pub(super) fn beside(consumer: &Consumer) -> Vec<String> {
    let acts_for = consumer.functional_user.as_ref().map(|user| {
        format!("Without a token it acts for {user}: whoever has its secret may do what {user} may.")
    });
    let oauth_1_0 = consumer.allow_oauth_1_0.then(|| {
        "It may use OAuth 1.0, in which an attacker's link can make it act as the user who allows it."
            .to_owned()
    });
    acts_for.into_iter().chain(oauth_1_0).collect()
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
    /// What it may do besides.
    beside: Vec<String>,
) -> impl IntoView {
    let can_tick = matches!(approval, Approval::Tick { .. });
    let words = approval.words().map(str::to_owned).into_iter().chain(beside);
    view! {
        {words.map(|words| view! { " " <p class="users">{words}</p> }).collect_view()}
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
    use domain::{Actor, ConsumerKey, ConsumerName, Username};
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
    fn a_row_names_every_right_and_no_wish() {
        let wished = consumer(true, true);
        assert_eq!(words(&wished), None);
        let trusted = Consumer { trusted: true, allow_oauth_1_0: true, ..wished };
        assert_eq!(words(&trusted).as_deref(), Some("Trusted · OAuth 1.0"));
    }

    #[test]
    fn approving_says_for_whom_it_acts_without_a_token_and_that_it_may_use_oauth_1_0() {
        let plain = consumer(false, true);
        assert!(beside(&plain).is_empty());
        let functional_user = Username::parse("grace").ok();
        let said = beside(&Consumer { functional_user, allow_oauth_1_0: true, ..plain });
        assert!(said[0].contains("acts for grace") && said[1].contains("OAuth 1.0"), "{said:?}");
    }
}
