//! The machine that the figures were measured on, and the date.

use std::{fs, thread};

use time::{OffsetDateTime, macros::format_description};

use crate::{load::requests::seconds_since_1970, result::Result};

#[derive(Debug)]
pub struct Machine {
    cores: usize,
    cpu: String,
    /// The load average before the run.
    load: String,
    date: String,
    /// What printed the figures.
    command: String,
}

impl Machine {
    pub fn look(command: &str) -> Result<Self> {
        let info = fs::read_to_string("/proc/cpuinfo")?;
        let model = info.lines().find_map(|line| line.strip_prefix("model name"));
        let now = OffsetDateTime::from_unix_timestamp(i64::try_from(seconds_since_1970())?)?;
        let load = fs::read_to_string("/proc/loadavg")?;
        Ok(Self {
            cores: thread::available_parallelism()?.get(),
            cpu: model.map_or("unknown", |text| text.trim_start_matches([' ', '\t', ':'])).to_owned(),
            load: load.split_whitespace().next().unwrap_or_default().to_owned(),
            date: now.format(format_description!("[year]-[month]-[day]"))?,
            command: command.to_owned(),
        })
    }

    /// For a chart.
    pub fn short(&self) -> String {
        format!("{}, {} cores of {}, {}", self.date, self.cores, self.cpu, self.command)
    }

    /// For the page.
    pub fn words(&self) -> String {
        let Self { cores, cpu, load, date, command } = self;
        format!(
            "Measured on {date} with `{command}` on {cores} cores of {cpu}; the load average was {load} before."
        )
    }
}
