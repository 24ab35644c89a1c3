//! Faults at length, against the real program: short by default, in full with `LATCHKEY_FAULTS=full` (`make faults`).

use crate::support;

mod activity;
mod away;
mod clock;
pub mod database;
mod deleted_database;
mod disapprovals;
mod frames;
mod full_disk;
mod guesses;
mod half_open;
mod heads;
mod key_requests;
mod kills;
mod pace;
mod replays;
pub mod run;
mod sign_ins;
mod slow;
mod standby;
mod streams;
mod tabs;
mod unwritable_log;
mod wire;
