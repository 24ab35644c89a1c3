//! What is measured: the servers, and the databases under them.

pub mod authlib;
pub mod bare;
pub mod database;
pub mod process;
pub mod ready;
pub mod rows;
pub mod seed;
pub mod usage;
