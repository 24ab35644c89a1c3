//! Statistics: median and extremes, percentiles.

use std::time::Duration;

use serde_json::{Value, json};

/// Median and extremes of several measurements.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    pub median: f64,
    min: f64,
    max: f64,
}

impl Spread {
    /// Needs at least one value.
    pub fn new(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        let median = if values.len().is_multiple_of(2) {
            f64::midpoint(values[middle - 1], values[middle])
        } else {
            values[middle]
        };
        Self { median, min: values[0], max: values[values.len() - 1] }
    }

    pub fn json(self) -> Value {
        json!({ "median": self.median, "min": self.min, "max": self.max })
    }

    /// The median, and the extremes where there are any.
    pub fn words(self, decimals: usize) -> String {
        let Self { median, min, max } = self;
        let range = if min < max { format!(" ({min:.decimals$}..{max:.decimals$})") } else { String::new() };
        format!("{median:.decimals$}{range}")
    }
}

/// Percentiles of waits, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    pub p50: f64,
    pub p99: f64,
}

impl Waits {
    /// `None` where there are no waits.
    pub fn new(mut waits: Vec<Duration>) -> Option<Self> {
        waits.sort_unstable();
        let at = |percent: usize| {
            let rank = (waits.len() * percent).div_ceil(100).max(1);
            waits.get(rank - 1).map(|wait| wait.as_secs_f64() * 1e3)
        };
        Some(Self { p50: at(50)?, p99: at(99)? })
    }
}

/// A number as people read it: 1,000,000.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0, 100, 10_000, 1_000_000].map(grouped), ["0", "100", "10,000", "1,000,000"]);
    }

    #[test]
    fn the_ninety_ninth_percentile_is_reached_by_all_but_one_in_a_hundred() {
        let waits = Waits::new((1..=200).rev().map(Duration::from_millis).collect()).unwrap();
        assert_eq!((waits.p50, waits.p99), (100.0, 198.0));
        let one = Waits::new(vec![Duration::from_millis(7)]).unwrap();
        assert_eq!((one.p50, one.p99), (7.0, 7.0));
        assert!(Waits::new(Vec::new()).is_none());
    }

    #[test]
    fn extremes_are_told_where_there_are_any() {
        assert_eq!(Spread::new(vec![3.0, 1.0, 2.0]).words(1), "2.0 (1.0..3.0)");
        assert_eq!(Spread::new(vec![4.0, 2.0]).words(0), "3 (2..4)");
        assert_eq!(Spread::new(vec![2.0]).words(1), "2.0");
    }
}
