//! The one source of randomness: the operating system's.

/// Fills an array with unpredictable bytes.
///
/// # Panics
/// When the operating system has no randomness: no secret can be made then, so the process must not go on.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
