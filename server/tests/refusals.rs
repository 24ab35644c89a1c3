//! Every row of the contract's table of problems, and what nobody well-meaning sends.

mod support;

#[path = "refusals/addresses.rs"]
mod addresses;
#[path = "refusals/flat_time.rs"]
mod flat_time;
#[path = "refusals/methods.rs"]
mod methods;
#[path = "refusals/order.rs"]
mod order;
#[path = "refusals/parameters.rs"]
mod parameters;
#[path = "refusals/size.rs"]
mod size;
#[path = "refusals/table.rs"]
mod table;
#[path = "refusals/time.rs"]
mod time;
