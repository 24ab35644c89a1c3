//! What lies around every route of the public listener; `head` and `wordless` around those of the internal one too.

pub(crate) mod deadline;
pub(crate) mod denials;
pub(crate) mod head;
pub(crate) mod headers;
pub(crate) mod in_words;
pub(crate) mod known_hosts;
pub(crate) mod same_origin;
pub(crate) mod trace;
pub(crate) mod wordless;
