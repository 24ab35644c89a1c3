//! The use cases' tests, in one program: asynchronous code is compiled again into every program that runs it.

mod support;

mod accounts;
mod activity;
mod brought_keys;
mod bulk;
mod consumers;
mod details;
mod key_requests;
mod oauth1;
mod oauth_1_0;
mod overview;
mod own_account;
mod password_links;
mod prune;
mod second_factor;
mod short_password;
mod sign_in;
mod undo;
mod views;
