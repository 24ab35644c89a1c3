//! `GET /events`: what happens to consumers, as server-sent events, to administrators alone.

use std::time::Duration;

use app::AppError;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::{
        IntoResponse as _, Response,
        sse::{Event as SseEvent, Sse},
    },
};
use domain::{Action, Consumer, Event};
use futures::Stream;
use serde::{Deserialize, Serialize};
use service::{Admin, ServiceError, SignedIn, sign_in::Presence};
use store::feed::{self, News};
use tokio::{
    sync::{broadcast::error::RecvError, watch},
    time::{MissedTickBehavior, interval},
};

use crate::{
    console::refusal::refuse,
    state::{AppState, streams::OpenStream},
    wire::{address::ClientAddress, session},
};

/// Interval of the comments that keep proxies from closing the stream; the session is checked again each time.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// After more missed events than this, the page has to fetch the list instead.
const MOST_MISSED: u64 = 500;

#[derive(Deserialize)]
pub(crate) struct After {
    /// The number of the newest activity that the page has seen.
    after: Option<i64>,
}

/// `GET /events?after=…`; a browser that connects again by itself sends `Last-Event-ID` instead.
pub(crate) async fn events(
    State(state): State<AppState>,
    address: ClientAddress,
    after: Result<Query<After>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let Ok(Query(After { after })) = after else {
        let words =
            "after has to be the number of an event, once; leave it out to begin with what happens next.";
        return refuse(&AppError::BadRequest(words.to_owned()));
    };
    let (person, admin) = match administrator(&headers, address, &state).await {
        Ok(found) => found,
        Err(error) => return refuse(&error),
    };
    let open = match state.streams.open(person.session()) {
        Ok(open) => open,
        Err(too_many) => return refuse(&AppError::Unavailable(too_many.to_string())),
    };
    let last_id = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let stream = Box::pin(stream(state, admin, address, headers, last_id.or(after), open));
    // Keeps proxies from buffering the events.
    ([("x-accel-buffering", "no")], Sse::new(stream)).into_response()
}

/// The administrator behind a session, or why there is none.
async fn administrator(
    headers: &HeaderMap,
    address: ClientAddress,
    state: &AppState,
) -> Result<(SignedIn, Admin), AppError> {
    let person = session::who(headers, address, state, Presence::Listening).await?;
    let person = person.ok_or(AppError::SignedOut)?;
    let admin = person.admin().map_err(|_| AppError::NotPermitted)?;
    Ok((person, admin))
}

/// Ends when the session does, when the process stops, or when the browser goes away.
fn stream(
    state: AppState,
    admin: Admin,
    address: ClientAddress,
    headers: HeaderMap,
    after: Option<i64>,
    open: OpenStream,
) -> impl Stream<Item = Result<SseEvent, ServiceError>> {
    async_stream::try_stream! {
        let _open = (open, state.metrics.subscribe());
        let mut stopping = state.stopping.clone();
        // Subscribe first: an event that happens while the missed ones are read may be sent twice, but is never lost.
        let mut news = state.service.listen();
        let latest = state.service.latest_activity(&admin).await?;
        let mut last = after.unwrap_or(latest);
        // A number beyond the latest was never sent: the database was restored from a backup, so the page must start over.
        let missed = if last > latest { None } else { state.service.events_after(&admin, last, MOST_MISSED).await? };
        if let Some(missed) = missed {
            yield ready(last);
            for (id, event) in missed {
                last = id;
                if let Some(event) = event {
                    yield message(id, &event);
                }
            }
        } else {
            last = latest;
            yield resync(last);
        }
        let mut keep_alive = interval(KEEP_ALIVE);
        keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        keep_alive.reset();
        loop {
            let next = tokio::select! {
                () = stopped(&mut stopping) => Next::Stop,
                _ = keep_alive.tick() => Next::KeepAlive,
                news = news.recv() => Next::News(news),
            };
            match next {
                Next::Stop | Next::News(Err(RecvError::Closed)) => break,
                Next::KeepAlive => {
                    if administrator(&headers, address, &state).await.is_err() {
                        break;
                    }
                    yield SseEvent::default().comment("");
                }
                Next::News(Err(RecvError::Lagged(_))) => {
                    last = state.service.latest_activity(&admin).await?;
                    yield resync(last);
                }
                Next::News(Ok(News::Used(consumers))) => for consumer in &*consumers {
                    yield used(consumer);
                },
                Next::News(Ok(News::Line(line))) if line.id <= last => {}
                Next::News(Ok(News::Line(line))) => {
                    last = line.id;
                    if may_end_sessions(&line.action) && administrator(&headers, address, &state).await.is_err() {
                        break;
                    }
                    match feed::event(&line) {
                        Ok(Some(event)) => yield message(line.id, &event),
                        Ok(None) => {}
                        // A later version wrote it: the list, as this version reads it, tells what became of it.
                        Err(_) => yield resync(last),
                    }
                }
            }
        }
    }
}

/// Whether this action can end a session or change its rights. Each stream then checks its own session, so the frequent
/// sign-ins are not among them.
fn may_end_sessions(action: &Action) -> bool {
    match action {
        // What a later version did may have ended one as well.
        Action::UserDisabled
        | Action::UserForbidden
        | Action::PasswordChanged
        | Action::SignedOut
        | Action::Unknown(_) => true,
        Action::ConsumerRegistered
        | Action::ConsumerRequested
        | Action::ConsumerApproved
        | Action::ConsumerDisapproved
        | Action::ConsumerEdited
        | Action::ConsumerRemoved
        | Action::UserAdded
        | Action::UserEnabled
        | Action::UserPermitted
        | Action::SignedIn
        | Action::AccessAllowed
        | Action::AccessDenied
        | Action::TokenIssued
        | Action::TokensRevoked
        | Action::VaultRotated => false,
    }
}

/// What a stream waits for.
enum Next {
    Stop,
    KeepAlive,
    News(Result<News, RecvError>),
}

/// Resolves when the process is about to stop.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // A dropped sender means the same.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

fn ready(id: i64) -> SseEvent {
    SseEvent::default().event("ready").id(id.to_string()).retry(Duration::from_secs(1)).data("{}")
}

fn resync(id: i64) -> SseEvent {
    SseEvent::default().event("resync").id(id.to_string()).data("{}")
}

fn message(id: i64, event: &Event) -> SseEvent {
    match event {
        Event::Consumer(consumer) => used(consumer),
        Event::Removed(key) => {
            SseEvent::default().event("removed").data(json(&serde_json::json!({ "key": key })))
        }
    }
    .id(id.to_string())
}

/// A consumer as it is now. A use is not an activity, so this event has no number.
fn used(consumer: &Consumer) -> SseEvent {
    SseEvent::default().event("consumer").data(json(consumer))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("domain types are plain data")
}
