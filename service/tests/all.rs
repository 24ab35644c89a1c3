//! The use cases' tests, in one program: what is asynchronous is compiled anew into every program that runs it.

mod support;

mod accounts;
mod consumers;
mod sign_in;
