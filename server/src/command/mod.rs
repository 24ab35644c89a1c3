//! The commands: what they take, and one place that turns what became of them into words and an exit code.

mod backup;
mod check;
mod consumer;
mod input;
mod output;
mod user;
mod vault;

use std::{fs, io, os::unix::fs::DirBuilderExt as _, path::Path, process::ExitCode, sync::Arc};

use clap::{
    Parser, Subcommand,
    error::{ContextKind, ContextValue, ErrorKind},
};
use service::{Admin, Clock, Rules, Service, ServiceError};
use store::{Store, StoreError};

use crate::{
    serve::{ServeError, serve},
    settings::{Flags, Settings, SettingsError},
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
    /// Manage the key that secrets are encrypted with
    #[command(subcommand)]
    Vault(vault::VaultCommand),
    /// Say whether settings, database, vault key and clock are right, and what to do if not
    Check,
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(
        "The data folder {path} cannot be made: {source}. Make it yourself, or name another one with LATCHKEY_DATA_DIR."
    )]
    DataDir { path: String, source: io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error("Nothing was changed: the question was not answered with yes.")]
    NotConfirmed,
    #[error(
        "The database is in PostgreSQL, whose own program copies it: `{command}`. Only the vault key {vault_key_file}, as it is now, opens the secrets in it: keep a copy of that file too, in another place."
    )]
    PgDump { command: String, vault_key_file: String },
    #[error("Not everything is right; see above.")]
    CheckFailed,
    #[error("The output cannot be written: {0}.")]
    Output(#[from] io::Error),
}

impl CommandError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Settings(_) | Self::Usage(_) | Self::DataDir { .. } => 2,
            Self::Serve(error) => error.exit_code(),
            Self::Store(_)
            | Self::Service(_)
            | Self::NotConfirmed
            | Self::PgDump { .. }
            | Self::CheckFailed
            | Self::Output(_) => 1,
        }
    }
}

/// Runs the command that the process was started with.
pub(crate) fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let runtime = tokio::runtime::Runtime::new().expect("the operating system gives threads");
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(CommandError::Service(ServiceError::Invalid(errors))) => {
            for error in errors {
                eprintln!("{}: {}", error.field, error.detail);
            }
            ExitCode::from(1)
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// Help and version as asked for; anything else in one sentence.
fn usage(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // A closed pipe is the reader's choice.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = error.print();
        return ExitCode::from(2);
    }
    let text = error.to_string();
    let words: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .filter(|line| !line.is_empty() && !line.starts_with("tip:"))
        .collect();
    let sentence = sentence(error).unwrap_or_else(|| words.join(" "));
    let mut sentence = sentence.trim_start_matches("error: ").trim_end_matches('.').to_owned();
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    eprintln!("{sentence}; `latchkey help` lists what there is.");
    ExitCode::from(2)
}

/// Words for what clap would repeat: somebody may have put a password where none belongs.
fn sentence(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else { return None };
    match error.kind() {
        ErrorKind::UnknownArgument if !argument.starts_with('-') => {
            Some("There is one word too many".to_owned())
        }
        ErrorKind::TooManyValues => Some(format!("{argument} takes no value")),
        _ => None,
    }
}

async fn run(cli: Cli) -> Result<(), CommandError> {
    let settings = Settings::read(&cli.flags)?;
    if let Command::Serve = cli.command {
        telemetry::init(&settings);
        return Ok(serve(settings).await?);
    }
    telemetry::init_for_commands();
    match &cli.command {
        Command::Check => return check::check(&settings, cli.json).await,
        Command::Backup(command) => return command.run(&settings, cli.json).await,
        Command::User(command) => command.check_usage()?,
        Command::Consumer(command) => command.check_usage()?,
        Command::Serve | Command::Migrate | Command::Vault(_) => {}
    }
    let is_new = settings.database.file().is_some_and(|file| !file.exists());
    let desk = Desk::open(&settings, cli.json).await?;
    let done = match cli.command {
        Command::User(command) => command.run(&desk).await,
        Command::Consumer(command) => command.run(&desk).await,
        Command::Vault(command) => command.run(&desk, &settings.vault_key_file).await,
        Command::Serve | Command::Backup(_) | Command::Check | Command::Migrate => {
            migrated(&desk, &settings, is_new)
        }
    };
    desk.close().await;
    done
}

/// Tells what opening the database has done to it.
fn migrated(desk: &Desk, settings: &Settings, made: bool) -> Result<(), CommandError> {
    let database = settings.database.to_string();
    let what = if made { "is made" } else { "is up to date" };
    desk.print(&serde_json::json!({ "database": database, "made": made }), || format!("{database} {what}."))
}

/// Makes the data folder, for its owner alone, where there is none.
pub(crate) fn make_data_dir(path: &Path) -> io::Result<()> {
    if path.is_dir() { Ok(()) } else { fs::DirBuilder::new().recursive(true).mode(0o700).create(path) }
}

/// What every command works with.
struct Desk {
    store: Arc<Store>,
    service: Service,
    admin: Admin,
    json: bool,
}

impl Desk {
    async fn open(settings: &Settings, json: bool) -> Result<Self, CommandError> {
        let path = &settings.data_dir;
        make_data_dir(path)
            .map_err(|source| CommandError::DataDir { path: path.display().to_string(), source })?;
        let store = Store::open(&settings.database, &settings.vault_key_file).await?;
        let store = Arc::new(store);
        let service = Service::new(store.clone(), Clock::System, Rules::default());
        Ok(Self { store, service, admin: Admin::at_the_command_line(), json })
    }

    /// Closes the database, so that it is one file again. What was done stays done if that fails.
    async fn close(self) {
        drop(self.service);
        if let Some(store) = Arc::into_inner(self.store)
            && let Err(error) = store.close().await
        {
            tracing::warn!(%error, "the database was not closed in good order");
        }
    }

    /// Prints a result: as JSON for machines, else in words for people.
    fn print(
        &self,
        value: &impl serde::Serialize,
        words: impl FnOnce() -> String,
    ) -> Result<(), CommandError> {
        let text = if self.json { output::json(value) } else { words() };
        output::print(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_key_that_is_none_is_wrong_usage() {
        assert_eq!(parse("latchkey consumer show 1").unwrap_err().kind(), ErrorKind::ValueValidation);
    }
}
