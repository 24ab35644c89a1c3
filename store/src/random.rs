//! The one source of randomness: the operating system's.

/// Fills an array with bytes nobody can guess.
///
/// # Panics
/// When the operating system has no randomness to give: no secret can be made then, so nothing may go on.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
