//! The least that an HTTP server can do: latchkey's costs are compared with it.

use std::{
    convert::Infallible,
    net::SocketAddr,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Router,
    extract::State,
    response::sse::{Event, Sse},
    routing::{any, get, post},
};
use axum_server::Handle;
use futures::Stream;
use tokio::{net::TcpListener, sync::broadcast};

use crate::{result::Result, servers::process::Server};

/// How many events a stream may fall behind; the same as latchkey's.
const BACKLOG: usize = 1024;

/// Changes, and the streams that receive them.
#[derive(Clone)]
struct News {
    changes: Arc<AtomicU64>,
    told: broadcast::Sender<String>,
}

/// Starts a process of its own that serves it.
pub fn start() -> Result<Server> {
    Server::start(Command::new(std::env::current_exe()?).arg("bare"), &["listening on http://"])
}

/// Serves as `latchkey serve` serves its internal listener: the same runtime, server and kind of router.
pub async fn serve() -> Result<()> {
    let news = News { changes: Arc::default(), told: broadcast::Sender::new(BACKLOG) };
    let router = Router::new()
        .route("/", get(|| async { "ok" }))
        .route("/verify", any(|| async { "ok" }))
        .route("/change", post(change))
        .route("/events", get(events))
        .with_state(news);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    let server = axum_server::from_tcp(listener.into_std()?)?
        .handle(Handle::<SocketAddr>::new())
        .serve(router.into_make_service());
    tokio::spawn(server).await??;
    Ok(())
}

/// Counts, sends to every stream, and answers: what a change is without a database.
async fn change(State(news): State<News>) -> String {
    let text = format!("{{\"revision\":{}}}", news.changes.fetch_add(1, Ordering::Relaxed) + 1);
    // Having no receivers is fine.
    let _ = news.told.send(text.clone());
    text
}

async fn events(State(news): State<News>) -> Sse<impl Stream<Item = std::result::Result<Event, Infallible>>> {
    let mut told = news.told.subscribe();
    Sse::new(async_stream::stream! {
        yield Ok(Event::default().event("ready").data("{}"));
        while let Ok(text) = told.recv().await {
            yield Ok(Event::default().data(text));
        }
    })
}
