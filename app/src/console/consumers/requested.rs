//! What is said of a program that asked for its key itself: in its row, and before all requests of its network are
//! removed.

use std::{net::IpAddr, sync::Arc};

use domain::{Consumer, ConsumerKey, Event};
use leptos::{ev, html, prelude::*};

use super::{calls, state::PageState};
use crate::{
    console::{counted::Counted, refusal::Refusal, submit::Submit},
    ui::{
        dialog::{CancelButton, Modal, WorkButton, close},
        number::grouped,
        time,
    },
};

const HEADING: &str = "Remove all requests from this address";
const BUTTON: &str = "Remove all";

/// What a row says.
#[derive(Clone, PartialEq, Eq)]
struct Words {
    from: Option<String>,
    times: Option<String>,
    wish: Option<&'static str>,
    resembles: Option<String>,
    fingerprint: Option<String>,
    end: Option<String>,
}

impl Words {
    /// All of it, for a row that has no room for it.
    fn joined(&self) -> String {
        let parts = [&self.resembles, &self.fingerprint, &self.end].map(Option::as_deref);
        let parts = [self.from.as_deref(), self.times.as_deref(), self.wish].into_iter().chain(parts);
        parts.flatten().collect::<Vec<_>>().join(" · ")
    }

    /// `None` if no program asked. Wish, likeness, fingerprint and end are of interest until somebody has decided.
    fn of(consumer: &Consumer) -> Option<Self> {
        let end = consumer.ends_undecided_at();
        (consumer.requested_times > 0).then(|| Self {
            from: consumer.requested_from.as_ref().map(|from| format!("from {from}")),
            times: (consumer.requested_times > 1).then(|| format!("×{}", grouped(consumer.requested_times))),
            wish: (consumer.trusted_wished && end.is_some()).then_some("wishes to be Trusted"),
            resembles: likeness(consumer),
            fingerprint: consumer.request_fingerprint.clone().filter(|_| end.is_some()),
            end: end.map(|at| format!("ends by itself on {} if undecided", time::date(at))),
        })
    }
}

/// Where from and how often its key was asked for, the fingerprint to compare, and when the request ends.
#[component]
pub(super) fn Requested(consumer: RwSignal<Arc<Consumer>>) -> impl IntoView {
    let words = Memo::new(move |_| consumer.with(|consumer| Words::of(consumer)));
    move || {
        words.get().map(|words| {
            let joined = words.joined();
            let Words { from, times, wish, resembles, fingerprint, end } = words;
            view! {
                // Where it stands below, a blank at the end of the line above would not be copied.
                "\u{a0}"
                <span class="requested" title=joined>
                    {from}
                    {times.map(|times| view! { " " <strong title="How often it was asked for">{times}</strong> })}
                    {wish.map(|wish| view! { " " <span>{wish}</span> })}
                    {resembles.map(|resembles| view! { " " <strong>{resembles}</strong> })}
                    {fingerprint.map(|fingerprint| view! {
                        " " <span title="The program that asked got the same one with its key">"fingerprint " <code>{fingerprint}</code></span>
                    })}
                    {end.map(|end| view! { " " <span>{end}</span> })}
                </span>
            }
            .into_any()
        })
    }
}

/// That its name looks like an approved one, in words that follow it; `None` where it does not, or is decided.
pub(crate) fn likeness(consumer: &Consumer) -> Option<String> {
    consumer.looks_like().map(|name| format!("looks like “{name}”, which is approved"))
}

/// The same as a warning, before it is approved.
pub(crate) fn likeness_warning(consumer: &Consumer) -> Option<AnyView> {
    let words = format!("Its name {}. Make sure who asked for it.", likeness(consumer)?);
    Some(view! { <p class="note warning users">{words}</p> }.into_any())
}

/// The address that all requests can be removed of; `None` unless the consumer is an undecided one.
pub(crate) fn removable_from(consumer: &Consumer) -> Option<IpAddr> {
    consumer.ends_undecided_at()?;
    consumer.requested_from.as_ref()?.parse().ok()
}

/// Asks, says how many they are, and removes them.
#[component]
pub(super) fn RemoveRequests(consumer: Arc<Consumer>, address: IpAddr) -> impl IntoView {
    let state = expect_context::<PageState>();
    let dialog = NodeRef::<html::Dialog>::new();
    let network = consumer.requested_from_network().map(|network| network.to_string());
    let Consumer { key: opened_on, revision, .. } = Arc::unwrap_or_clone(consumer);
    let submit = Submit::new(revision);
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let send = move |_| calls::remove_requests_from(address);
        let done = move |mut removed: Vec<ConsumerKey>| {
            // The row with the menu last: what takes the focus in its place has to be there then.
            if let Some(at) = removed.iter().position(|key| *key == opened_on) {
                removed.remove(at);
                removed.push(opened_on);
            }
            state.shell.notice.set(match removed.len() {
                1 => "1 request is removed.".to_owned(),
                count => format!("{} requests are removed.", grouped(count as u64)),
            });
            for key in removed {
                state.apply_own(Event::Removed(key));
            }
            close(dialog);
        };
        let closed = move || {
            let words = "The dialog was closed before the server answered. Requests that were removed all the same leave the table at once.";
            state.shell.notice.set(words.to_owned());
        };
        submit.run(Vec::new, send, done, closed);
    };
    view! {
        <Modal heading=HEADING node_ref=dialog on_close=Callback::new(move |()| state.overlay.dialog_closed())>
            <form method="dialog" on:submit=on_submit>
                <p>
                    "Every undecided request from " <strong translate="no">{network}</strong>
                    " will be removed permanently. Consumers that are approved or disapproved stay. The programs can ask again."
                </p>
                <Counted
                    ask=Callback::new(move |()| calls::count_requests_from(address))
                    counting="Counting them…" words=how_many
                    unknown="How many they are is unknown: the server did not say."
                />
                <div class="foot">
                    <Refusal error=submit.refusal button=BUTTON/>
                    <div class="buttons">
                        <CancelButton node_ref=dialog/>
                        <WorkButton label=BUTTON busy=submit.busy look="danger"/>
                    </div>
                </div>
            </form>
        </Modal>
    }
}

fn how_many(requests: u64) -> String {
    if requests == 1 {
        "It is 1 request.".to_owned()
    } else {
        format!("They are {} requests.", grouped(requests))
    }
}

#[cfg(test)]
mod tests {
    use ::time::OffsetDateTime;
    use domain::{Actor, ConsumerName, Status};

    use super::*;

    fn requested() -> Consumer {
        let key = "00000000-0000-0000-0000-000000000000".parse().unwrap();
        let name = ConsumerName::parse("Friend").unwrap();
        Consumer {
            requested_from: Some("2001:db8::1".to_owned()),
            requested_times: 42,
            request_fingerprint: Some("3f9a 11c2".to_owned()),
            ..Consumer::register(key, name, false, Actor::Request, OffsetDateTime::UNIX_EPOCH)
        }
    }

    #[test]
    fn a_row_says_where_from_how_often_what_to_compare_and_when_it_ends() {
        let words = Words::of(&requested()).unwrap();
        assert_eq!(words.from.as_deref(), Some("from 2001:db8::1"));
        assert_eq!(words.times.as_deref(), Some("×42"));
        assert_eq!(words.fingerprint.as_deref(), Some("3f9a 11c2"));
        assert_eq!(words.end.as_deref(), Some("ends by itself on 31 Jan 1970 if undecided"));
        assert_eq!(
            words.joined(),
            "from 2001:db8::1 · ×42 · 3f9a 11c2 · ends by itself on 31 Jan 1970 if undecided"
        );
    }

    #[test]
    fn a_row_says_what_it_wishes_until_it_is_decided() {
        let wishing = Consumer { trusted_wished: true, ..requested() };
        assert_eq!(Words::of(&wishing).unwrap().wish, Some("wishes to be Trusted"));
        let approved = wishing.decide(Status::Approved, OffsetDateTime::UNIX_EPOCH).unwrap();
        assert_eq!(Words::of(&approved).unwrap().wish, None);
    }

    #[test]
    fn a_row_says_which_approved_name_it_looks_like_until_it_is_decided() {
        assert_eq!(Words::of(&requested()).unwrap().resembles, None);
        let alike = Consumer { resembles: ConsumerName::parse("Fr\u{131}end").ok(), ..requested() };
        let words = Words::of(&alike).unwrap().resembles;
        assert_eq!(words.as_deref(), Some("looks like “Fr\u{131}end”, which is approved"));
        let approved = alike.decide(Status::Approved, OffsetDateTime::UNIX_EPOCH).unwrap();
        assert_eq!(Words::of(&approved).unwrap().resembles, None);
    }

    #[test]
    fn what_was_asked_for_once_is_not_counted_and_what_is_decided_does_not_end() {
        let once = Consumer { requested_times: 1, ..requested() };
        assert_eq!(Words::of(&once).unwrap().times, None);
        let approved = once.decide(Status::Approved, OffsetDateTime::UNIX_EPOCH).unwrap();
        let words = Words::of(&approved).unwrap();
        assert_eq!((words.fingerprint, words.end), (None, None));
        assert_eq!(removable_from(&approved), None);
        assert!(removable_from(&once).is_some());
    }

    #[test]
    fn nothing_is_said_of_what_nobody_asked_for() {
        let registered = Consumer { requested_times: 0, ..requested() };
        assert!(Words::of(&registered).is_none());
    }
}
