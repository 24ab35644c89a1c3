//! The whole dance: a consumer gets temporary credentials, a signed-in user opens the consent page and allows it, and
//! the consumer exchanges them for token credentials. Four requests, each on either database, beside four of a bare
//! handler.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use oauth::encode;
use tokio::task::JoinSet;

use crate::{
    bench::Bench,
    figures::{
        chart::{Bar, Chart, Tone},
        measure::{CPU, KERNEL, P50, P99, PER_SECOND, POSTGRES, Row, Work, measure, table},
        report::{Aim, Section},
    },
    load::{
        browser::Browser,
        connection::Connection,
        identity::Identity,
        requests::{WORKING_SET, seconds_since_1970, signed_post},
    },
    result::Result,
    servers::{bare, process::Server},
};

/// How many are stored.
const STORED: u64 = 10_000;

/// How many times as often the bare handler is asked: Linux counts processor time in hundredths of a second.
const BARE_TIMES: usize = 10;

/// Where consumers want users to be sent back to; the redirect is not followed.
const CALLBACK: &str = "https://consumer.example/callback";

pub fn section(bench: &Bench) -> Result<Section> {
    let mut rows =
        vec![(Row::new("dance-bare".to_owned(), "bare handler, four requests".to_owned()), Tone::Bare)];
    // What a dance leaves behind must not be there the next time. The copies have to outlive the servers.
    let mut copies = Vec::new();
    let mut servers = vec![(bare::start()?, None)];
    for engine in bench.engines() {
        let copy = bench.runtime.block_on(bench.database(engine, STORED)?.copy())?;
        let server = bench.latchkey(&copy)?;
        let browser = bench.runtime.block_on(Browser::sign_in(server.public()))?;
        servers.push((server, Some(browser)));
        copies.push(copy);
        let tone = Tone::of(engine);
        rows.push((Row::new(format!("dance-{}", engine.name()), engine.title().to_owned()), tone));
    }
    for round in 0..=bench.options.rounds {
        for ((row, _), (server, browser)) in rows.iter_mut().zip(&servers) {
            let sample = measure(server, || bench.runtime.block_on(all(bench, server, browser.as_ref())))?;
            // The first round is for warming up.
            if round > 0 {
                row.add(sample);
            }
        }
    }
    let bars = rows.iter().map(|(row, tone)| Bar { label: row.title.clone(), value: row.cpu(), tone: *tone });
    let chart = Chart {
        title: "What signing a user in through a consumer costs".to_owned(),
        unit: "µs of latchkey's processor time for the four requests of one dance, less is better",
        decimals: 0,
        bars: bars.collect(),
        aim: None,
    };
    let rows: Vec<_> = rows.into_iter().map(|(row, _)| row).collect();
    let aims = rows.iter().skip(1).map(|row| Aim {
        what: format!("CPU of a dance on {} beside four requests to the bare handler", row.title),
        measured: row.cpu() / rows[0].cpu(),
        unit: "times",
        bound: None,
    });
    let aims = aims.collect();
    Ok(Section { table: table(&rows, &[CPU, KERNEL, POSTGRES, P50, P99, PER_SECOND]), aims, chart })
}

/// Dances over several connections at once, one after the other on each.
async fn all(bench: &Bench<'_>, server: &Server, browser: Option<&Browser>) -> Result<Work> {
    let count = bench.options.dances * if browser.is_some() { 1 } else { BARE_TIMES };
    let next = Arc::new(AtomicUsize::new(0));
    let run = getrandom::u64()?;
    let mut tasks = JoinSet::new();
    let begin = Instant::now();
    for _ in 0..bench.options.connections {
        tasks.spawn(some(server.public(), browser.cloned(), next.clone(), count, run));
    }
    let mut waits = Vec::with_capacity(count);
    while let Some(task) = tasks.join_next().await {
        waits.extend(task??);
    }
    Ok(Work { count, took: begin.elapsed(), waits })
}

async fn some(
    address: SocketAddr,
    browser: Option<Browser>,
    next: Arc<AtomicUsize>,
    count: usize,
    run: u64,
) -> Result<Vec<Duration>> {
    let mut connection = Connection::new(address);
    let mut waits = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= count {
            return Ok(waits);
        }
        let nonce = format!("{run:016x}{number:08x}");
        let identity = Identity::new(number as u64 % WORKING_SET);
        let begin = Instant::now();
        match &browser {
            Some(browser) => dance(&mut connection, browser, &identity, &nonce).await?,
            None => nothing(&mut connection, address, &identity, &nonce).await?,
        }
        waits.push(begin.elapsed());
    }
}

async fn dance(
    connection: &mut Connection,
    browser: &Browser,
    identity: &Identity,
    nonce: &str,
) -> Result<()> {
    let ask = |path: &str, own: &[(&str, &str)], token_secret: &str| {
        signed_post(browser.address, path, identity, own, token_secret, nonce, seconds_since_1970())
    };
    let asked = ask("/oauth/requestToken", &[("oauth_callback", CALLBACK)], "");
    connection.ask(asked.as_bytes(), 200).await?;
    let body = connection.body().to_vec();
    let temporary = form(&body)?;
    let (token, secret) = (value(&temporary, "oauth_token")?, value(&temporary, "oauth_token_secret")?);
    let question = format!("/oauth/authorize?oauth_token={}", encode(token));
    connection.ask(browser.get(&question).as_bytes(), 200).await?;
    let allowed = format!("oauth_token={}&decision=allow", encode(token));
    connection.ask(browser.post("/oauth/authorize", &allowed).as_bytes(), 302).await?;
    let (_, query) = connection
        .field("location")
        .and_then(|location| location.split_once('?'))
        .ok_or("the user is not sent back")?;
    let answer = form(query.as_bytes())?;
    let own = [("oauth_token", token), ("oauth_verifier", value(&answer, "oauth_verifier")?)];
    connection.ask(ask("/oauth/accessToken", &own, secret).as_bytes(), 200).await?;
    value(&form(connection.body())?, "oauth_token_secret").map(drop)
}

/// The same four requests to a handler that ignores them.
async fn nothing(
    connection: &mut Connection,
    address: SocketAddr,
    identity: &Identity,
    nonce: &str,
) -> Result<()> {
    let browser = Browser::without_session(address);
    let own = [("oauth_token", identity.token.as_str())];
    let signed = signed_post(address, "/verify", identity, &own, "", nonce, seconds_since_1970());
    let allowed = format!("oauth_token={}&decision=allow", identity.token);
    for request in [&signed, &browser.get("/verify"), &browser.post("/verify", &allowed), &signed] {
        connection.ask(request.as_bytes(), 200).await?;
    }
    Ok(())
}

/// The pairs of a form-encoded text; what latchkey returns needs no decoding.
fn form(text: &[u8]) -> Result<HashMap<&str, &str>> {
    Ok(std::str::from_utf8(text)?.split('&').filter_map(|pair| pair.split_once('=')).collect())
}

fn value<'a>(form: &HashMap<&str, &'a str>, name: &str) -> Result<&'a str> {
    form.get(name).copied().ok_or_else(|| format!("an answer has no {name}").into())
}
