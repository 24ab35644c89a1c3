//! Scripts that stand in the document itself.

/// A script without its comments and its indentation, which are a quarter of it. None of its texts goes over several lines.
pub(crate) fn lean(script: &str) -> String {
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::lean;

    #[test]
    fn a_script_is_sent_without_its_comments() {
        assert_eq!(lean("// Why.\nif (a) {\n  // This.\n  b(\"//\");\n}\n"), "if (a) {\nb(\"//\");\n}");
    }
}
