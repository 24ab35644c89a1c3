//! Holds the manual of attacks to the truth: the tests that it names exist, and no section lacks a part.

mod named;

use std::fs;

use named::is_test;

/// The chapters of `src/manual/`, with their text as rustdoc shows it.
fn chapters() -> Vec<(String, String)> {
    let folder = named::path("oauth/src/manual");
    let mut chapters: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let source = fs::read_to_string(&path).unwrap();
            let lines: Vec<_> = source
                .lines()
                .map(|line| {
                    let text =
                        line.strip_prefix("//!").unwrap_or_else(|| panic!("{}: {line}", path.display()));
                    text.strip_prefix(' ').unwrap_or(text)
                })
                .collect();
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), lines.join("\n"))
        })
        .collect();
    chapters.sort();
    chapters
}

/// The sections of all chapters: title and text.
fn sections() -> Vec<(String, String)> {
    let split = |(name, text): (String, String)| {
        let sections = text.split("\n## ").skip(1).map(|section| {
            let (title, text) = section.split_once('\n').expect("a section has text");
            (format!("{name}: {title}"), text.to_owned())
        });
        sections.collect::<Vec<_>>()
    };
    chapters().into_iter().flat_map(split).collect()
}

/// File and function of each test that a section names.
fn tests(text: &str) -> Vec<(&str, &str)> {
    let listed = text.split_once("**Tests**\n").map(|(_, listed)| listed).unwrap_or_default();
    let lines = listed.lines().take_while(|line| line.starts_with("- "));
    lines
        .map(|line| {
            let parts: Vec<_> = line.split('`').collect();
            let ["- ", file, ": ", function, ""] = parts[..] else {
                panic!("not of the form - `file`: `function`: {line}")
            };
            (file, function)
        })
        .collect()
}

#[test]
fn every_test_that_the_manual_names_exists() {
    let mut named = 0;
    for (title, text) in sections() {
        for (file, function) in tests(&text) {
            named += 1;
            assert!(
                is_test(file, function),
                "The manual of attacks ({title}) names {function} in {file}, where there is no such test. Name the \
                 test that shows the defence now, or say under Open that none does."
            );
        }
    }
    assert!(named > 100, "the manual is read: {named}");
}

#[test]
fn every_section_says_what_stops_the_attack_where_it_is_specified_and_what_shows_it() {
    let sections = sections();
    assert!(sections.len() > 30, "{}", sections.len());
    for (title, text) in sections {
        let attack = text.split("**Defence**").next().unwrap().replace('\n', " ");
        let named = ["RFC 5849 §", "RFC 9700 §"].iter().any(|rfc| attack.contains(rfc));
        assert!(named, "{title} names no section of an RFC");
        assert!(text.contains("**Defence**: "), "{title} names no defence");
        assert!(
            !tests(&text).is_empty() || text.contains("**Open**: "),
            "{title} has no test and says not why"
        );
    }
}

#[test]
fn every_chapter_is_in_the_table_of_contents() {
    let contents = include_str!("../src/manual.rs");
    for (name, _) in chapters() {
        assert!(contents.contains(&format!("//! | [`{name}`] |")), "{name}");
        assert!(contents.contains(&format!("pub mod {name};")), "{name}");
    }
}
