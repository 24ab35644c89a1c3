//! The query parameters of a call: each is one that there is, and is given once.

use crate::api::{call::Call, error::ApiError};

/// Reads each by `set`, which returns whether there is one of this name; `names` are all that there are.
pub(super) fn read(
    call: &Call,
    names: &[&str],
    mut set: impl FnMut(&str, &str) -> Result<bool, ApiError>,
) -> Result<(), ApiError> {
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in call.query() {
        if !set(&name, &value)? {
            return Err(ApiError::BadRequest(unknown(&name, names)));
        }
        if seen.contains(&name) {
            return Err(ApiError::BadRequest(format!("{name} is given twice.")));
        }
        seen.push(name);
    }
    Ok(())
}

fn unknown(name: &str, names: &[&str]) -> String {
    let [first @ .., last] = names else { unreachable!("a call that reads parameters has some") };
    format!("{name}: there is no such parameter; {} and {last} are.", first.join(", "))
}
