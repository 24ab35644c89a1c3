//! Holds the threat model to the truth: the tests and files that it names exist, each threat has a test or is called a gap,
//! each gap is listed with what to do about it, and no requirement is left out.

mod named;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use named::is_test;

const MODEL: &str = "SECURITY.md";
const RFC_5849: &str = "docs/security/rfc5849.md";
const ASVS: &str = "docs/security/asvs.md";
const DOCUMENTS: [&str; 4] = [MODEL, RFC_5849, ASVS, "docs/security/inventory.md"];

/// Subsections of section 4 of RFC 5849.
const CONSIDERATIONS: u32 = 15;

/// Requirements of the levels 1 and 2 in each section of each chapter of ASVS 5.0.0. They come first in their sections.
const REQUIREMENTS: [&[u32]; 16] = [
    &[2, 9, 11, 3, 2],
    &[3, 3, 4, 1],
    &[0, 2, 4, 6, 5, 0, 2],
    &[3, 1, 2, 4],
    &[1, 3, 2, 3],
    &[3, 12, 4, 4, 5, 3, 0, 4],
    &[3, 4, 2, 5, 2, 2],
    &[2, 3, 1, 1],
    &[3, 4],
    &[2, 2, 4, 11, 5, 2, 3],
    &[2, 3, 3, 4, 1, 1],
    &[3, 2, 4],
    &[1, 5, 2, 5],
    &[2, 4, 3],
    &[3, 3, 7, 0],
    &[1, 5, 4, 3, 3],
];

const GAP: &str = "**gap** (";

fn read(document: &str) -> String {
    fs::read_to_string(named::path(document)).unwrap_or_else(|error| panic!("{document}: {error}"))
}

/// Every line of every document, with the document's name.
fn lines() -> Vec<(&'static str, String)> {
    let lines = |document| read(document).lines().map(|line| (document, line.to_owned())).collect::<Vec<_>>();
    DOCUMENTS.into_iter().flat_map(lines).collect()
}

/// The texts between backticks, each with what stands between it and the next one.
fn spans(line: &str) -> Vec<(&str, &str)> {
    let parts: Vec<_> = line.split('`').collect();
    parts[1..].chunks(2).map(|pair| (pair[0], pair.get(1).copied().unwrap_or_default())).collect()
}

/// File and name of each test in a line: a file, a colon, and names with commas between.
fn tests(line: &str) -> Vec<(&str, &str)> {
    let mut file = None;
    let mut tests = Vec::new();
    for pair in spans(line).windows(2) {
        file = match pair[0].1 {
            ": " => Some(pair[0].0),
            ", " => file,
            _ => None,
        };
        tests.extend(file.map(|file| (file, pair[1].0)));
    }
    tests
}

/// The files that a line of a document links to.
fn links<'a>(document: &str, line: &'a str) -> Vec<(PathBuf, &'a str)> {
    let folder = Path::new(document).parent().expect("a file is in a folder");
    let targets = line.split("](").skip(1).filter_map(|after| after.split_once(')'));
    let files = targets.map(|(target, _)| target.split('#').next().unwrap_or_default());
    let ours = files.filter(|file| !file.is_empty() && !file.starts_with("https://"));
    ours.map(|file| (folder.join(file), file)).collect()
}

/// The gaps that a line names.
fn gaps(line: &str) -> Vec<&str> {
    line.split(GAP).skip(1).map(|after| after.split_once(')').expect("a gap's name has an end").0).collect()
}

/// The cells of a table's row; `None` for other lines, heads and separators.
fn cells(line: &str) -> Option<Vec<&str>> {
    let row = line.strip_prefix("| ")?.strip_suffix(" |")?;
    Some(row.split(" | ").collect())
}

/// The rows of the tables with this head, in order.
fn rows(text: &str, head: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        if line == head {
            is_inside = true;
        } else if !line.starts_with('|') {
            is_inside = false;
        } else if is_inside && let Some(cells) = cells(line) {
            rows.push(cells.into_iter().map(str::to_owned).collect());
        }
    }
    rows
}

#[test]
fn every_test_that_the_threat_model_names_exists() {
    let mut named = 0;
    for (document, line) in lines() {
        for (file, name) in tests(&line) {
            named += 1;
            assert!(
                is_test(file, name),
                "{document} names {name} in {file}, where there is no such test. Name the test that shows it now, or \
                 call it a gap."
            );
        }
    }
    assert!(named > 200, "the documents are read: {named}");
}

#[test]
fn every_file_that_the_threat_model_names_exists() {
    let mut named = 0;
    for (document, line) in lines() {
        for (span, _) in spans(&line) {
            let is_file = span.contains('/') && [".rs", ".ts", ".md"].iter().any(|end| span.ends_with(end));
            if is_file || span.starts_with("tools/") {
                named += 1;
                assert!(named::path(span).exists(), "{document} names {span}, which does not exist");
            }
        }
        for (file, link) in links(document, &line) {
            assert!(named::path(file).exists(), "{document} links to {link}, which does not exist");
        }
    }
    assert!(named > 200, "the documents are read: {named}");
}

#[test]
fn every_threat_has_a_test_or_is_called_a_gap() {
    let threats = rows(&read(MODEL), "| what they could do | what stops them | test |");
    assert!(threats.len() > 50, "{}", threats.len());
    for threat in threats {
        let [what, stops, test] = &threat[..] else { panic!("not three cells: {threat:?}") };
        assert!(!tests(test).is_empty() || test.contains(GAP), "{what}: neither a test nor a gap");
        assert!(stops != "–" || test.contains(GAP), "{what}: nothing stops it, and it is not called a gap");
    }
}

#[test]
fn every_gap_is_listed_once_with_what_to_do() {
    let model = read(MODEL);
    let (_, list) = model.split_once("\n## Gaps\n").expect("the model ends with its gaps");
    let listed: Vec<_> = list
        .lines()
        .filter_map(|line| line.strip_prefix("- **")?.split_once("**: "))
        .map(|(name, what_to_do)| {
            assert!(what_to_do.contains(". "), "{name}: what is open, and what to do");
            name.to_owned()
        })
        .collect();
    let once: BTreeSet<_> = listed.iter().cloned().collect();
    assert_eq!(once.len(), listed.len(), "{listed:?}");
    let named: BTreeSet<_> = lines().iter().flat_map(|(_, line)| gaps(line)).map(str::to_owned).collect();
    assert_eq!(named, once, "left: named; right: listed");
}

#[test]
fn every_consideration_of_rfc_5849_has_a_section_with_tests() {
    let text = read(RFC_5849);
    let sections: Vec<_> = text.split("\n## ").skip(1).collect();
    let numbers: Vec<_> = sections.iter().map(|section| section.split_once(' ').unwrap().0).collect();
    let expected: Vec<_> = (1..=CONSIDERATIONS).map(|number| format!("4.{number}")).collect();
    assert_eq!(numbers, expected);
    for section in sections {
        assert!(section.lines().any(|line| !tests(line).is_empty()), "no test: {section}");
    }
}

#[test]
fn every_requirement_of_asvs_is_in_its_place_with_a_verdict() {
    let rows = rows(&read(ASVS), "| requirement | about | verdict | where, test or reason |");
    let numbers: Vec<_> = rows.iter().map(|row| row[0].as_str()).collect();
    let mut expected = Vec::new();
    for (chapter, sections) in (1..).zip(REQUIREMENTS) {
        for (section, requirements) in (1..).zip(sections) {
            expected.extend((1..=*requirements).map(|number| format!("v5.0.0-{chapter}.{section}.{number}")));
        }
    }
    assert_eq!(numbers, expected);
    for row in &rows {
        let [number, _, verdict, reason] = &row[..] else { panic!("not four cells: {row:?}") };
        let is_explained = match verdict.as_str() {
            "met" | "not applicable" => !reason.is_empty(),
            "partly" | "not met" => reason.contains(GAP),
            _ => panic!("{number}: {verdict} is not a verdict"),
        };
        assert!(is_explained, "{number} is {verdict}: say why, or name the gap");
    }
}
