//! Everything in one run, one kind of measurement after the other.

use std::fs;

use tokio::runtime::Runtime;

use crate::{
    bench::Bench,
    figures::{machine::Machine, report},
    kinds::{dance, feed, list, memory, start, verify},
    options::{Kind, Options},
    result::Result,
};

pub fn run(options: &Options, runtime: &Runtime) -> Result<()> {
    let machine = Machine::look(&options.command)?;
    let bench = Bench::new(options, runtime)?;
    for kind in Kind::ALL {
        if !options.only.is_empty() && !options.only.contains(&kind) {
            continue;
        }
        eprintln!("==> Measuring: {}", kind.name());
        let section = match kind {
            Kind::Verify => verify::section(&bench)?,
            Kind::Dance => dance::section(&bench)?,
            Kind::List => list::section(&bench)?,
            Kind::Feed => feed::section(&bench)?,
            Kind::Start => start::section(&bench)?,
            Kind::Memory => memory::section(&bench)?,
        };
        for aim in &section.aims {
            println!("{}", aim.json());
        }
        let figures = section.markdown(kind, &machine);
        println!("\n{figures}");
        let Some(path) = &options.page else { continue };
        fs::write(path, report::replace(&fs::read_to_string(path)?, kind, &figures)?)?;
        let chart = path.with_file_name(report::chart_file(kind));
        fs::create_dir_all(chart.parent().ok_or("a chart is in a folder")?)?;
        fs::write(chart, section.chart.svg(&machine.short()))?;
    }
    Ok(())
}
