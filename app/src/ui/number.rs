//! Numbers as people read them.

/// A number with its digits in groups: `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups_of_three_from_the_right() {
        let words = [0, 999, 1000, 12_345, 123_456, 1_234_567].map(grouped);
        assert_eq!(words, ["0", "999", "1,000", "12,345", "123,456", "1,234,567"]);
    }
}
