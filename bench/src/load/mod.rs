//! The load: many connections at once, one request under way on each.

pub mod browser;
pub mod connection;
pub mod identity;
pub mod requests;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use crate::{
    load::{connection::Connection, requests::Requests},
    result::Result,
};

/// Sends them all; returns how long that took. An answer other than 200 is an error.
pub async fn send(address: SocketAddr, requests: Arc<Requests>, connections: usize) -> Result<Duration> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    let begin = Instant::now();
    for _ in 0..connections {
        tasks.spawn(one(address, requests.clone(), next.clone()));
    }
    while let Some(task) = tasks.join_next().await {
        task??;
    }
    Ok(begin.elapsed())
}

async fn one(address: SocketAddr, requests: Arc<Requests>, next: Arc<AtomicUsize>) -> Result<()> {
    let mut connection = Connection::new(address);
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        connection.ask(request, 200).await?;
    }
    Ok(())
}
