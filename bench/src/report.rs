//! The figures as JSON lines and as a page.

use std::{fmt::Write as _, fs, thread};

use serde_json::{Value, json};
use time::{OffsetDateTime, macros::format_description};

use crate::{
    Options, Result,
    measure::Sample,
    requests::seconds_since_1970,
    targets::{AUTHLIB, AUTHLIB_FLASK, BARE, BARE_MINIMAL, EVERYBODY, HUNDRED, MILLION, Target},
};

/// The page's figures stand between these lines; what is around them is written by hand.
const BEGIN: &str = "<!-- Begin: tools/bench writes these figures. -->\n";
const END: &str = "<!-- End -->";

/// What the figures were made on.
pub struct Machine {
    cores: usize,
    cpu: String,
    /// How busy it was before.
    load: String,
    date: String,
}

impl Machine {
    pub fn look() -> Result<Self> {
        let info = fs::read_to_string("/proc/cpuinfo")?;
        let model = info.lines().find_map(|line| line.strip_prefix("model name"));
        let now = OffsetDateTime::from_unix_timestamp(i64::try_from(seconds_since_1970())?)?;
        let load = fs::read_to_string("/proc/loadavg")?;
        Ok(Self {
            cores: thread::available_parallelism()?.get(),
            cpu: model.map_or("unknown", |text| text.trim_start_matches([' ', '\t', ':'])).to_owned(),
            load: load.split_whitespace().next().unwrap_or_default().to_owned(),
            date: now.format(format_description!("[year]-[month]-[day]"))?,
        })
    }
}

/// Median and extremes of what was measured several times.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    median: f64,
    min: f64,
    max: f64,
}

impl Spread {
    fn new(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        let median = if values.len().is_multiple_of(2) {
            f64::midpoint(values[middle - 1], values[middle])
        } else {
            values[middle]
        };
        Self { median, min: values[0], max: values[values.len() - 1] }
    }

    fn json(self) -> Value {
        json!({ "median": self.median, "min": self.min, "max": self.max })
    }

    fn words(self, decimals: usize) -> String {
        let Self { median, min, max } = self;
        format!("{median:.decimals$} ({min:.decimals$}..{max:.decimals$})")
    }
}

/// All that is known of a target.
pub struct Figures {
    name: &'static str,
    title: String,
    requests: usize,
    cpu: Spread,
    user: Spread,
    system: Spread,
    per_second: Spread,
}

impl Figures {
    pub fn new(target: &Target, samples: &[Sample]) -> Self {
        let spread = |of: fn(&Sample) -> f64| Spread::new(samples.iter().map(of).collect());
        Self {
            name: target.name,
            title: target.title.clone(),
            requests: target.requests,
            cpu: spread(Sample::cpu),
            user: spread(|sample| sample.user),
            system: spread(|sample| sample.system),
            per_second: spread(|sample| sample.per_second),
        }
    }

    pub fn json(&self) -> Value {
        json!({
            "target": self.name,
            "requests": self.requests,
            "cpu_us_per_request": self.cpu.json(),
            "user_us_per_request": self.user.json(),
            "system_us_per_request": self.system.json(),
            "requests_per_second": self.per_second.json(),
        })
    }
}

pub fn sample(target: &str, round: usize, sample: Sample) -> Value {
    json!({
        "target": target,
        "round": round,
        "cpu_us_per_request": sample.cpu(),
        "user_us_per_request": sample.user,
        "system_us_per_request": sample.system,
        "requests_per_second": sample.per_second,
    })
}

/// How many times one median is another.
pub struct Ratio {
    of: &'static str,
    to: &'static str,
    times: f64,
    aim: &'static str,
}

impl Ratio {
    pub fn json(&self) -> Value {
        json!({ "ratio": [self.of, self.to], "times": self.times, "aim": self.aim })
    }
}

pub fn ratios(figures: &[Figures]) -> Vec<Ratio> {
    let median = |name| figures.iter().find(|one| one.name == name).map(|one| one.cpu.median);
    let wanted = [
        (HUNDRED, BARE, "at most 2"),
        (HUNDRED, BARE_MINIMAL, ""),
        (AUTHLIB, HUNDRED, "at least 25"),
        (AUTHLIB_FLASK, HUNDRED, "at least 25"),
        (MILLION, HUNDRED, "at most 1.1"),
        (EVERYBODY, HUNDRED, ""),
    ];
    let ratio = |(of, to, aim)| Some(Ratio { of, to, aim, times: median(of)? / median(to)? });
    wanted.into_iter().filter_map(ratio).collect()
}

pub fn markdown(machine: &Machine, options: &Options, figures: &[Figures], ratios: &[Ratio]) -> String {
    let Machine { cores, cpu, load, date } = machine;
    let Options { rounds, connections, .. } = options;
    let mut page = format!(
        "Measured on {date} with `make bench` on {cores} cores of {cpu}, with {connections} connections, {rounds} times each \
         in turn; the load average was {load} before.\n\n\
         | | CPU per request, µs | of that in the kernel | requests per second | requests each time |\n\
         |---|---|---|---|---|\n"
    );
    for Figures { title, requests, cpu, system, per_second, .. } in figures {
        let (cpu, system, per_second) = (cpu.words(1), system.words(1), per_second.words(0));
        let _ = writeln!(page, "| {title} | {cpu} | {system} | {per_second} | {requests} |");
    }
    page.push_str("\n| CPU per request of | beside that of | times | aim |\n|---|---|---|---|\n");
    let title = |name| figures.iter().find(|one| one.name == name).map_or("", |one| one.title.as_str());
    for Ratio { of, to, times, aim } in ratios {
        let _ = writeln!(page, "| {} | {} | {times:.2} | {aim} |", title(*of), title(*to));
    }
    page
}

/// The page with new figures in place of the old ones.
pub fn replace(page: &str, figures: &str) -> Result<String> {
    let (before, rest) = page.split_once(BEGIN).ok_or("the page has no place for the figures")?;
    let (_, after) = rest.split_once(END).ok_or("the page's place for the figures has no end")?;
    Ok(format!("{before}{BEGIN}\n{figures}\n{END}{after}"))
}
