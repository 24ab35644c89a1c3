//! How soon a thousand browsers see a change: from its answer until the last event stream has delivered it.

use std::time::{Duration, Instant};

use tokio::{
    io::AsyncReadExt as _,
    net::TcpStream,
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    time::timeout,
};

use crate::{
    bench::Bench,
    figures::{
        chart::{Bar, Chart, Tone},
        measure::{COUNT, CPU, KERNEL, P50, P99, POSTGRES, Row, Work, measure, table},
        report::{Aim, Bound, Section},
    },
    load::{browser::Browser, connection::Connection, identity::Identity},
    result::Result,
    servers::{bare, process::Server},
};

/// How many are stored.
const STORED: u64 = 10_000;

/// How long the last stream may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Milliseconds within which 99 of 100 changes have to reach every browser.
const AIM: f64 = 100.0;

/// A revision that a stream delivered, and when.
type Seen = Result<(u64, Instant)>;

pub fn section(bench: &Bench) -> Result<Section> {
    let streams = bench.options.streams;
    let mut rows = Vec::new();
    let mut bars = Vec::new();
    let mut aims = Vec::new();
    let mut add = |row: Row, tone| {
        let p99 = row.spread(|sample| sample.waits.map(|waits| waits.p99));
        let p99 = p99.map_or(f64::NAN, |p99| p99.median);
        bars.push(Bar { label: format!("{}, p99", row.title), value: p99, tone });
        aims.push(Aim {
            what: format!("{streams} browsers see a change, {}, p99", row.title),
            measured: p99,
            unit: "ms",
            bound: (row.name != "feed-bare").then_some(Bound::AtMost(AIM)),
        });
        rows.push(row);
    };
    let least = bare::start()?;
    let browser = Browser::without_session(least.public());
    let change = |_: u64| browser.post("/change", "");
    let row = Row::new("feed-bare".to_owned(), "bare handler".to_owned());
    add(one(bench, &least, &browser, change, row)?, Tone::Bare);
    for engine in bench.engines() {
        // The changes must not be there the next time.
        let copy = bench.runtime.block_on(bench.database(engine, STORED)?.copy())?;
        let server = bench.latchkey(&copy)?;
        let browser = bench.runtime.block_on(Browser::sign_in(server.public()))?;
        let key = Identity::new(0).key;
        // It is stored as approved, at revision 1.
        let change = |before: u64| {
            let revision = before.max(1);
            let path = if revision % 2 == 1 { "/api/page/disapprove" } else { "/api/page/approve" };
            browser.post(path, &format!("key={key}&revision={revision}"))
        };
        let tone = Tone::of(engine);
        let row = Row::new(format!("feed-{}", engine.name()), engine.title().to_owned());
        add(one(bench, &server, &browser, change, row)?, tone);
    }
    let chart = Chart {
        title: format!("How soon the last of {streams} browsers sees a change"),
        unit: "ms after the change was answered, all but one in a hundred sooner (p99), less is better",
        decimals: 1,
        bars,
        aim: Some(AIM),
    };
    Ok(Section { table: table(&rows, &[P50, P99, CPU, KERNEL, POSTGRES, COUNT]), aims, chart })
}

/// Opens the streams, and changes a consumer again and again.
fn one(
    bench: &Bench,
    server: &Server,
    browser: &Browser,
    change: impl Fn(u64) -> String,
    mut row: Row,
) -> Result<Row> {
    let options = bench.options;
    let (sender, mut seen) = mpsc::unbounded_channel();
    bench.runtime.block_on(open(browser, options.streams, &sender))?;
    let mut connection = Connection::new(server.public());
    let mut revision = 0;
    let mut changes = async |count: usize| -> Result<Work> {
        let begin = Instant::now();
        let mut waits = Vec::with_capacity(count);
        for _ in 0..count {
            connection.ask(change(revision).as_bytes(), 200).await?;
            let answered = Instant::now();
            revision = revision_in(connection.body()).ok_or("a change is answered without its revision")?.0;
            let last = everywhere(&mut seen, options.streams, revision);
            let last =
                timeout(PATIENCE, last).await.map_err(|_| "some stream does not tell of a change")??;
            // A stream may deliver the change before its answer arrives.
            waits.push(last.saturating_duration_since(answered));
        }
        Ok(Work { count, took: begin.elapsed(), waits })
    };
    bench.runtime.block_on(changes(options.changes / 10))?;
    row.add(measure(server, || bench.runtime.block_on(changes(options.changes)))?);
    Ok(row)
}

/// Latchkey's limit.
const STREAMS_OF_A_SESSION: usize = 50;

/// Opens `count` event streams, one after the other; each sends what it sees to `sender`.
async fn open(browser: &Browser, count: usize, sender: &UnboundedSender<Seen>) -> Result<()> {
    let mut browser = browser.clone();
    for number in 0..count {
        // The server limits the streams of a session.
        if number > 0 && number % STREAMS_OF_A_SESSION == 0 {
            browser = browser.in_another_session().await?;
        }
        let request = browser.get("/events");
        let (stream, begun) = Connection::new(browser.address).open(request.as_bytes()).await?;
        let sender = sender.clone();
        tokio::spawn(async move {
            let ended = listen(stream, begun, &sender).await;
            // The receiver is gone once the measurement is over.
            let _ = sender.send(Err(ended.err().unwrap_or_else(|| "an event stream ended".into())));
        });
    }
    Ok(())
}

async fn listen(mut stream: TcpStream, mut text: Vec<u8>, sender: &UnboundedSender<Seen>) -> Result<()> {
    loop {
        while let Some((revision, end)) = revision_in(&text) {
            sender.send(Ok((revision, Instant::now())))?;
            text.drain(..end);
        }
        if stream.read_buf(&mut text).await? == 0 {
            return Ok(());
        }
    }
}

/// When the last stream has delivered a revision.
async fn everywhere(seen: &mut UnboundedReceiver<Seen>, streams: usize, revision: u64) -> Result<Instant> {
    let mut last = None;
    for _ in 0..streams {
        let (told, at) = seen.recv().await.ok_or("no event stream is open")??;
        if told != revision {
            return Err(format!("a stream tells of revision {told} instead of {revision}").into());
        }
        last = last.max(Some(at));
    }
    last.ok_or_else(|| "there are no streams".into())
}

/// The first whole revision in a text, and where it ends.
fn revision_in(text: &[u8]) -> Option<(u64, usize)> {
    const NAME: &[u8] = b"\"revision\":";
    let begin = text.windows(NAME.len()).position(|part| part == NAME)? + NAME.len();
    let end = begin + text[begin..].iter().position(|byte| !byte.is_ascii_digit())?;
    Some((std::str::from_utf8(&text[begin..end]).ok()?.parse().ok()?, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_counts_when_all_of_it_has_come() {
        assert_eq!(revision_in(b"data: {\"revision\":12}\n"), Some((12, 20)));
        assert_eq!(revision_in(b"data: {\"revision\":1"), None);
        assert_eq!(revision_in(b"data: {\"revi"), None);
    }
}
