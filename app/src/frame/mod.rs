//! What pages share: the address of the server, the bar, the card, the policy.

pub(crate) mod header;
pub(crate) mod who;

#[cfg(feature = "ssr")]
pub(crate) mod card;
#[cfg(feature = "ssr")]
pub(crate) mod policy;
#[cfg(feature = "ssr")]
pub(crate) mod site;
