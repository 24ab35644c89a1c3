//! What the administrator's page asks for by itself: its calls, and the stream of what happens.

pub(crate) mod calls;
pub(crate) mod events;
mod refusal;
