//! Whether a new password is good enough: long enough for what its account may do, and hard to guess. Asked where a password
//! is set. At a sign-in its length alone counts: an administrator with a short one has to set another first.

use std::cmp::Reverse;

use domain::{FieldError, Password, error::FieldErrors};
use zxcvbn::{Score, feedback::Feedback, zxcvbn};

/// The least length for an account with *Configure Server*; others need what `Password::parse` asks for.
const LEAST_FOR_ADMINISTRATORS: usize = 12;
/// At least 10^8 guesses, by an attacker who knows common passwords, words, names, dates and keyboard patterns.
const LEAST_SCORE: Score = Score::Three;
/// Letters and digits that a password needs beside words that are in sight: as many as any password.
const LEAST_BESIDE: usize = 8;
/// Words that everybody sees here, and that guesses begin with.
const IN_SIGHT: [&str; 8] =
    ["latchkey", "oauth", "consumer", "consumers", "configure", "server", "administrator", "sign-in"];

/// Why a new password is not accepted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WeakPassword {
    /// Not what any password has to be.
    #[error("{0}")]
    Text(String),
    #[error(
        "The password needs at least {LEAST_FOR_ADMINISTRATORS} characters, since this account may administer Latchkey; others need at least 8."
    )]
    TooShortForAdministrator,
    /// With what is said of its weakness.
    #[error(
        "This password is easy to guess{0} Choose another one: four or more words that do not belong together are good."
    )]
    Guessable(String),
}

/// Checks a new password for an account and its repetition, as forms have both; the error lists what is wrong with each.
pub(crate) fn check_twice(
    password: &str,
    again: &str,
    in_sight: &[&str],
    configure_server: bool,
) -> Result<Password, Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    let checked = errors.take("password", check(password, in_sight, configure_server));
    let repeated = Password::check_repeated(password, again);
    match (checked, repeated) {
        (Some(password), Ok(())) => Ok(password),
        (_, repeated) => {
            let mut errors = errors.into_vec();
            errors.extend(repeated.err());
            Err(errors)
        }
    }
}

/// Checks a new password for an account; its names, and the address of this server, are in sight.
pub(crate) fn check(
    password: &str,
    in_sight: &[&str],
    configure_server: bool,
) -> Result<Password, WeakPassword> {
    if configure_server && !password.is_empty() && is_short_for_administrators(password) {
        return Err(WeakPassword::TooShortForAdministrator);
    }
    let parsed = Password::parse(password).map_err(|error| WeakPassword::Text(error.to_string()))?;
    let known = known(in_sight);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    if is_in_sight(&password.to_lowercase(), &known) {
        return Err(WeakPassword::Guessable(
            ": it is hardly more than words that everybody sees here.".to_owned(),
        ));
    }
    // It looks at 100 characters at most, so that a long password does not take long.
    let guesses = zxcvbn(password, &known);
    if guesses.score() >= LEAST_SCORE {
        return Ok(parsed);
    }
    let warning = guesses.feedback().and_then(Feedback::warning);
    Err(WeakPassword::Guessable(warning.map_or_else(|| ".".to_owned(), |warning| format!(". {warning}"))))
}

/// Whether a password is shorter than that of an account with *Configure Server* has to be.
pub(crate) fn is_short_for_administrators(password: &str) -> bool {
    password.chars().count() < LEAST_FOR_ADMINISTRATORS
}

/// What everybody sees here, and these names with their parts; all of it backwards, too.
fn known(in_sight: &[&str]) -> Vec<String> {
    let names: Vec<String> = in_sight.iter().map(|name| name.to_lowercase()).collect();
    let parts = names.iter().flat_map(|name| name.split(|c: char| !c.is_alphanumeric()));
    let parts = parts.filter(|part| part.chars().count() > 2);
    let words = IN_SIGHT.into_iter().chain(names.iter().map(String::as_str)).chain(parts);
    words.flat_map(|word| [word.to_owned(), word.chars().rev().collect()]).collect()
}

/// Whether a password has too little beside these words.
fn is_in_sight(password: &str, known: &[&str]) -> bool {
    let mut known: Vec<&str> = known.iter().copied().filter(|word| !word.is_empty()).collect();
    // The longest first: a shorter one may be a part of it.
    known.sort_by_key(|word| Reverse(word.len()));
    let rest = known.into_iter().fold(password.to_owned(), |rest, word| rest.replace(word, ""));
    rest.len() < password.len() && rest.chars().filter(|c| c.is_alphanumeric()).count() < LEAST_BESIDE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(password: &str, username: &str, configure_server: bool) -> String {
        check(password, &[username], configure_server).unwrap_err().to_string()
    }

    #[test]
    fn common_passwords_and_what_is_in_sight_are_refused() {
        for weak in [
            "password",
            "12345678",
            "123456789012",
            "Password1234",
            "qwertyuiop12",
            "aaaaaaaaaaaaaaaa",
            "ada.lovelace",
            "adalovelace1",
            "!!! Ada 123 !!!",
            "latchkey latchkey",
            "Latchkey2026",
            "latchkey2026ada.lovelace",
            "administrator1",
        ] {
            let refused = check(weak, &["ada.lovelace"], false);
            assert!(matches!(refused, Err(WeakPassword::Guessable(_))), "{weak}: {refused:?}");
        }
    }

    #[test]
    fn the_name_that_is_shown_and_the_address_are_in_sight_also_backwards_and_repeated() {
        for (weak, in_sight) in [
            ("Maximilian Mustermann", ["max2", "Maximilian Mustermann", "keys.example"]),
            ("MustermannMaximilian1", ["max", "Maximilian Mustermann", "keys.example"]),
            ("Zoë Ångström 2026", ["zoe", "Zoë Ångström", "keys.example"]),
            ("127.0.0.1:4600", ["ada", "ada", "127.0.0.1:4600"]),
            ("latchkey.example.com", ["ada", "ada", "latchkey.example.com"]),
            ("knarf-knarf1", ["frank", "frank", "keys.example"]),
            ("frankfrankfrank", ["frank", "frank", "keys.example"]),
            ("nnamretsuM nailimixaM", ["max2", "Maximilian Mustermann", "keys.example"]),
        ] {
            let refused = check(weak, &in_sight, true);
            assert!(matches!(refused, Err(WeakPassword::Guessable(_))), "{weak}: {refused:?}");
        }
    }

    #[test]
    fn words_that_do_not_belong_together_are_accepted_and_may_be_long() {
        for good in ["correct horse battery", "quiet otter 7 lamps", &"quiet otter 7 lamps ".repeat(12)] {
            for configure_server in [false, true] {
                let in_sight = ["ada", "Ada Lovelace", "127.0.0.1:3000"];
                assert!(check(good, &in_sight, configure_server).is_ok(), "{good}");
            }
        }
        assert!(check(&"x".repeat(257), &["ada"], false).is_err());
    }

    #[test]
    fn an_administrator_needs_twelve_characters_and_anybody_else_eight() {
        assert!(check("xK4;vq!9zW", &["ada"], false).is_ok());
        for short in ["xK4;vq!9zW", "xK4;vq!9zW2", "x"] {
            let words = refusal(short, "ada", true);
            assert!(words.contains("at least 12 characters"), "{words}");
        }
        assert!(check("xK4;vq!9zW2#", &["ada"], true).is_ok());
        assert!(refusal("xK4;vq!", "ada", false).contains("at least 8"));
        assert_eq!(refusal("", "ada", true), "Enter a password.");
    }

    #[test]
    fn a_wrong_password_and_a_repetition_that_differs_are_told_at_once() {
        let fields = |password, again| -> Vec<String> {
            let refused = check_twice(password, again, &["ada"], true).unwrap_err();
            refused.into_iter().map(|error| error.field).collect()
        };
        assert_eq!(fields("short", "other"), ["password", "password_again"]);
        assert_eq!(fields("short", "short"), ["password"]);
        assert_eq!(fields("quiet otter 7 lamps", "other"), ["password_again"]);
        assert!(check_twice("quiet otter 7 lamps", "quiet otter 7 lamps", &["ada"], true).is_ok());
    }

    #[test]
    fn a_refusal_says_why_and_what_to_do_and_does_not_repeat_the_password() {
        let words = refusal("12345678", "ada", false);
        assert!(words.contains("easy to guess. ") && words.contains("Choose another one"), "{words}");
        assert!(!words.contains("12345678"), "{words}");
    }
}
