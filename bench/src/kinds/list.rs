//! What an administrator's page asks for: the page with its first rows, the rows that it loads next, other orders, counts and
//! searches, each with few and many stored, on either database.

use std::time::{Duration, Instant};

use crate::{
    bench::Bench,
    figures::{
        chart::{Bar, Chart, Tone},
        measure::{COUNT, CPU, KERNEL, P50, P99, POSTGRES, Row, Work, measure, table},
        report::{Aim, Section},
        stats::grouped,
    },
    load::{browser::Browser, connection::Connection},
    result::Result,
    servers::{bare, database::Engine, process::Server},
};

/// A measurement ends after this many requests or this much time.
const MOST: usize = 300;
const LONGEST: Duration = Duration::from_secs(3);

/// Requests before each measurement, to warm up.
const WARM_UP: usize = 5;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Page,
    Rows,
    ByName,
    Status,
    Counts,
    Search,
    Rare,
    Short,
}

impl Asked {
    const ALL: [Self; 8] = [
        Self::Page,
        Self::Rows,
        Self::ByName,
        Self::Status,
        Self::Counts,
        Self::Search,
        Self::Rare,
        Self::Short,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::Page => "the page",
            Self::Rows => "500 rows",
            Self::ByName => "by name",
            Self::Status => "a status by last use",
            Self::Counts => "the counts",
            Self::Search => "search",
            Self::Rare => "rare search",
            Self::Short => "short search",
        }
    }

    fn request(self, browser: &Browser) -> String {
        match self {
            Self::Page => browser.get("/settings/oauth-consumers"),
            Self::Rows => browser.post("/api/page/list", ""),
            Self::ByName => browser.get("/api/v1/consumers?sort=name&limit=50"),
            Self::Status => browser.get("/api/v1/consumers?status=approved&sort=last_used_at&limit=50"),
            Self::Counts => browser.post("/api/page/counts", ""),
            // Matches about one name of a hundred.
            Self::Search => browser.get("/api/v1/consumers?q=cation+77&limit=50"),
            // Matches one name: no other number begins with a nought.
            Self::Rare => browser.get("/api/v1/consumers?q=cation+0&limit=50"),
            // Not in any name or key.
            Self::Short => browser.get("/api/v1/consumers?q=zq&limit=50"),
        }
    }
}

pub fn section(bench: &Bench) -> Result<Section> {
    let mut rows = Vec::new();
    let mut bars = Vec::new();
    let least = bare::start()?;
    let browser = Browser::without_session(least.public());
    let row = Row::new("list-bare".to_owned(), "bare handler".to_owned());
    // Linux counts processor time in hundredths of a second, so it is asked as often as there is time.
    let row = one(bench, &least, &browser.get("/verify"), usize::MAX, row)?;
    bars.push(bar(&row, Tone::Bare));
    rows.push(row);
    for engine in bench.engines() {
        for stored in bench.sizes() {
            let server = bench.latchkey(&bench.database(engine, stored)?)?;
            let browser = bench.runtime.block_on(Browser::sign_in(server.public()))?;
            for asked in Asked::ALL {
                let title = format!("{}, {}, {} stored", asked.title(), engine.title(), grouped(stored));
                let row = Row::new(name(asked, engine, stored), title);
                let row = one(bench, &server, &asked.request(&browser), MOST, row)?;
                if asked == Asked::Rows {
                    bars.push(bar(&row, Tone::of(engine)));
                }
                rows.push(row);
            }
        }
    }
    let chart = Chart {
        title: "How long an administrator's browser waits for 500 rows".to_owned(),
        unit: "ms until the answer is there, half of them sooner (p50), less is better",
        decimals: 2,
        bars,
        aim: None,
    };
    let aims = aims(bench, &rows);
    Ok(Section { table: table(&rows, &[CPU, KERNEL, POSTGRES, P50, P99, COUNT]), aims, chart })
}

fn name(asked: Asked, engine: Engine, stored: u64) -> String {
    format!("list-{}-{}-{stored}", asked.title().replace(' ', "-"), engine.name())
}

/// One request after the other: administrators are few.
fn one(bench: &Bench, server: &Server, request: &str, most: usize, mut row: Row) -> Result<Row> {
    let mut connection = Connection::new(server.public());
    let mut ask = async |most: usize| -> Result<Work> {
        let begin = Instant::now();
        let mut waits = Vec::new();
        while waits.len() < most && begin.elapsed() < LONGEST {
            let asked = Instant::now();
            connection.ask(request.as_bytes(), 200).await?;
            waits.push(asked.elapsed());
        }
        Ok(Work { count: waits.len(), took: begin.elapsed(), waits })
    };
    bench.runtime.block_on(ask(WARM_UP))?;
    row.add(measure(server, || bench.runtime.block_on(ask(most)))?);
    Ok(row)
}

fn bar(row: &Row, tone: Tone) -> Bar {
    let p50 = row.spread(|sample| sample.waits.map(|waits| waits.p50));
    Bar { label: row.title.clone(), value: p50.map_or(f64::NAN, |p50| p50.median), tone }
}

/// How much more each request costs with many rows stored than with few.
fn aims(bench: &Bench, rows: &[Row]) -> Vec<Aim> {
    let cpu = |name: String| rows.iter().find(|row| row.name == name).map(Row::cpu);
    let mut aims = Vec::new();
    for engine in bench.engines() {
        for asked in Asked::ALL {
            let (few, many) = (name(asked, engine, 100), name(asked, engine, bench.options.many));
            if let (Some(few), Some(many)) = (cpu(few), cpu(many)) {
                let (asked, engine, stored) = (asked.title(), engine.title(), grouped(bench.options.many));
                let what = format!("CPU of *{asked}, {engine}, {stored} stored* beside that with 100");
                aims.push(Aim { what, measured: many / few, unit: "times", bound: None });
            }
        }
    }
    aims
}
