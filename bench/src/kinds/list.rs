//! What an administrator's page asks for: the page with its first rows, the rows that it loads near and far, other orders,
//! counts and searches, each with few and many stored, on either database.

use std::time::{Duration, Instant};

use crate::{
    bench::Bench,
    figures::{
        chart::{Bar, Chart, Tone},
        measure::{COUNT, CPU, Column, KERNEL, P50, P99, POSTGRES, Row, Work, measure, table},
        report::{Aim, Bound, Section},
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

/// How many times as long the page may take with many stored as with 100.
const AIM_PAGE: f64 = 1.5;

/// Milliseconds of the server's within which a keystroke in the search field is answered, 99 times of 100.
const AIM_SEARCH: f64 = 50.0;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Page,
    Rows,
    Middle,
    ByName,
    Status,
    Counts,
    Search,
    Frequent,
    Rare,
    Short,
}

impl Asked {
    const ALL: [Self; 10] = [
        Self::Page,
        Self::Rows,
        Self::Middle,
        Self::ByName,
        Self::Status,
        Self::Counts,
        Self::Search,
        Self::Frequent,
        Self::Rare,
        Self::Short,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::Page => "the page",
            Self::Rows => "90 rows",
            Self::Middle => "90 rows of the middle",
            Self::ByName => "by name",
            Self::Status => "a status by last use",
            Self::Counts => "the counts",
            Self::Search => "search",
            Self::Frequent => "frequent search",
            Self::Rare => "rare search",
            Self::Short => "short search",
        }
    }

    fn is_search(self) -> bool {
        match self {
            Self::Search | Self::Frequent | Self::Rare | Self::Short => true,
            Self::Page | Self::Rows | Self::Middle | Self::ByName | Self::Status | Self::Counts => false,
        }
    }

    fn request(self, browser: &Browser, stored: u64) -> String {
        let view = |view: &str| browser.post("/api/page/rows", &format!("view={}", oauth::encode(view)));
        match self {
            Self::Page => browser.get("/settings/oauth-consumers"),
            Self::Rows => view(""),
            Self::Middle => browser.post("/api/page/rows", &format!("before={}", stored / 2)),
            Self::ByName => view("sort=name"),
            Self::Status => view("status=approved&sort=last_used_at"),
            Self::Counts => browser.post("/api/page/counts", ""),
            // Matches about one name of a hundred.
            Self::Search => view("q=cation+77"),
            // Matches every name.
            Self::Frequent => view("q=cation"),
            // Matches one name: no other number begins with a nought.
            Self::Rare => view("q=cation+0"),
            // Not in any name or key.
            Self::Short => view("q=zq"),
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
                let row = one(bench, &server, &asked.request(&browser, stored), MOST, row)?;
                if asked == Asked::Rows {
                    bars.push(bar(&row, Tone::of(engine)));
                }
                rows.push(row);
            }
        }
    }
    let chart = Chart {
        title: "How long an administrator's browser waits for 90 rows".to_owned(),
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

/// How much more each request costs with many rows stored than with few, and what people wait for.
fn aims(bench: &Bench, rows: &[Row]) -> Vec<Aim> {
    let row = |asked, engine, stored| {
        let name = name(asked, engine, stored);
        rows.iter().find(|row| row.name == name)
    };
    let many = bench.options.many;
    let mut aims = Vec::new();
    for engine in bench.engines() {
        for asked in Asked::ALL {
            let (Some(few), Some(most)) = (row(asked, engine, 100), row(asked, engine, many)) else {
                continue;
            };
            let title = format!("*{}*", most.title);
            let mut aim = |what, measured, unit, bound| aims.push(Aim { what, measured, unit, bound });
            aim(format!("CPU of {title} beside that with 100"), most.cpu() / few.cpu(), "times", None);
            let median =
                |row: &Row, (.., of): Column| row.spread(of).map_or(f64::NAN, |spread| spread.median);
            if asked == Asked::Page {
                let bound = Some(Bound::AtMost(AIM_PAGE));
                let times = median(most, P50) / median(few, P50);
                aim(format!("p50 of {title} beside that with 100"), times, "times", bound);
            }
            if asked.is_search() {
                let bound = Some(Bound::AtMost(AIM_SEARCH));
                aim(format!("p99 of {title}"), median(most, P99), "ms", bound);
            }
        }
    }
    aims
}
