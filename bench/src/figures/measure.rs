//! One measurement: how much processor time a server spent on how much work.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    figures::{
        report::Table,
        stats::{Spread, Waits},
    },
    result::Result,
    servers::process::Server,
};

/// A batch of requests that was sent to a server.
#[derive(Debug)]
pub struct Work {
    /// How often.
    pub count: usize,
    /// For all requests together.
    pub took: Duration,
    /// For each request, where it was measured.
    pub waits: Vec<Duration>,
}

/// The result of one measurement, per request.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    pub count: usize,
    /// Microseconds of the server's processor time, in its own code and in the kernel.
    pub user: f64,
    pub system: f64,
    /// Microseconds of its database's processor time, where that has processes of its own.
    pub database: Option<f64>,
    /// Answered per second, by a server that shares its cores with the load.
    pub per_second: f64,
    pub waits: Option<Waits>,
}

impl Sample {
    pub fn cpu(&self) -> f64 {
        self.user + self.system
    }

    fn json(&self) -> Value {
        json!({
            "count": self.count,
            "cpu_us": self.cpu(),
            "user_us": self.user,
            "system_us": self.system,
            "database_cpu_us": self.database,
            "per_second": self.per_second,
            "p50_ms": self.waits.map(|waits| waits.p50),
            "p99_ms": self.waits.map(|waits| waits.p99),
        })
    }
}

/// Measures until the server is idle again: deferred work counts as well.
pub fn measure(server: &Server, work: impl FnOnce() -> Result<Work>) -> Result<Sample> {
    server.rest()?;
    let (begin, database) = (server.cpu()?, server.database_cpu()?);
    let Work { count, took, waits } = work()?;
    server.rest()?;
    let cpu = server.cpu()? - begin;
    let times = f64::from(u32::try_from(count)?);
    let database = match (server.database_cpu()?, database) {
        (Some(end), Some(begin)) => Some((end - begin).total() * 1e6 / times),
        _ => None,
    };
    Ok(Sample {
        count,
        user: cpu.user * 1e6 / times,
        system: cpu.system * 1e6 / times,
        database,
        per_second: times / took.as_secs_f64(),
        waits: Waits::new(waits),
    })
}

/// All samples of one server and one kind of work.
#[derive(Debug)]
pub struct Row {
    pub name: String,
    pub title: String,
    samples: Vec<Sample>,
}

impl Row {
    pub fn new(name: String, title: String) -> Self {
        Self { name, title, samples: Vec::new() }
    }

    /// Notes a measurement, and prints it.
    pub fn add(&mut self, sample: Sample) {
        println!("{}", json!({ "of": self.name, "round": self.samples.len() + 1, "sample": sample.json() }));
        self.samples.push(sample);
    }

    /// `None` where a sample has no such value.
    pub fn spread(&self, of: impl Fn(&Sample) -> Option<f64>) -> Option<Spread> {
        let values: Option<Vec<_>> = self.samples.iter().map(of).collect();
        values.filter(|values| !values.is_empty()).map(Spread::new)
    }

    /// The median of the server's processor time, in microseconds.
    pub fn cpu(&self) -> f64 {
        self.spread(|sample| Some(sample.cpu())).map_or(f64::NAN, |cpu| cpu.median)
    }
}

/// A column of the page: its head, its decimals, and its value.
pub type Column = (&'static str, usize, fn(&Sample) -> Option<f64>);

pub const CPU: Column = ("CPU, µs", 1, |sample| Some(sample.cpu()));
pub const KERNEL: Column = ("of that in the kernel", 1, |sample| Some(sample.system));
pub const POSTGRES: Column = ("CPU of PostgreSQL, µs", 1, |sample| sample.database);
pub const PER_SECOND: Column = ("per second", 0, |sample| Some(sample.per_second));
pub const P50: Column = ("p50, ms", 2, |sample| sample.waits.map(|waits| waits.p50));
pub const P99: Column = ("p99, ms", 2, |sample| sample.waits.map(|waits| waits.p99));
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub const COUNT: Column = ("times", 0, |sample| Some(sample.count as f64));

/// The table of these rows; a column without values is left out.
pub fn table(rows: &[Row], columns: &[Column]) -> Table {
    let cell = |row: &Row, (_, decimals, of): &Column| row.spread(of).map(|spread| spread.words(*decimals));
    let columns: Vec<_> =
        columns.iter().filter(|&column| rows.iter().any(|row| cell(row, column).is_some())).collect();
    let mut table = Table::new(&[""]);
    table.head.extend(columns.iter().map(|(head, _, _)| (*head).to_owned()));
    for row in rows {
        let cells = columns.iter().map(|&column| cell(row, column).unwrap_or_default());
        table.rows.push([row.title.clone()].into_iter().chain(cells).collect());
    }
    table
}
