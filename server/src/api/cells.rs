//! CSV (RFC 4180), for spreadsheets: cells that one of them would run as a formula are defused.

use std::{borrow::Cow, io};

use csv::{Terminator, WriterBuilder};

/// Lines of cells.
pub(super) fn written<const N: usize>(
    lines: impl IntoIterator<Item = [Cow<'static, str>; N]>,
) -> io::Result<Vec<u8>> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    for line in lines {
        writer.write_record(line.iter().map(|cell| cell.as_bytes()))?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// A cell that a spreadsheet shows as a text: an apostrophe stands before what it would take for a formula, also behind blanks,
/// which some of them skip, and in the wide forms of East Asian keyboards.
pub(super) fn defused(cell: String) -> Cow<'static, str> {
    let begins_formula = |c| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
    let is_formula = cell.starts_with(['\t', '\r', '\n']) || cell.trim_start().starts_with(begins_formula);
    if is_formula { format!("'{cell}").into() } else { cell.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_defused_and_nothing_else_is_changed() {
        assert_eq!(defused("\u{a0}=1".to_owned()), "'\u{a0}=1");
        assert_eq!(defused("\t1".to_owned()), "'\t1");
        for harmless in ["a=1", "1-1", "ada@example.com", "", "'=1"] {
            assert_eq!(defused(harmless.to_owned()), harmless);
        }
    }
}
