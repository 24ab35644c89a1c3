//! A verified request: `/verify` on either database and with many or few stored, beside a bare handler and a peer. Each
//! in turn, several times, so that a disturbance hits all of them alike.

use std::{rc::Rc, sync::Arc};

use crate::{
    bench::Bench,
    figures::{
        chart::{Bar, Chart, Tone},
        measure::{COUNT, CPU, KERNEL, PER_SECOND, POSTGRES, Row, Work, measure, table},
        report::{Aim, Bound, Section},
        stats::grouped,
    },
    load::{
        self,
        requests::{Callers, Form, Requests, WORKING_SET},
    },
    result::Result,
    servers::{authlib, bare, database::Engine, process::Server},
};

/// What is measured: a server, and the requests that it gets.
struct Target {
    row: Row,
    tone: Tone,
    server: Rc<Server>,
    form: Form,
    callers: Callers,
    /// Requests of one measurement.
    requests: usize,
}

const BARE_MINIMAL: &str = "bare-minimal";
const BARE: &str = "bare";
const AUTHLIB: &str = "authlib";
const AUTHLIB_FLASK: &str = "authlib-flask";

pub fn section(bench: &Bench) -> Result<Section> {
    let mut targets = targets(bench)?;
    for _ in 0..bench.options.rounds {
        for target in &mut targets {
            // The first ones warm it up.
            send(bench, target, &requests(target, target.requests / 10)?)?;
            let requests = requests(target, target.requests)?;
            let sample = measure(&target.server, || send(bench, target, &requests))?;
            target.row.add(sample);
        }
    }
    let bars = targets.iter().map(|Target { row, tone, .. }| Bar {
        label: row.title.replace('`', ""),
        value: row.cpu(),
        tone: *tone,
    });
    let chart = Chart {
        title: "What a verified request costs".to_owned(),
        unit: "µs of the server's processor time for each request, less is better",
        decimals: 1,
        bars: bars.collect(),
        aim: None,
    };
    let rows: Vec<_> = targets.into_iter().map(|target| target.row).collect();
    let table = table(&rows, &[CPU, KERNEL, POSTGRES, PER_SECOND, COUNT]);
    Ok(Section { table, aims: aims(&rows), chart })
}

fn requests(target: &Target, count: usize) -> Result<Arc<Requests>> {
    Ok(Arc::new(Requests::new(target.form, target.callers, count)?))
}

fn send(bench: &Bench, target: &Target, requests: &Arc<Requests>) -> Result<Work> {
    let all = load::send(target.server.internal(), requests.clone(), bench.options.connections);
    let took = bench.runtime.block_on(all)?;
    Ok(Work { count: requests.count(), took, waits: Vec::new() })
}

fn targets(bench: &Bench) -> Result<Vec<Target>> {
    let options = bench.options;
    let many = options.many;
    let mut targets = Vec::new();
    let mut add = |name: &str, title: String, tone, server: &Rc<Server>, form, callers, requests| {
        let row = Row::new(name.to_owned(), title);
        targets.push(Target { row, tone, server: server.clone(), form, callers, requests });
    };
    let bare = Rc::new(bare::start()?);
    for (name, title, form) in [
        (BARE_MINIMAL, "bare handler, shortest request", Form::Minimal),
        (BARE, "bare handler, the request of `/verify`", Form::Described),
    ] {
        add(name, title.to_owned(), Tone::Bare, &bare, form, Callers::WorkingSet, options.requests);
    }
    for engine in bench.engines() {
        // PostgreSQL takes longer over each.
        let requests = match engine {
            Engine::Sqlite => options.requests,
            Engine::Postgres => options.requests / 2,
        };
        // A server for each, so that none starts with a cache that another has filled.
        for (what, stored, title, callers, requests) in [
            ("hundred", WORKING_SET, String::new(), Callers::WorkingSet, requests),
            ("million", many, format!(", {WORKING_SET} of them call"), Callers::WorkingSet, requests),
            ("everybody", many, ", all of them call".to_owned(), Callers::All(many), requests / 5),
        ] {
            let server = Rc::new(bench.latchkey(&bench.database(engine, stored)?)?);
            let title = format!("`/verify`, {}, {} stored{title}", engine.title(), grouped(stored));
            add(&name(engine, what), title, Tone::of(engine), &server, Form::Described, callers, requests);
        }
    }
    for (name, application, title, form) in [
        (AUTHLIB, "app:described", "Authlib, its resource protector alone", Form::Described),
        (AUTHLIB_FLASK, "app:direct", "Authlib in Flask", Form::Direct),
    ] {
        let server = Rc::new(authlib::start(options, bench.folder.path(), application)?);
        let callers = Callers::WorkingSet;
        add(name, title.to_owned(), Tone::Peer, &server, form, callers, options.peer_requests);
    }
    Ok(targets)
}

fn name(engine: Engine, what: &str) -> String {
    format!("{}-{what}", engine.name())
}

/// Ratios of two rows' processor times.
fn aims(rows: &[Row]) -> Vec<Aim> {
    let hundred = || name(Engine::Sqlite, "hundred");
    let mut wanted = vec![
        (hundred(), BARE.to_owned(), Some(Bound::AtMost(2.0))),
        (hundred(), BARE_MINIMAL.to_owned(), None),
        (AUTHLIB.to_owned(), hundred(), Some(Bound::AtLeast(25.0))),
        (AUTHLIB_FLASK.to_owned(), hundred(), Some(Bound::AtLeast(25.0))),
    ];
    for engine in [Engine::Sqlite, Engine::Postgres] {
        wanted.push((name(engine, "million"), name(engine, "hundred"), Some(Bound::AtMost(1.1))));
        wanted.push((name(engine, "everybody"), name(engine, "hundred"), None));
    }
    for what in ["hundred", "million"] {
        let bound = Some(Bound::AtMost(3.0));
        wanted.push((name(Engine::Postgres, what), name(Engine::Sqlite, what), bound));
    }
    let find = |name: &str| rows.iter().find(|row| row.name == name);
    let aim = |(of, to, bound): (String, String, _)| {
        let (of, to) = (find(&of)?, find(&to)?);
        let what = format!("CPU of *{}* beside *{}*", of.title, to.title);
        Some(Aim { what, measured: of.cpu() / to.cpu(), unit: "times", bound })
    };
    wanted.into_iter().filter_map(aim).collect()
}
