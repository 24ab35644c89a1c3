//! Faults at length, against the real program: short by default, in full with `LATCHKEY_FAULTS=full` (`make faults`).

mod support;

#[path = "endurance/activity.rs"]
mod activity;
#[path = "endurance/away.rs"]
mod away;
#[path = "endurance/clock.rs"]
mod clock;
#[path = "endurance/database.rs"]
mod database;
#[path = "endurance/disapprovals.rs"]
mod disapprovals;
#[path = "endurance/full_disk.rs"]
mod full_disk;
#[path = "endurance/half_open.rs"]
mod half_open;
#[path = "endurance/kills.rs"]
mod kills;
#[path = "endurance/pace.rs"]
mod pace;
#[path = "endurance/replays.rs"]
mod replays;
#[path = "endurance/run.rs"]
mod run;
#[path = "endurance/sign_ins.rs"]
mod sign_ins;
#[path = "endurance/slow.rs"]
mod slow;
#[path = "endurance/streams.rs"]
mod streams;
#[path = "endurance/tabs.rs"]
mod tabs;
#[path = "endurance/wire.rs"]
mod wire;
