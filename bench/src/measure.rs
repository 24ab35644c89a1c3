//! One measurement: how much processor time a server spent on how many requests.

use tokio::runtime::Runtime;

use crate::{Options, Result, load, requests::Requests, targets::Target};

/// What one measurement gave.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Microseconds of the server's processor time per request, in its own code and in the kernel.
    pub user: f64,
    pub system: f64,
    /// Answered per second, by a server that shares its cores with the load.
    pub per_second: f64,
}

impl Sample {
    pub fn cpu(&self) -> f64 {
        self.user + self.system
    }
}

/// Warms the server up, lets it rest, then measures until it rests again: what it puts off counts as well.
pub fn measure(target: &Target, options: &Options, runtime: &Runtime) -> Result<Sample> {
    let send = |count| -> Result<_> {
        let requests = Requests::new(target.form, target.callers, count)?;
        let begin = target.server.cpu()?;
        let took = runtime.block_on(load::send(target.server.address, requests, options.connections))?;
        target.server.rest()?;
        Ok((target.server.cpu()? - begin, took))
    };
    send(target.requests / 10)?;
    let (cpu, took) = send(target.requests)?;
    let count = f64::from(u32::try_from(target.requests)?);
    Ok(Sample {
        user: cpu.user * 1e6 / count,
        system: cpu.system * 1e6 / count,
        per_second: count / took.as_secs_f64(),
    })
}
