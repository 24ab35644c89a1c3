//! Codes of a second factor: TOTP (RFC 6238) with SHA-1, six digits and 30 seconds, which every authenticator app knows, and
//! recovery codes.

use std::fmt;

use sha2::{Digest as _, Sha256};
use store::{random, vault::Secret};
use subtle::ConstantTimeEq as _;
use time::OffsetDateTime;
use totp_rs::{Builder, Totp};

/// The length of a step, in seconds.
const STEP: u64 = 30;
const DIGITS: usize = 6;
/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;
/// 80 random bits: too many to guess, so that a fast hash is enough.
const RECOVERY_CODE_BYTES: usize = 10;
/// The same in base32.
const RECOVERY_CODE_CHARACTERS: usize = 16;
/// Base32 is shown in groups of this many characters.
const GROUP: usize = 4;

/// A new secret of 160 bits, as RFC 4226 recommends, in base32.
pub(crate) fn new_secret() -> Secret {
    Secret::new(totp_rs::Secret::from(random::bytes::<20>()).to_base32())
}

/// The step that a code is right for: the current one, or the one before or after it, since clocks differ. The code is
/// compared with all three, each in constant time.
///
/// # Panics
/// Never: a secret that unseals is one of `new_secret`.
pub(crate) fn step_of(secret: &Secret, code: &str, now: OffsetDateTime) -> Option<i64> {
    let totp = totp(secret);
    let current = now.unix_timestamp() / STEP.cast_signed();
    let mut right = None;
    for step in current - 1..=current + 1 {
        let expected = totp.generate(step.unsigned_abs() * STEP).to_string();
        if bool::from(expected.as_bytes().ct_eq(code.as_bytes())) {
            right = Some(step);
        }
    }
    right
}

fn totp(secret: &Secret) -> Totp {
    let secret = totp_rs::Secret::try_from_base32(secret.expose()).expect("the secret is base32");
    Builder::new().with_step_duration(STEP).with_secret(secret).build().expect("the secret is long enough")
}

/// A code as it was typed: of which kind it is shows in its length. Blanks and dashes, and the case, do not matter.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum TypedCode {
    Totp(String),
    Recovery(String),
}

impl TypedCode {
    /// `None` for what cannot be a code.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let blank = |c: char| c.is_whitespace() || c == '-';
        // A little more than the longest, so that a huge text is not copied.
        let code: String = text
            .chars()
            .filter(|c| !blank(*c))
            .take(RECOVERY_CODE_CHARACTERS + 1)
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let is_digits = code.chars().all(|c| c.is_ascii_digit());
        match code.len() {
            DIGITS if is_digits => Some(Self::Totp(code)),
            RECOVERY_CODE_CHARACTERS => Some(Self::Recovery(code)),
            _ => None,
        }
    }
}

/// New recovery codes, for their owner to keep. `Debug` does not print them.
#[derive(Clone)]
pub struct RecoveryCodes(Vec<String>);

impl RecoveryCodes {
    pub(crate) fn new() -> Self {
        let code = |_| totp_rs::Secret::from(random::bytes::<RECOVERY_CODE_BYTES>()).to_base32();
        Self((0..RECOVERY_CODES).map(code).collect())
    }

    /// The codes, in groups.
    pub fn in_groups(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|code| in_groups(code, "-"))
    }

    pub(crate) fn hashes(&self, user_id: i64) -> Vec<Vec<u8>> {
        self.0.iter().map(|code| recovery_code_hash(user_id, code)).collect()
    }
}

impl fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCodes(…)")
    }
}

/// The form in which the store keeps a recovery code of this account.
pub(crate) fn recovery_code_hash(user_id: i64, code: &str) -> Vec<u8> {
    Sha256::digest(format!("recovery code {user_id} {code}")).to_vec()
}

/// Base32 in groups, as people read and type it.
pub fn in_groups(base32: &str, between: &str) -> String {
    let characters: Vec<char> = base32.chars().collect();
    let groups: Vec<String> = characters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    groups.join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238's appendix B.
    const PUBLISHED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn step(code: &str, second: i64) -> Option<i64> {
        step_of(
            &Secret::new(PUBLISHED.to_owned()),
            code,
            OffsetDateTime::from_unix_timestamp(second).unwrap(),
        )
    }

    #[test]
    fn the_published_codes_are_right_in_their_step() {
        // The last six digits of the table's eight.
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(step(code, second), Some(second / 30), "{code}");
        }
    }

    #[test]
    fn a_code_is_right_one_step_early_and_one_step_late_and_not_two() {
        let at = |steps: i64| step("005924", 1_234_567_890 + 30 * steps);
        assert_eq!([-2, -1, 0, 1, 2].map(|steps| at(steps).is_some()), [false, true, true, true, false]);
        assert_eq!(at(1), at(-1), "it is the code of one step, whenever it comes");
    }

    #[test]
    fn what_is_no_code_is_right_at_no_time() {
        for code in ["", "0", "05924", "0005924", "+05924", "00592x", "٠٠٥٩٢٤"] {
            assert_eq!(step(code, 1_234_567_890), None, "{code}");
        }
    }

    #[test]
    fn a_typed_code_is_told_by_its_length_whatever_its_blanks_and_case() {
        let totp = |code: &str| TypedCode::Totp(code.to_owned());
        let recovery = |code: &str| TypedCode::Recovery(code.to_owned());
        assert!(TypedCode::parse(" 005 924\n") == Some(totp("005924")));
        let typed = "abcd-efgh 2345-6723";
        assert!(TypedCode::parse(typed) == Some(recovery("ABCDEFGH23456723")));
        let huge = "2".repeat(1_000_000);
        for wrong in ["", "-", "00592", "0059245", "abcdef", "abcd-efgh-2345-672", &huge] {
            assert!(TypedCode::parse(wrong).is_none(), "{:?}", wrong.get(..20));
        }
    }

    #[test]
    fn secrets_and_recovery_codes_are_random_and_read_back_as_typed() {
        let (one, two) = (new_secret(), new_secret());
        assert!(one.expose() != two.expose() && one.expose().len() == 32);
        let codes = RecoveryCodes::new();
        let shown: Vec<_> = codes.in_groups().collect();
        assert_eq!(shown.len(), 10);
        for (code, shown) in codes.0.iter().zip(&shown) {
            assert!(shown.split('-').map(str::len).eq([4; 4]), "{}", shown.len());
            assert!(TypedCode::parse(&shown.to_lowercase()) == Some(TypedCode::Recovery(code.clone())));
            assert!(!format!("{codes:?}").contains(shown));
        }
        let mut different = shown.clone();
        different.sort();
        different.dedup();
        assert_eq!(different.len(), 10);
    }

    #[test]
    fn a_recovery_code_is_kept_for_one_account() {
        assert_ne!(recovery_code_hash(1, "ABCDEFGH23456723"), recovery_code_hash(2, "ABCDEFGH23456723"));
    }
}
