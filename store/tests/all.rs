//! The store's tests, in one program: asynchronous code is compiled again into every program that runs it.

mod support;

mod account_changes;
mod accounts;
mod attempts;
mod authorizations;
mod backup;
mod brought_keys;
mod callbacks;
mod consumers;
mod counts;
mod details;
mod devices;
mod feed;
mod filters;
mod foreign_log;
mod key_requests;
mod keyring;
mod lists;
mod nonces;
mod opening;
mod own_account;
mod postgresql;
mod prune;
mod restore;
mod rights;
mod rotation;
mod second_factors;
mod set_up_links;
mod temporary_credentials;
mod tokens;
mod upgrade;
mod uses;
mod vault;
mod views;
