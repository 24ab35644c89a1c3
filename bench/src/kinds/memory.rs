//! How much memory an idle server takes, after its start and after load.

use std::sync::Arc;

use serde_json::json;

use crate::{
    bench::Bench,
    figures::{
        chart::{Bar, Chart, Tone},
        report::{Aim, Bound, Section, Table},
        stats::grouped,
    },
    load::{
        self,
        browser::Browser,
        connection::Connection,
        requests::{Callers, Form, Requests},
    },
    result::Result,
    servers::{bare, process::Server, ready::ready},
};

/// Megabytes while idle, at this size.
const AIM: f64 = 40.0;
const AIM_STORED: u64 = 10_000;

/// How often the page is asked for.
const PAGES: usize = 20;

pub fn section(bench: &Bench) -> Result<Section> {
    let mut table = Table::new(&["", "resident at rest, MB", "after it was busy, MB"]);
    let mut bars = Vec::new();
    let mut aims = Vec::new();
    let mut add = |title: &str, tone, (rest, busy): (f64, f64)| {
        println!("{}", json!({ "of": format!("memory: {title}"), "rest_mb": rest, "busy_mb": busy }));
        table.rows.push(vec![title.to_owned(), format!("{rest:.1}"), format!("{busy:.1}")]);
        bars.push(Bar { label: format!("{title}, at rest"), value: rest, tone });
        bars.push(Bar { label: "after it was busy".to_owned(), value: busy, tone });
    };
    let least = bare::start()?;
    ready(bench.runtime, &least, "/")?;
    let before = megabytes(&least)?;
    verify(bench, &least, Callers::WorkingSet)?;
    add("bare handler", Tone::Bare, (before, megabytes(&least)?));
    for engine in bench.engines() {
        for stored in bench.sizes() {
            let server = bench.latchkey(&bench.database(engine, stored)?)?;
            ready(bench.runtime, &server, "/readyz")?;
            let rest = megabytes(&server)?;
            verify(bench, &server, Callers::All(stored))?;
            bench.runtime.block_on(look(&server))?;
            let title = format!("{}, {} stored", engine.title(), grouped(stored));
            let tone = Tone::of(engine);
            add(&title, tone, (rest, megabytes(&server)?));
            if stored == AIM_STORED {
                let (what, bound) = (format!("resident at rest, *{title}*"), Some(Bound::AtMost(AIM)));
                aims.push(Aim { what, measured: rest, unit: "MB", bound });
            }
        }
    }
    let chart = Chart {
        title: "How much memory a server takes".to_owned(),
        unit: "MB resident, less is better",
        decimals: 1,
        bars,
        aim: Some(AIM),
    };
    Ok(Section { table, aims, chart })
}

fn megabytes(server: &Server) -> Result<f64> {
    server.rest()?;
    Ok(f64::from(u32::try_from(server.resident()? / 1000)?) / 1000.0)
}

/// Verified requests, by any of those that are stored.
fn verify(bench: &Bench, server: &Server, callers: Callers) -> Result<()> {
    let requests = Requests::new(Form::Described, callers, bench.options.memory_requests)?;
    bench.runtime.block_on(load::send(server.internal(), Arc::new(requests), bench.options.connections))?;
    Ok(())
}

/// An administrator signs in and looks at the page.
async fn look(server: &Server) -> Result<()> {
    let browser = Browser::sign_in(server.public()).await?;
    let mut connection = Connection::new(server.public());
    for _ in 0..PAGES {
        connection.ask(browser.get("/settings/oauth-consumers").as_bytes(), 200).await?;
        connection.ask(browser.post("/api/page/rows", "").as_bytes(), 200).await?;
    }
    Ok(())
}
