//! `GET /events`: the activity as server-sent events, for administrators only: what became of consumers, or for pages that
//! show lines, which lines there are. What to send, and when to end, is decided in `service::activity`.

use std::time::Duration;

use app::{AppError, Document, Notice, incident::Incident};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{
        IntoResponse as _, Response,
        sse::{Event as SseEvent, Sse},
    },
};
use domain::{Consumer, ConsumerKey, Event, Status, Use, Username, Uses};
use futures::{StreamExt as _, TryStreamExt as _, stream::iter};
use serde::{Deserialize, Serialize};
use service::{Admin, ServiceError, SignedIn, activity::Told, sign_in::Presence};
use tokio::sync::watch;

use crate::{
    console::refusal::refuse,
    state::{AppState, denials::Reason},
    wire::{address::ClientAddress, denial::Denial, request_id::RequestId, session},
};

/// How often an event comes in any case: proxies do not close the stream then, and a page notices one that has died.
const BEAT: Duration = Duration::from_secs(15);

#[derive(Deserialize)]
pub(crate) struct Asked {
    /// The number of the newest activity that the page has seen; an empty one is absent.
    #[serde(default)]
    after: String,
    /// Present, with any value, for a page that shows lines: it receives the number of each, and of consumers nothing.
    lines: Option<String>,
}

/// `GET /events?after=…`, and `GET /events?lines=1`; a browser that connects again by itself sends `Last-Event-ID` instead.
pub(crate) async fn events(
    State(state): State<AppState>,
    address: ClientAddress,
    id: RequestId,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let incident = Incident::of_request(id.to_string());
    let asked = asked.map_err(drop).and_then(|Query(Asked { after, lines })| match &*after {
        "" => Ok((None, lines)),
        number => number.parse::<i64>().map(|number| (Some(number), lines)).map_err(drop),
    });
    let Ok((after, lines)) = asked else {
        return not_understood(&headers, &state, &incident);
    };
    let (person, admin) = match administrator(&headers, address, &state, &incident).await {
        Ok(found) => found,
        Err((error, user)) => {
            let denial = user.map(|user| Denial::of_user(Reason::NotPermitted, Some(user)));
            return (denial, refuse(&error, &incident)).into_response();
        }
    };
    let open = match state.streams.open(person.session()) {
        Ok(open) => open,
        Err(too_many) => return refuse(&AppError::Unavailable(too_many.to_string()), &incident),
    };
    let last_id = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let told = state.service.activity(&admin).follow(last_id.or(after), BEAT);
    let rendered: fn(&Told) -> Vec<SseEvent> = if lines.is_some() { numbered } else { render };
    let events =
        told.map_ok(move |told| iter(rendered(&told).into_iter().map(Ok::<_, ServiceError>))).try_flatten();
    // Both count this stream until it is dropped.
    let counted = (open, state.metrics.subscribe());
    let stop = async move {
        let _counted = counted;
        stopped(state.stopping).await;
    };
    // Keeps proxies from buffering the events.
    ([("x-accel-buffering", "no")], Sse::new(Box::pin(events.take_until(Box::pin(stop))))).into_response()
}

/// The answer to an address that cannot be read: a page for a person who typed it, and as the page's code reads it for others.
fn not_understood(headers: &HeaderMap, state: &AppState, incident: &Incident) -> Response {
    let words = "after has to be the number of an event, once; leave it out to begin with what happens next.";
    let accepted = headers.get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok());
    if !accepted.is_some_and(|accepted| accepted.contains("text/html")) {
        return refuse(&AppError::BadRequest(words.to_owned()), incident);
    }
    let heading = "Address not understood";
    let text = format!("This address cannot be read: {words} Begin at the start page.");
    let notice = Notice { status: StatusCode::BAD_REQUEST, heading, text, signed_in: false };
    Document::from(notice).render_plain(state.site.clone()).into_response()
}

/// The administrator behind a session, or why there is none, and the user who is no administrator.
async fn administrator(
    headers: &HeaderMap,
    address: ClientAddress,
    state: &AppState,
    incident: &Incident,
) -> Result<(SignedIn, Admin), (AppError, Option<Username>)> {
    let person = session::who(headers, address, state, Presence::Listening).await;
    let person = person.map_err(|error| (incident.refusal(error), None::<Username>))?;
    let person = person.ok_or((AppError::SignedOut, None::<Username>))?;
    let admin = person.admin();
    let admin = admin.map_err(|_| (AppError::NotPermitted, Some(person.user().username.clone())))?;
    Ok((person, admin))
}

/// Resolves when the process is about to stop, or when its sender is dropped.
async fn stopped(mut stopping: watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// The server-sent events of an item. Most are one.
fn render(told: &Told) -> Vec<SseEvent> {
    match told {
        Told::Ready(id) => vec![ready(*id)],
        Told::Resync(id) => vec![resync(*id)],
        Told::Event(id, event) => vec![message(*id, event)],
        Told::Access(id, key) => vec![access(*id, *key)],
        Told::Line(_) => Vec::new(),
        Told::Used(consumers) => used(consumers),
        Told::Beat => vec![SseEvent::default().event("beat").data("{}")],
    }
}

/// The same for a page that shows lines, which asks for what is new once it hears of it.
fn numbered(told: &Told) -> Vec<SseEvent> {
    match told {
        Told::Event(id, _) | Told::Access(id, _) | Told::Line(id) => vec![line(*id)],
        Told::Used(_) => Vec::new(),
        Told::Ready(_) | Told::Resync(_) | Told::Beat => render(told),
    }
}

fn ready(id: i64) -> SseEvent {
    SseEvent::default().event("ready").id(id.to_string()).retry(Duration::from_secs(1)).data("{}")
}

fn resync(id: i64) -> SseEvent {
    SseEvent::default().event("resync").id(id.to_string()).data("{}")
}

fn line(id: i64) -> SseEvent {
    SseEvent::default().event("line").id(id.to_string()).data("{}")
}

fn message(id: i64, event: &Event) -> SseEvent {
    match event {
        Event::Consumer(consumer) => whole(consumer),
        Event::Removed(key) => {
            SseEvent::default().event("removed").data(json(&serde_json::json!({ "key": key })))
        }
    }
    .id(id.to_string())
}

/// Who is signed in through a consumer is fetched by those that show it.
fn access(id: i64, key: ConsumerKey) -> SseEvent {
    SseEvent::default().event("access").id(id.to_string()).data(json(&serde_json::json!({ "key": key })))
}

fn whole(consumer: &Consumer) -> SseEvent {
    SseEvent::default().event("consumer").data(json(consumer))
}

/// What is no activity has no number: the last uses of all these consumers in one event, and, whole, those that were not
/// used but asked for again. Only an undecided consumer is asked for again, and none of these was ever used.
fn used(consumers: &[Consumer]) -> Vec<SseEvent> {
    let (asked_for, others): (Vec<_>, Vec<_>) =
        consumers.iter().partition(|consumer| consumer.status == Status::Pending);
    let uses = Uses { consumers: others.into_iter().filter_map(Use::of).collect() };
    let event = (!uses.consumers.is_empty()).then(|| SseEvent::default().event("used").data(json(&uses)));
    event.into_iter().chain(asked_for.into_iter().map(whole)).collect()
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("domain types are plain data")
}
