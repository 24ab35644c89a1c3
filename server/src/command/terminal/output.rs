//! What commands print.

use std::{
    fmt,
    io::{self, Write as _},
};

use crate::{command::error::CommandError, stdout};

/// A value as one line of JSON; none of ours fails to serialize.
pub(crate) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("domain types are plain data")
}

/// Prints a text and a line break. A reader that has gone (`| head`) is not an error.
pub(crate) fn print(text: &str) -> Result<(), CommandError> {
    match write(text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Prints what a reader must have: its going away is an error, too.
pub(crate) fn write(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{text}")?;
    stdout.flush()
}

/// Refuses a command that changes something and has a result to hand over, but nobody to hand it to.
pub(crate) fn require(result: &'static str) -> Result<(), CommandError> {
    if stdout::is_closed() { Err(CommandError::NobodyListens(result)) } else { Ok(()) }
}

/// Prints to standard error. There is nobody left to tell where that cannot be written.
pub(crate) fn complain(text: &dyn fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Rows under headings, in columns as wide as their widest cell.
pub(crate) fn columns<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    let width = |at: usize| {
        let cells = rows.iter().map(|row| row[at].chars().count());
        cells.chain([headings[at].len()]).max().unwrap_or_default()
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |cells: [&str; N]| {
        let cells: Vec<String> =
            cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    let rows = rows.iter().map(|row| line(std::array::from_fn(|at| &*row[at])));
    [line(headings)].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a".to_owned(), "x".to_owned()], ["änder".to_owned(), String::new()]];
        assert_eq!(columns(["N", "STATUS"], &rows), "N      STATUS\na      x\nänder");
    }
}
