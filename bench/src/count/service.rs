//! The whole use case on a database, in this process.

use std::{
    path::Path,
    process,
    sync::{Arc, atomic::AtomicI64},
    time::Duration,
};

use futures::future::try_join_all;
use oauth::{Request, SignatureMethod, base_string_uri};
use service::{Clock, Rules, Service};
use store::Store;

use crate::{
    count::example::{NOW, header},
    load::{identity::Identity, requests::url},
    result::Result,
};

/// The first requests read consumer, token and user from the database, and grow what grows.
pub const WARM_UP: u32 = 20;

/// The requests that are counted. With fewer, a poll more or less shows in the figure; with more, their waits for the disk
/// last longer than the second for which the cache answers without the feed.
pub const COUNTED: u32 = 100;

/// Every run signs this many requests, so that signing cancels out.
const SIGNED: u32 = WARM_UP + COUNTED;

/// Verifies that many requests and ends the process.
pub fn repeat(times: u32, folder: &Path) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(verify(times, folder))?;
    // Closing the database would fold its log into the file, which takes longer the more was written.
    process::exit(0)
}

async fn verify(times: u32, folder: &Path) -> Result<()> {
    let database = format!("sqlite://{}", folder.join("latchkey.db").display()).parse()?;
    let store = Arc::new(Store::open_existing(&database, &folder.join("vault.key")).await?);
    let clock = Clock::Manual(Arc::new(AtomicI64::new(i64::try_from(NOW)? * 1000)));
    let service = Service::new(store.clone(), clock, Rules::default());
    let identity = Identity::new(0);
    let signed: Vec<_> = (0..SIGNED)
        .map(|number| header(&identity, SignatureMethod::HmacSha1, &format!("{number:024x}")))
        .collect();

    // The feed polls the database by the clock, so its share depends on the machine. It stops after the warm-up, and
    // the cache answers for another second.
    let following = store.clone();
    let feed = tokio::spawn(async move { following.follow().await });
    while !store.is_feed_alive() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // Opens every connection that reads: later a run would open one more or less, by chance.
    try_join_all((0..16).map(|_| store.activity().latest())).await?;
    for header in signed.iter().take(WARM_UP.try_into()?) {
        ask(&service, header).await?;
    }
    feed.abort();
    let rest = times.checked_sub(WARM_UP).ok_or("the first requests are a warm-up")?;
    for header in signed.iter().skip(WARM_UP.try_into()?).take(rest.try_into()?) {
        ask(&service, header).await?;
    }
    if store.is_feed_alive() { Ok(()) } else { Err("the machine was too slow to answer from memory".into()) }
}

/// As `/verify` asks: from the described URL on.
async fn ask(service: &Service, header: &str) -> Result<()> {
    let url = url();
    let (uri, query) = base_string_uri(&url)?;
    let authorization: [&[u8]; 1] = [header.as_bytes()];
    let request =
        Request { method: "GET", base_string_uri: &uri, query, authorization: &authorization, form: None };
    service.verify(&request, None).await?;
    Ok(())
}
