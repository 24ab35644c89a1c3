//! How soon a server that was started is ready: from its start as a process until `/readyz` says so.

use std::time::Instant;

use serde_json::json;

use crate::{
    bench::Bench,
    figures::{
        chart::{Bar, Chart, Tone},
        report::{Aim, Bound, Section, Table},
        stats::{Spread, grouped},
    },
    result::Result,
    servers::{bare, process::Server, ready::ready},
};

/// How often each is started.
const TIMES: usize = 7;

/// Milliseconds, at this size.
const AIM: f64 = 150.0;
const AIM_STORED: u64 = 100_000;

pub fn section(bench: &Bench) -> Result<Section> {
    let mut table = Table::new(&["", "ready after, ms", "times"]);
    let mut bars = Vec::new();
    let mut aims = Vec::new();
    let mut add = |title: String, tone, times: Vec<f64>| {
        let ready = Spread::new(times);
        println!("{}", json!({ "of": format!("start: {title}"), "ready_ms": ready.json() }));
        table.rows.push(vec![title.clone(), ready.words(1), TIMES.to_string()]);
        bars.push(Bar { label: title, value: ready.median, tone });
        ready.median
    };
    add("bare handler".to_owned(), Tone::Bare, times(bench, "/", bare::start)?);
    for engine in bench.engines() {
        for stored in bench.sizes() {
            let database = bench.database(engine, stored)?;
            let title = format!("{}, {} stored", engine.title(), grouped(stored));
            let tone = Tone::of(engine);
            let measured = add(title.clone(), tone, times(bench, "/readyz", || bench.latchkey(&database))?);
            if stored == AIM_STORED {
                let what = format!("ready after its start, *{title}*");
                aims.push(Aim { what, measured, unit: "ms", bound: Some(Bound::AtMost(AIM)) });
            }
        }
    }
    let chart = Chart {
        title: "How soon a server that was started is ready".to_owned(),
        unit: "ms from its start until it answers that it is ready, less is better",
        decimals: 1,
        bars,
        aim: Some(AIM),
    };
    Ok(Section { table, aims, chart })
}

/// Start times in milliseconds. The first start is not counted: it may migrate the database, and its files are not cached.
fn times(bench: &Bench, path: &str, start: impl Fn() -> Result<Server>) -> Result<Vec<f64>> {
    let mut times = Vec::with_capacity(TIMES);
    for time in 0..=TIMES {
        let begin = Instant::now();
        let server = start()?;
        ready(bench.runtime, &server, path)?;
        let took = begin.elapsed();
        if time > 0 {
            times.push(took.as_secs_f64() * 1e3);
        }
    }
    Ok(times)
}
