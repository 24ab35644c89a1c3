//! Everything in one run: each target in turn, several times, so that what disturbs one round disturbs all targets.

use std::fs;

use tokio::runtime::Runtime;

use crate::{
    Options, Result,
    measure::measure,
    report::{self, Figures, Machine},
    targets,
};

pub fn run(options: &Options, runtime: &Runtime) -> Result<()> {
    let machine = Machine::look()?;
    let folder = tempfile::tempdir()?;
    let targets = runtime.block_on(targets::start(options, &folder))?;
    let mut samples = vec![Vec::new(); targets.len()];
    for round in 1..=options.rounds {
        for (target, samples) in targets.iter().zip(&mut samples) {
            let sample = measure(target, options, runtime)?;
            println!("{}", report::sample(target.name, round, sample));
            samples.push(sample);
        }
    }
    let figures: Vec<_> =
        targets.iter().zip(&samples).map(|(target, samples)| Figures::new(target, samples)).collect();
    let ratios = report::ratios(&figures);
    for line in figures.iter().map(Figures::json).chain(ratios.iter().map(report::Ratio::json)) {
        println!("{line}");
    }
    let page = report::markdown(&machine, options, &figures, &ratios);
    println!("\n{page}");
    match &options.page {
        Some(path) => Ok(fs::write(path, report::replace(&fs::read_to_string(path)?, &page)?)?),
        None => Ok(()),
    }
}
