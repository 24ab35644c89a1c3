//! The section **Details** of a consumer's panel: what an administrator has decided and noted about it.

use domain::{Consumer, Status};
use leptos::prelude::*;
use service::consumers::HistoryLine;
use time::OffsetDateTime;

use crate::{
    plain::moment_of::{by, moment},
    ui::{
        number::grouped,
        time::{date, exact_time},
    },
};

/// What is known of the consumer itself; what is empty is mostly left out.
pub(super) fn details(consumer: &Consumer, decided: Option<&HistoryLine>, now: OffsetDateTime) -> AnyView {
    let text = |text: &String| view! { <bdi>{text.clone()}</bdi> }.into_any();
    let lines = |texts: Vec<String>| {
        let lines = texts.into_iter().map(|text| view! { <bdi class="line">{text}</bdi> });
        lines.collect_view().into_any()
    };
    let key = consumer.key.to_string();
    let callbacks: Vec<_> = consumer.callbacks().map(str::to_owned).collect();
    let networks: Vec<_> = consumer.networks.iter().map(ToString::to_string).collect();
    let rights = [
        ("Trusted", consumer.trusted),
        ("May administer Latchkey", consumer.may_administer),
        ("Allow OAuth 1.0", consumer.allow_oauth_1_0),
    ];
    let rights: Vec<_> = rights.iter().filter(|(_, is_granted)| *is_granted).collect();
    let wishes = consumer.trusted_wished && !consumer.trusted;
    let rows = [
        ("Consumer key", Some(view! {
            <code class="key">{key.clone()}</code>
            " "
            <button
                type="button" class="icon copy" aria-label="Copy consumer key" title="Copy consumer key" data-copy=key
            ></button>
        }.into_any())),
        ("Status", Some(status(consumer, decided, now))),
        ("Callback URLs", Some(if callbacks.is_empty() { "None".into_any() } else { lines(callbacks) })),
        ("Owner", consumer.owner.as_ref().map(text)),
        ("Contact", consumer.contact.as_ref().map(text)),
        ("Note", consumer.note.as_ref().map(|note| view! { <bdi class="note-text">{note.clone()}</bdi> }.into_any())),
        ("Rights", Some(match &rights[..] {
            [] => "None".into_any(),
            rights => lines(rights.iter().map(|(word, _)| (*word).to_owned()).collect()),
        })),
        ("Wish", wishes.then(|| "The application wished to be Trusted. It is not.".into_any())),
        ("Functional user", consumer.functional_user.as_ref().map(|user| text(&user.to_string()))),
        ("Networks", (!networks.is_empty()).then(|| lines(networks))),
        ("Ends", consumer.ends_at.map(|at| end(at, now))),
        ("RSA public key", consumer.rsa_public_key.as_ref().map(|_| "Yes".into_any())),
        ("Asked for", asked_for(consumer)),
        ("Registered", Some(view! {
            {moment(consumer.created_at, now)} ", " {consumer.created_by.to_string()}
        }.into_any())),
        ("Last used", Some(consumer.last_used_at.map_or_else(|| "Never".into_any(), |at| moment(at, now)))),
    ];
    let rows = rows.into_iter().filter_map(|(label, value)| Some((label, value?)));
    rows.map(|(label, value)| view! { <dt>{label}</dt> <dd>{value}</dd> }).collect_view().into_any()
}

fn status(consumer: &Consumer, decided: Option<&HistoryLine>, now: OffsetDateTime) -> AnyView {
    let class = match consumer.status {
        Status::Pending => "status pending",
        Status::Approved => "status approved",
        Status::Disapproved => "status disapproved",
    };
    let decided = decided.map(|line| view! { " " {by(line)} ", " {moment(line.at, now)} });
    let reason = consumer.reason.as_ref();
    let reason = reason.map(|reason| view! { <bdi class="line why">{reason.as_str().to_owned()}</bdi> });
    view! { <span class=class>{consumer.status.word()}</span> {decided} {reason} }.into_any()
}

/// Where from and how often a program asked for its key, and what two people can read to each other.
fn asked_for(consumer: &Consumer) -> Option<AnyView> {
    let from = consumer.requested_from.as_ref()?;
    let times = consumer.requested_times;
    let times = (times > 1).then(|| format!(", ×{}", grouped(times)));
    let fingerprint = consumer.request_fingerprint.clone();
    let fingerprint = fingerprint.map(|text| view! { ", fingerprint " <code class="key">{text}</code> });
    let end = consumer.ends_undecided_at();
    let end = end.map(|at| format!("; ends by itself on {} if undecided", date(at)));
    Some(view! { "from " {from.clone()} {times} {fingerprint} {end} }.into_any())
}

/// An end in the future has no relative time that a reader could use.
fn end(at: OffsetDateTime, now: OffsetDateTime) -> AnyView {
    let has_ended = (at <= now).then_some(": it has ended, so the consumer is refused");
    view! { {exact_time(at)} {has_ended} }.into_any()
}
