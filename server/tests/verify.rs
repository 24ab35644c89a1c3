//! The internal listener: `/verify` for gateways, `/verify/json` for tools, and what operators watch.

mod bounds;
mod described;
mod disapproval;
mod envoy;
mod health;
mod json;
mod members;
mod misconfigured;
mod unclear;
