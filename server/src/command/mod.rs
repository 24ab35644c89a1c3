//! The commands: what they take, and one place that turns what became of them into words and an exit code.

mod backup;
mod check;
mod consumer;
mod desk;
mod error;
mod health;
mod key_file;
mod prune;
mod restore;
mod terminal;
mod usage;
mod user;
mod vault;

use std::{env, io, process::ExitCode};

use clap::{Parser, Subcommand};
use service::ServiceError;
use store::Opened;
use tokio::runtime::Runtime;

use crate::{
    command::{desk::Desk, error::CommandError, terminal::output, usage::usage},
    serve::{serve, signals},
    settings::{Flags, Settings},
    telemetry,
};

/// Control over who may sign in through what: OAuth consumer keys, and the provider that enforces them.
#[derive(Parser, Debug)]
#[command(name = "latchkey", version)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
    /// One JSON object or array on stdout, for machines
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Serve the page, until SIGTERM or SIGINT
    Serve,
    /// Manage accounts
    #[command(subcommand)]
    User(user::UserCommand),
    /// Manage consumer keys
    #[command(subcommand)]
    Consumer(consumer::ConsumerCommand),
    /// Make or migrate the database
    Migrate,
    /// Copy the database into a new file while it is in use
    Backup(backup::BackupCommand),
    /// Put a backup in the place of the database, which is kept; only while nothing serves
    Restore(restore::RestoreCommand),
    /// Delete old activity, and the tokens and sessions that ended before it
    Prune(prune::PruneCommand),
    /// Manage the key that secrets are encrypted with
    #[command(subcommand)]
    Vault(vault::VaultCommand),
    /// Ask whether a running server is ready: exit code 0, or 1
    Health(health::HealthCommand),
    /// Say whether settings, database, vault key and clock are right, and what to do if not
    Check,
}

impl Command {
    /// Whether it makes data folder, database and vault key where there are none.
    fn may_make(&self) -> bool {
        match self {
            Self::Serve | Self::Migrate => true,
            Self::User(command) => command.may_make(),
            Self::Consumer(_)
            | Self::Backup(_)
            | Self::Restore(_)
            | Self::Prune(_)
            | Self::Vault(_)
            | Self::Health(_)
            | Self::Check => false,
        }
    }
}

/// Runs the command that the process was started with.
pub(crate) fn main() -> ExitCode {
    let runtime = Runtime::new().expect("the operating system gives threads");
    let code = run_on(&runtime);
    // Dropped, it would wait for a name that is still being looked up, which takes as long as the resolver likes and cannot be
    // cancelled. Whatever else matters has been waited for.
    runtime.shutdown_background();
    code
}

fn run_on(runtime: &Runtime) -> ExitCode {
    if let Err(error) = survive_signals(runtime) {
        output::complain(&format!("Signals cannot be caught: {error}."));
        return ExitCode::from(1);
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(CommandError::Service(ServiceError::Invalid(errors))) => {
            for error in errors {
                output::complain(&format!("{}: {}", error.field, error.detail));
            }
            ExitCode::from(1)
        }
        Err(error) => {
            output::complain(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

/// Catches what would end the process, before anything else is done: SIGHUP may come as soon as a server is started. Commands
/// end with their terminal.
fn survive_signals(runtime: &Runtime) -> io::Result<()> {
    let _context = runtime.enter();
    signals::survive_long_files()?;
    // The command line is not parsed yet; a name that reads so does no harm.
    if env::args_os().any(|argument| argument == "serve") {
        drop(signals::catch()?);
    }
    Ok(())
}

async fn run(cli: Cli) -> Result<(), CommandError> {
    let settings = Settings::read(&cli.flags)?;
    if let Command::Serve = cli.command {
        let lost = telemetry::init(&settings);
        return Ok(serve(settings, lost).await?);
    }
    telemetry::init_for_commands();
    match &cli.command {
        Command::Check => return check::check(&settings, cli.json).await,
        Command::Health(command) => return command.run(&settings, cli.json).await,
        Command::Backup(command) => return command.run(&settings, cli.json).await,
        Command::Restore(command) => return command.run(&settings, cli.json).await,
        Command::User(command) => command.check_usage()?,
        Command::Consumer(command) => command.check_usage()?,
        Command::Serve | Command::Migrate | Command::Prune(_) | Command::Vault(_) => {}
    }
    let password =
        if let Command::User(command) = &cli.command { command.check_first(&settings)? } else { None };
    let desk = if cli.command.may_make() {
        Desk::make(&settings, cli.json).await?
    } else {
        Desk::open(&settings, cli.json).await?
    };
    let done = match cli.command {
        Command::User(command) => command.run(&desk, password).await,
        Command::Consumer(command) => command.run(&desk).await,
        Command::Prune(command) => command.run(&desk).await,
        Command::Vault(command) => command.run(&desk, &settings.vault_key_file).await,
        Command::Serve
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::Health(_)
        | Command::Check
        | Command::Migrate => migrated(&desk, &settings),
    };
    desk.close().await;
    done
}

/// Tells what opening the database has done to it.
fn migrated(desk: &Desk, settings: &Settings) -> Result<(), CommandError> {
    let database = settings.database_url.to_string();
    let opened @ Opened { made, migrated } = desk.opened();
    let value = serde_json::json!({ "database": database, "made": made, "migrated": migrated });
    desk.report(&value, || format!("{database} {}.", what_was_done(opened)))
}

fn what_was_done(Opened { made, migrated }: Opened) -> String {
    match (made, migrated) {
        (true, _) => "is made".to_owned(),
        (false, 0) => "was up to date".to_owned(),
        (false, 1) => "is brought up to date: 1 migration was applied".to_owned(),
        (false, count) => format!("is brought up to date: {count} migrations were applied"),
    }
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;

    use super::{usage::sentence, *};

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn settings_and_json_stand_before_or_after_the_command() {
        for line in ["latchkey --json --realm Plant user list", "latchkey user list --realm Plant --json"] {
            let cli = parse(line).unwrap();
            assert!(cli.json && format!("{:?}", cli.flags).contains("Plant"), "{line}");
        }
    }

    #[test]
    fn what_may_be_a_secret_in_the_wrong_place_is_not_repeated() {
        for line in [
            "latchkey user add ada hunter2 --password-stdin",
            "latchkey user add ada --password-stdin=hunter2",
            "latchkey consumer register sync --secret-stdin hunter2",
        ] {
            let told = sentence(&parse(line).unwrap_err()).unwrap();
            assert!(!told.contains("hunter2"), "{told}");
        }
    }

    #[test]
    fn a_secret_is_never_an_argument() {
        for line in ["latchkey user add ada", "latchkey user passwd ada", "latchkey consumer register sync"] {
            let refused = match parse(line).unwrap().command {
                Command::User(command) => command.check_usage(),
                Command::Consumer(command) => command.check_usage(),
                other => panic!("{other:?}"),
            };
            assert_eq!(refused.unwrap_err().exit_code(), 2, "{line}");
        }
    }

    #[test]
    fn migrate_says_what_it_did() {
        for (made, migrated, told) in [
            (true, 11, "is made"),
            (false, 0, "was up to date"),
            (false, 1, "is brought up to date: 1 migration was applied"),
            (false, 2, "is brought up to date: 2 migrations were applied"),
        ] {
            assert_eq!(what_was_done(Opened { made, migrated }), told);
        }
    }

    #[test]
    fn a_key_that_is_none_is_wrong_usage() {
        assert_eq!(parse("latchkey consumer show a/b").unwrap_err().kind(), ErrorKind::ValueValidation);
    }
}
