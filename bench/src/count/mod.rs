//! How many instructions each stage of `/verify` takes: figures that a busy machine does not change.

pub mod callgrind;
mod example;
mod service;
pub mod stage;
