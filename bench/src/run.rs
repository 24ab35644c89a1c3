//! Everything in one run, one kind of measurement after the other.

use std::fs;

use tokio::runtime::Runtime;

use crate::{
    Options, Result, bench::Bench, dance, feed, list, machine::Machine, memory, report, start, verify,
};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// A verified request, beside a bare handler and a peer
    Verify,
    /// Signing a user in through a consumer: the whole OAuth dance
    Dance,
    /// What an administrator's page asks for
    List,
    /// How soon a thousand browsers see a change
    Feed,
    /// How soon a server that was started is ready
    Start,
    /// How much memory a server takes
    Memory,
}

impl Kind {
    const ALL: [Self; 6] = [Self::Verify, Self::Dance, Self::List, Self::Feed, Self::Start, Self::Memory];

    pub fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Dance => "dance",
            Self::List => "list",
            Self::Feed => "feed",
            Self::Start => "start",
            Self::Memory => "memory",
        }
    }
}

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
