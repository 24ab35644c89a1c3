//! Secrets and answers from stdin.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use domain::TypedSecret;

use crate::command::error::CommandError;

/// No secret or password is longer.
const MOST_BYTES: u64 = 64 * 1024;

/// Everything on stdin, less one line break at its end.
pub(crate) fn secret_from_stdin(what: &str) -> Result<TypedSecret, CommandError> {
    if io::stdin().is_terminal() {
        eprintln!("Type the {what}, then Enter and Ctrl-D:");
    }
    read_bounded(io::stdin().lock())
        .map(|text| without_line_break(text).into())
        .map_err(|error| CommandError::Usage(format!("The {what} on stdin cannot be read: {error}.")))
}

/// The whole text, up to the length limit.
pub(crate) fn read_bounded(source: impl io::Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    source.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other("it is longer than 64 KiB"));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8"))
}

fn without_line_break(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
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
    eprint!("{question} [y/N] ");
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") { Ok(()) } else { Err(CommandError::NotConfirmed) }
}

#[cfg(test)]
mod tests {
    use super::{read_bounded, without_line_break};

    #[test]
    fn one_line_break_at_the_end_is_dropped_and_no_more() {
        let dropped =
            ["a", "a\n", "a\r\n", "a\n\n", "a\r", "\n"].map(|text| without_line_break(text.to_owned()));
        assert_eq!(dropped, ["a", "a", "a", "a\n", "a\r", ""]);
    }

    #[test]
    fn what_is_too_long_or_no_text_is_refused_and_not_cut() {
        assert_eq!(read_bounded(&b"secret\n"[..]).unwrap(), "secret\n");
        assert_eq!(read_bounded(&*vec![b'a'; 65536]).unwrap().len(), 65536);
        assert!(read_bounded(&*vec![b'a'; 65537]).is_err());
        assert!(read_bounded(&[0xff][..]).is_err());
    }
}
