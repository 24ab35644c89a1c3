//! What a kind of measurement adds to the page, and how it is written there.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::{
    figures::{chart::Chart, machine::Machine},
    options::Kind,
    result::Result,
};

/// A table as Markdown has it.
#[derive(Debug)]
pub struct Table {
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|&text| text.to_owned()).collect(), rows: Vec::new() }
    }

    fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        format!("{}|{}\n{rows}", line(&self.head), "---|".repeat(self.head.len()))
    }
}

/// The limit of a figure.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

/// A figure with a target, or one that is worth printing beside such figures.
#[derive(Debug)]
pub struct Aim {
    pub what: String,
    pub measured: f64,
    pub unit: &'static str,
    pub bound: Option<Bound>,
}

impl Aim {
    fn is_met(&self) -> Option<bool> {
        Some(match self.bound? {
            Bound::AtMost(most) => self.measured <= most,
            Bound::AtLeast(least) => self.measured >= least,
        })
    }

    fn aim(&self) -> String {
        let words = match self.bound {
            None => return String::new(),
            Some(Bound::AtMost(most)) => format!("at most {most}"),
            Some(Bound::AtLeast(least)) => format!("at least {least}"),
        };
        let met = if self.is_met() == Some(true) { "met" } else { "**missed**" };
        format!("{words} {}: {met}", self.unit)
    }

    pub fn json(&self) -> Value {
        json!({
            "what": self.what,
            "measured": self.measured,
            "unit": self.unit,
            "aim": self.aim(),
            "met": self.is_met(),
        })
    }
}

/// All figures of one kind.
#[derive(Debug)]
pub struct Section {
    pub table: Table,
    pub aims: Vec<Aim>,
    pub chart: Chart,
}

impl Section {
    pub fn markdown(&self, kind: Kind, machine: &Machine) -> String {
        let mut page = format!("{}\n\n{}", machine.words(), self.table.markdown());
        if !self.aims.is_empty() {
            let mut aims = Table::new(&["", "measured", "aim"]);
            for aim in &self.aims {
                let measured = format!("{:.2} {}", aim.measured, aim.unit);
                aims.rows.push(vec![aim.what.clone(), measured, aim.aim()]);
            }
            let _ = write!(page, "\n{}", aims.markdown());
        }
        let _ = writeln!(page, "\n![{}]({})", self.chart.title, chart_file(kind));
        page
    }
}

/// Where a kind's chart is, seen from the page.
pub fn chart_file(kind: Kind) -> String {
    format!("benchmarks/{}.svg", kind.name())
}

/// The page with new figures of a kind in place of the old ones; what is around them is written by hand.
pub fn replace(page: &str, kind: Kind, figures: &str) -> Result<String> {
    let begin = format!("<!-- Begin {}: tools/bench writes these figures. -->\n", kind.name());
    let (before, rest) = page
        .split_once(&begin)
        .ok_or_else(|| format!("the page has no place for the figures of {}", kind.name()))?;
    let end = "<!-- End -->";
    let (_, after) = rest.split_once(end).ok_or("the page's place for the figures has no end")?;
    Ok(format!("{before}{begin}\n{figures}\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_figures_of_one_kind_replace_its_old_ones_alone() {
        let marks = |kind: &str| format!("<!-- Begin {kind}: tools/bench writes these figures. -->\n");
        let page = format!("a\n{}1\n<!-- End -->\nb\n{}2\n<!-- End -->\nc", marks("dance"), marks("list"));
        let replaced = replace(&page, Kind::List, "3").unwrap();
        let kept = format!("a\n{}1\n<!-- End -->\nb\n", marks("dance"));
        assert_eq!(replaced, format!("{kept}{}\n3\n<!-- End -->\nc", marks("list")));
        assert!(replace(&page, Kind::Feed, "3").is_err());
    }

    #[test]
    fn what_misses_its_aim_is_told() {
        let aim = |bound| Aim { what: "a".to_owned(), measured: 2.5, unit: "times", bound };
        assert_eq!(aim(Some(Bound::AtMost(3.0))).aim(), "at most 3 times: met");
        assert_eq!(aim(Some(Bound::AtMost(2.0))).aim(), "at most 2 times: **missed**");
        assert_eq!(aim(Some(Bound::AtLeast(25.0))).aim(), "at least 25 times: **missed**");
        assert_eq!(aim(None).aim(), "");
    }
}
