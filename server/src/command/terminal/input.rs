//! Secrets and answers from stdin.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use domain::TypedSecret;

use crate::{
    command::{error::CommandError, terminal::hidden},
    secret_text::{read_bounded, without_line_break},
};

/// Everything on stdin, less one line break at its end; at a terminal, what is typed there twice.
pub(crate) fn secret_from_stdin(what: &str) -> Result<TypedSecret, CommandError> {
    if io::stdin().is_terminal() {
        return hidden::ask_twice(what);
    }
    read_bounded(io::stdin().lock())
        .map(|text| without_line_break(text).into())
        .map_err(|error| CommandError::Usage(format!("The {what} on stdin cannot be read: {error}.")))
}

/// Secrets come from stdin only: every user of the machine can read the command line.
pub(crate) fn require(given: bool, flag: &str, what: &str) -> Result<(), CommandError> {
    if given {
        return Ok(());
    }
    Err(CommandError::Usage(format!("The {what} is missing: give {flag} and write it to stdin.")))
}

/// Asks for confirmation at a terminal; without one, running the command counts as confirmation.
pub(crate) fn confirm(question: &str) -> Result<(), CommandError> {
    if !io::stdin().is_terminal() {
        return Ok(());
    }
    write!(io::stderr(), "{question} [y/N] ")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") { Ok(()) } else { Err(CommandError::NotConfirmed) }
}
