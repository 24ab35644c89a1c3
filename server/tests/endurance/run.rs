//! A run of a fault: how large it is, its seed, and the figures that come out.

use std::{
    env,
    fmt::Display,
    fs::{self, OpenOptions},
    io::Write as _,
    path::Path,
    time::Duration,
};

use fastrand::Rng;
use serde_json::{Value, json};

use crate::support::place;

/// How large the faults are.
pub struct Sizes {
    /// How often the program is killed.
    pub kills: usize,
    /// How often one accepted request is sent again; as many wrong signatures are sent too.
    pub replays: u64,
    /// Event streams that are never read.
    pub streams: usize,
    /// Changes that are sent to them.
    pub changes: usize,
    /// Slow connections of each kind.
    pub slow: usize,
    /// Connections that guess passwords, and sign-ins among them.
    pub guessers: usize,
    pub sign_ins: usize,
    /// Changes that administrators try in many tabs.
    pub tries: usize,
    /// How often the disk is full.
    pub full_disks: usize,
    /// How often a consumer is disapproved on one node while another verifies.
    pub disapprovals: usize,
    /// Requests for a key, from 1,000 addresses.
    pub key_requests: u64,
    /// How long the database is away.
    pub away: Duration,
}

const SHORT: Sizes = Sizes {
    kills: 5,
    replays: 5_000,
    streams: 200,
    changes: 100,
    slow: 25,
    guessers: 50,
    sign_ins: 5,
    tries: 400,
    full_disks: 2,
    disapprovals: 10,
    key_requests: 5_000,
    away: Duration::from_secs(2),
};
const FULL: Sizes = Sizes {
    kills: 200,
    replays: 1_000_000,
    streams: 10_000,
    changes: 3_000,
    slow: 1_000,
    guessers: 1_000,
    sign_ins: 100,
    tries: 20_000,
    full_disks: 20,
    disapprovals: 200,
    key_requests: 100_000,
    away: Duration::from_secs(10),
};
/// The same once more on PostgreSQL.
const SHORT_SHARED: Sizes = Sizes { kills: 3, replays: 1_000, tries: 200, ..SHORT };
const FULL_SHARED: Sizes = Sizes { kills: 50, replays: 100_000, tries: 5_000, ..FULL };

/// One run, with everything random in it drawn from one seed.
pub struct Run {
    fault: &'static str,
    seed: u64,
    is_full: bool,
    is_shared: bool,
    pub sizes: Sizes,
    figures: Vec<(String, String)>,
}

impl Run {
    /// Begins a run: short, or in full with `LATCHKEY_FAULTS=full`; `LATCHKEY_SEED` repeats an earlier one.
    pub fn begin(fault: &'static str) -> Self {
        let seed = env::var("LATCHKEY_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
        println!("{fault}: LATCHKEY_SEED={seed} repeats this run");
        let is_full = env::var("LATCHKEY_FAULTS").is_ok_and(|size| size == "full");
        let is_shared = env::var_os(place::SERVER).is_some();
        let sizes = match (is_full, is_shared) {
            (false, false) => SHORT,
            (false, true) => SHORT_SHARED,
            (true, false) => FULL,
            (true, true) => FULL_SHARED,
        };
        Self { fault, seed, is_full, is_shared, sizes, figures: Vec::new() }
    }

    /// What is random for one part of the run, whatever the other parts draw.
    pub fn random(&self, part: u64) -> Rng {
        Rng::with_seed(self.seed.wrapping_add(part))
    }

    /// Notes a figure.
    pub fn figure(&mut self, what: &str, value: impl Display) {
        println!("{}: {what}: {value}", self.fault);
        self.figures.push((what.to_owned(), value.to_string()));
    }

    /// Says why there is no such fault on this machine: `make test` counts the test as skipped.
    pub fn skip(self, why: &str) {
        println!("{}: SKIPPED: {why}", self.fault);
        self.write(&json!({ "skipped": why }));
    }

    /// Writes the figures down for the table of `make faults`.
    pub fn end(self) {
        self.write(&json!({ "figures": self.figures }));
    }

    fn write(&self, outcome: &Value) {
        let target = Path::new(env!("CARGO_BIN_EXE_latchkey")).ancestors().nth(2).unwrap();
        let folder = target.join("reports");
        fs::create_dir_all(&folder).unwrap();
        let size = if self.is_full { "full" } else { "short" };
        let fault =
            if self.is_shared { format!("{}, on PostgreSQL", self.fault) } else { self.fault.to_owned() };
        let mut line = json!({ "fault": fault, "size": size, "seed": self.seed.to_string() });
        line.as_object_mut().unwrap().extend(outcome.as_object().unwrap().clone());
        let mut report =
            OpenOptions::new().create(true).append(true).open(folder.join("faults.jsonl")).unwrap();
        report.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
}

/// The time that a share of all does not exceed.
pub fn quantile(times: &mut [Duration], share: f64) -> Duration {
    times.sort_unstable();
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is small"
    )]
    let at = (times.len() as f64 * share).ceil() as usize;
    times[at.clamp(1, times.len()) - 1]
}

/// A time as people read it.
pub fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
