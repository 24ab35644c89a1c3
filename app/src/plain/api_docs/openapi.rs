//! Access to an OpenAPI document.

use serde_json::{Map, Value};

/// An OpenAPI document.
#[derive(Clone, Copy)]
pub(super) struct Api<'a>(pub(super) &'a Value);

impl<'a> Api<'a> {
    /// Follows the `$ref` of a value, if it has one.
    pub(super) fn resolve(self, value: &'a Value) -> &'a Value {
        let target = value["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
        target.and_then(|pointer| self.0.pointer(pointer)).unwrap_or(value)
    }

    /// The members of an object; none if the value is not one.
    pub(super) fn members(value: &'a Value) -> impl Iterator<Item = (&'a String, &'a Value)> {
        value.as_object().into_iter().flat_map(Map::iter)
    }

    /// The elements of an array; none if the value is not one.
    pub(super) fn elements(value: &'a Value) -> impl Iterator<Item = &'a Value> {
        value.as_array().into_iter().flatten()
    }

    /// The base address of all paths.
    pub(super) fn base(self, public_url: &str) -> String {
        match self.0["servers"][0]["url"].as_str() {
            Some(url) if url.contains("://") => url.to_owned(),
            Some(path) => format!("{}{path}", public_url.trim_end_matches('/')),
            None => public_url.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reference_is_followed_and_one_that_leads_nowhere_stays_itself() {
        let document = json!({ "components": { "parameters": { "key": { "name": "key" } } } });
        let (good, bad) = (json!({ "$ref": "#/components/parameters/key" }), json!({ "$ref": "#/nowhere" }));
        assert_eq!(Api(&document).resolve(&good)["name"], "key");
        assert_eq!(Api(&document).resolve(&bad), &bad);
    }

    #[test]
    fn the_base_address_is_absolute_wherever_the_document_leaves_it() {
        let base = |servers: Value| Api(&json!({ "servers": servers })).base("https://desk.example/latchkey");
        assert_eq!(base(json!([])), "https://desk.example/latchkey");
        assert_eq!(base(json!([{ "url": "/api/v1" }])), "https://desk.example/latchkey/api/v1");
        assert_eq!(base(json!([{ "url": "https://api.example/v1" }])), "https://api.example/v1");
    }
}
