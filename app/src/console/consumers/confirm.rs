//! The dialogs that ask before a key is approved, disapproved or removed, and before everybody is signed out.

use std::sync::Arc;

use domain::{Actor, Consumer, Event, FieldError, shows_nothing};
use js_sys::JsString;
use leptos::{ev, html, prelude::*};

use super::{
    asked::Asked,
    calls, closed,
    decision::Decision,
    elements,
    requested::likeness_warning,
    rights::{Approval, ApprovalRights, beside},
    state::PageState,
    undo,
};
use crate::{
    console::{counted::Counted, refusal::Refusal, submit::Submit},
    ui::{
        dialog::{CancelButton, Modal, WorkButton, close},
        field::Field,
        number::grouped,
    },
};

/// Keeps this form's ids apart from those of other forms on the page.
const PREFIX: &str = "confirm-";

/// Asks, does it, and shows a refusal.
#[component]
pub(super) fn Confirm(decision: Decision, consumer: Arc<Consumer>) -> impl IntoView {
    let state = expect_context::<PageState>();
    let dialog = NodeRef::<html::Dialog>::new();
    let approval = (decision == Decision::Approve).then(|| (Approval::of(&consumer), beside(&consumer)));
    let warning = likeness_warning(&consumer).filter(|_| decision == Decision::Approve);
    let consequence = decision.consequence(consumer.trusted);
    let Consumer { key, name, revision, .. } = Arc::unwrap_or_clone(consumer);
    let name = name.to_string();
    let (trusted, reason, typed) =
        (RwSignal::new(false), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = Submit::new(revision);
    let count = RwSignal::new(None);
    let shown_key = key.to_string();
    let asked = Asked { key, name: name.clone(), revision, decision: Some(decision) };
    let has_users = move || count.with(|count| !matches!(count, None | Some(Ok(0))));
    let must_name = Signal::derive(move || decision == Decision::Remove && has_users());
    let fits = {
        let name = seen(&name);
        Signal::derive(move || typed.with(|typed| seen(typed) == name))
    };
    let missing = Signal::derive(move || {
        let counting = decision == Decision::Remove && count.with(Option::is_none);
        counting || (must_name.get() && !fits.get())
    });
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if missing.get_untracked() {
            return;
        }
        let send = move |seen| decision.run(key, seen, trusted.get_untracked(), reason.get_untracked());
        let words = decision.done(&asked.name);
        let name = asked.name.clone();
        let has_reason = reason.with_untracked(|reason| !reason.trim().is_empty());
        let done = move |(event, by_another): (Event, Option<Actor>)| {
            let tell = |words| state.shell.tell_of(elements::beside(key), words, None);
            match (&event, by_another) {
                (_, Some(by)) => tell(decision.done_already(&name, &by, has_reason)),
                (Event::Consumer(now), None) if decision.can_be_undone() && now.revision > revision => {
                    undo::offer(state, words, key, now.revision);
                }
                _ => tell(words),
            }
            state.apply_own(event);
            close(dialog);
        };
        let asked = asked.clone();
        submit.run(Vec::new, send, done, move || closed::find_out(state, asked));
    };
    view! {
        <Modal heading=decision.heading() node_ref=dialog on_close=Callback::new(move |()| state.overlay.dialog_closed())>
            <form node_ref=submit.form method="dialog" on:submit=on_submit>
                <p><strong translate="no"><bdi>{name}</bdi></strong> {consequence}</p>
                <dl class="fact">
                    <dt>"Consumer key"</dt>
                    " "
                    <dd class="key" translate="no">{shown_key}</dd>
                </dl>
                {warning}
                {approval.map(|(approval, beside)| view! { <ApprovalRights approval trusted errors=submit.errors beside/> })}
                {(decision != Decision::Approve).then(|| view! {
                    " "
                    <Counted
                        ask=Callback::new(move |()| calls::signed_in_users(key.as_str()))
                        counting="Counting who is signed in through it…" words=signed_in count
                        unknown="How many users are signed in through it is unknown: the server did not say."
                    />
                })}
                {move || must_name.get().then(|| name_field(typed, submit.errors, fits))}
                <div class="reason">
                    <Field
                        id_prefix=PREFIX name="reason" label="Reason" value=reason errors=submit.errors
                        hint=decision.reason_hint().to_owned()
                    />
                </div>
                <div class="foot">
                    <Refusal error=submit.refusal button=decision.button()/>
                    <div class="buttons">
                        <CancelButton node_ref=dialog autofocus=true/>
                        <WorkButton
                            label=decision.button() busy=submit.busy disabled=missing
                            look=if decision == Decision::Approve { "primary" } else { "danger" }
                        />
                    </div>
                </div>
            </form>
        </Modal>
    }
}

/// A name as it is seen: without what shows nothing, with one blank for several, and letters composed as keyboards type them.
fn seen(name: &str) -> String {
    let shown: String = name.chars().filter(|char| !shows_nothing(*char)).collect();
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    JsString::from(shown).normalize("NFC").into()
}

/// Where the consumer's name is typed, so that one that users are signed in through is not removed by mistake.
fn name_field(typed: RwSignal<String>, errors: RwSignal<Vec<FieldError>>, fits: Signal<bool>) -> AnyView {
    let told = move || if fits.get() { "The name fits: Remove can be pressed." } else { "" };
    view! {
        <div class="reason">
            <Field
                id_prefix=PREFIX name="typed_name" label="Type its name to remove it" value=typed errors
                hint="Exactly as it stands above. Remove can be pressed once it fits.".to_owned()
            />
        </div>
        <p class="off-screen" aria-live="polite" translate="no">{told}</p>
    }
    .into_any()
}

fn signed_in(users: u64) -> String {
    match users {
        0 => "Nobody is signed in through it.".to_owned(),
        1 => "1 user is signed in through it.".to_owned(),
        _ => format!("{} users are signed in through it.", grouped(users)),
    }
}

#[cfg(test)]
mod tests {
    use super::signed_in;

    #[test]
    fn how_many_are_signed_in_is_told_as_people_say_it() {
        assert_eq!(signed_in(0), "Nobody is signed in through it.");
        assert_eq!(signed_in(1), "1 user is signed in through it.");
        assert_eq!(signed_in(2), "2 users are signed in through it.");
    }
}
