//! What all pages share: the bar, the card, the policy, who is signed in, and what they missed.

pub(crate) mod header;
pub(crate) mod who;

#[cfg(feature = "ssr")]
pub(crate) mod card;
#[cfg(feature = "ssr")]
pub(crate) mod missed;
#[cfg(feature = "ssr")]
pub(crate) mod policy;
#[cfg(feature = "ssr")]
pub(crate) mod script;
#[cfg(feature = "ssr")]
pub(crate) mod shortcuts;
#[cfg(feature = "ssr")]
pub(crate) mod site;
