//! The program's tests, in one program: each further one takes its time to build.

mod support;

mod api;
mod applications;
mod backup;
mod commands;
mod connections;
mod endurance;
mod events;
mod faults;
mod foreign_clients;
mod gateways;
mod guides;
mod hosts;
mod logs;
mod making;
mod nodes;
mod oauth1;
mod own_account;
mod pages;
mod permissions;
mod private_files;
mod prune;
mod refusals;
mod relay;
mod reload;
mod second_factor;
mod server_functions;
mod set_up;
mod settings;
mod sign_in;
mod signals;
mod terminal;
mod vault;
mod verify;
