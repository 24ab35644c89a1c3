//! Every row of the contract's table of problems, and hostile requests.

mod addresses;
mod flat_time;
mod http2;
mod methods;
mod octets;
mod order;
mod parameters;
mod size;
mod table;
mod time;
mod unread;
