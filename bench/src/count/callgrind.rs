//! Runs each stage under Valgrind's callgrind and prints the instructions of one repetition.
//!
//! A stage runs twice, with few and with many repetitions; the difference is divided by how many more there were, so that
//! what happens once does not count. No function is named to valgrind, so that neither symbols nor inlining matter.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use clap::ValueEnum as _;

use crate::{
    count::stage::Stage,
    figures::stats::grouped,
    options::Places,
    result::Result,
    servers::{database::Database, seed},
};

/// How often each stage is counted.
const ROUNDS: usize = 3;

/// How often a run may fail that depends on time, on a machine that is too busy.
const ATTEMPTS: usize = 5;

/// Where the instructions go.
#[derive(clap::Args, Debug)]
pub struct Options {
    #[command(flatten)]
    pub places: Places,
    /// The folder for callgrind's profiles, for `callgrind_annotate`
    #[arg(long)]
    pub profiles: PathBuf,
}

/// Prints a table of all stages.
pub async fn run(options: &Options) -> Result<()> {
    fs::create_dir_all(&options.profiles)?;
    let database = seed::file(&options.places, 100).await?;
    println!("| stage | instructions | spread |\n|---|---|---|");
    for stage in Stage::ALL {
        let mut counts = Vec::new();
        for _ in 0..ROUNDS {
            counts.push(once(stage, &database, &options.profiles).await?);
        }
        counts.sort_unstable();
        let (least, most) = (counts[0], counts[ROUNDS - 1]);
        let per_mille = ((most - least) * 1000).div_ceil(least.max(1));
        let spread = format!("{}.{} %", per_mille / 10, per_mille % 10);
        println!("| {} | {} | {spread} |", stage.title(), grouped(counts[ROUNDS / 2]));
    }
    Ok(())
}

/// The instructions of one repetition.
async fn once(stage: Stage, database: &Database, profiles: &Path) -> Result<u64> {
    let [few, many] = stage.repetitions();
    let less = collected(stage, few, database, profiles).await?;
    let more = collected(stage, many, database, profiles).await?;
    Ok(more.saturating_sub(less) / u64::from(many - few))
}

/// All instructions of a run, the program's start included.
async fn collected(stage: Stage, times: u32, database: &Database, profiles: &Path) -> Result<u64> {
    let value = stage.to_possible_value().ok_or("no stage is hidden")?;
    let name = value.get_name();
    let mut said = String::new();
    for _ in 0..ATTEMPTS {
        let copy = database.copy().await?;
        let profile = profiles.join(format!("{name}-{times}.callgrind"));
        let mut valgrind = Command::new("valgrind");
        valgrind.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", profile.display()));
        valgrind.arg(env::current_exe()?).args(["stage", name, &times.to_string()]).arg(&copy.folder);
        let output = valgrind.stdin(Stdio::null()).output()?;
        said = String::from_utf8_lossy(&output.stderr).into_owned();
        let count = said.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
        if let Some(count) = count.filter(|_| output.status.success()) {
            return Ok(count);
        }
    }
    Err(format!("valgrind did not count {name}: {said}").into())
}
