//! The internal listener: `/verify` for gateways, `/verify/json` for tools, and what operators watch.

mod support;

#[path = "verify/described.rs"]
mod described;
#[path = "verify/disapproval.rs"]
mod disapproval;
#[path = "verify/health.rs"]
mod health;
#[path = "verify/json.rs"]
mod json;
