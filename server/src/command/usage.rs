//! What is said of a command line that cannot be understood.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::command::terminal::output;

/// Help and version as asked for; anything else in one sentence.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return match output::print(error.to_string().trim_end()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failed) => {
                output::complain(&failed);
                ExitCode::from(failed.exit_code())
            }
        };
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        output::complain(&error.to_string().trim_end());
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
    output::complain(&format!("{sentence}; `latchkey help` lists what there is."));
    ExitCode::from(2)
}

/// Replaces messages in which clap would repeat the argument: it may be a password in the wrong place.
pub(super) fn sentence(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else { return None };
    match error.kind() {
        ErrorKind::UnknownArgument if !argument.starts_with('-') => {
            Some("There is one word too many".to_owned())
        }
        ErrorKind::TooManyValues => Some(format!("{argument} takes no value")),
        _ => None,
    }
}
