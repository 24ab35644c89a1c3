//! What every kind of HTTP answer needs: where a request comes from, whose session it carries, what of it is signed.

pub(crate) mod address;
pub(crate) mod body;
pub(crate) mod denial;
pub(crate) mod description;
pub(crate) mod failure;
pub(crate) mod host;
pub(crate) mod json;
pub(crate) mod media_type;
pub(crate) mod missed;
pub(crate) mod password_link;
pub(crate) mod refusal;
pub(crate) mod request_id;
pub(crate) mod session;
pub(crate) mod signed;
