//! What every step of a run returns: a failure ends the run with one sentence.

use std::error::Error;

pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;
