//! What Linux knows of a process: its processor time and its memory.

use std::{
    fs,
    ops::{AddAssign, Sub},
};

use crate::result::Result;

/// The unit of processor times in `/proc`.
const TICKS_A_SECOND: f64 = 100.0;

/// A server is idle if it used no more than two ticks in about a second.
pub const AT_REST: f64 = 2.0 / TICKS_A_SECOND;

/// Seconds of processor time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cpu {
    pub user: f64,
    pub system: f64,
}

impl Cpu {
    pub fn total(self) -> f64 {
        self.user + self.system
    }
}

impl Sub for Cpu {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { user: self.user - other.user, system: self.system - other.system }
    }
}

impl AddAssign for Cpu {
    fn add_assign(&mut self, other: Self) {
        self.user += other.user;
        self.system += other.system;
    }
}

/// The processor time of a process and its children, ended ones too, up to now.
pub fn cpu(id: u32) -> Result<Cpu> {
    let mut cpu = of_process(id, true)?;
    for child in fs::read_to_string(format!("/proc/{id}/task/{id}/children"))?.split_whitespace() {
        // One that has just ended is counted with its parent the next time.
        if let Ok(child) = of_process(child.parse()?, false) {
            cpu += child;
        }
    }
    Ok(cpu)
}

fn of_process(id: u32, with_ended_children: bool) -> Result<Cpu> {
    let text = fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name, in parentheses, may hold anything.
    let (_, rest) = text.rsplit_once(')').ok_or("/proc is not as expected")?;
    let mut fields = rest.split_whitespace().skip(11).map(str::parse::<f64>);
    let mut seconds = || {
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(
            fields.next().ok_or("/proc is not as expected")?? / TICKS_A_SECOND,
        )
    };
    let mut cpu = Cpu { user: seconds()?, system: seconds()? };
    if with_ended_children {
        cpu += Cpu { user: seconds()?, system: seconds()? };
    }
    Ok(cpu)
}

/// The bytes of a process that are in memory.
pub fn resident(id: u32) -> Result<u64> {
    Ok(status(id, "VmRSS")?.trim_end_matches(" kB").parse::<u64>()? * 1024)
}

/// The process that started another one.
pub fn parent(id: u32) -> Result<u32> {
    Ok(status(id, "PPid")?.parse()?)
}

fn status(id: u32, field: &str) -> Result<String> {
    let text = fs::read_to_string(format!("/proc/{id}/status"))?;
    let value = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    Ok(value.ok_or("/proc is not as expected")?.trim().to_owned())
}
