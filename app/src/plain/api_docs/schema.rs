//! A JSON schema in words: its type in a few, its members one by one.

use leptos::prelude::*;
use serde_json::Value;

use super::{openapi::Api, text};

/// The id of a named schema on the page.
pub(super) fn id(name: &str) -> String {
    format!("schema-{name}")
}

/// The type, and the members if it has any.
pub(super) fn of(schema: &Value) -> AnyView {
    let members = members(schema);
    match (schema.get("properties"), members) {
        (Some(_), members) => members,
        (None, members) => view! { <p class="type">{type_of(schema)}</p> {members} }.into_any(),
    }
}

/// The members of an object, of the schemas that it combines, and of the elements of a list.
pub(super) fn members(schema: &Value) -> AnyView {
    let required: Vec<&str> = Api::elements(&schema["required"]).filter_map(Value::as_str).collect();
    let rows = Api::members(&schema["properties"])
        .map(|(name, property)| {
            let required = required.contains(&name.as_str());
            let nested = property.get("$ref").is_none().then(|| members(property));
            view! {
                <div>
                    <dt><code>{name.clone()}</code> {(!required).then_some(" optional")}</dt>
                    <dd><p class="type">{type_of(property)}</p> {text::paragraphs(description(property))} {nested}</dd>
                </div>
            }
        })
        .collect_view();
    let own = (!rows.is_empty()).then(|| view! { <dl class="list">{rows}</dl> });
    let parts = ["allOf", "oneOf", "anyOf"].into_iter().flat_map(|of| Api::elements(&schema[of]));
    let inside = parts.chain(schema.get("items")).filter(|part| part.get("$ref").is_none());
    view! { {own} {inside.map(members).collect_view()} }.into_any()
}

/// The description; that of the first alternative with one where the schema has none of its own.
fn description(schema: &Value) -> &Value {
    let parts = ["oneOf", "anyOf", "allOf"].into_iter().flat_map(|of| Api::elements(&schema[of]));
    let mut all = std::iter::once(schema).chain(parts).map(|part| &part["description"]);
    all.find(|description| description.is_string()).unwrap_or(&Value::Null)
}

/// The type in a few words; names of schemas lead to them.
pub(super) fn type_of(schema: &Value) -> AnyView {
    if let Some(name) = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
        return view! { <a href=format!("#{}", id(name))>{name.to_owned()}</a> }.into_any();
    }
    for (of, word) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")] {
        if schema.get(of).is_some() {
            return joined(Api::elements(&schema[of]).map(type_of), word);
        }
    }
    if let Some(value) = schema.get("const") {
        return code(value);
    }
    if schema.get("enum").is_some() {
        return joined(Api::elements(&schema["enum"]).map(code), " or ");
    }
    let in_words = |name: &str| match (name, schema.get("items")) {
        ("array", Some(items)) => view! { "list of " {type_of(items)} }.into_any(),
        ("array", None) => "list".into_any(),
        (name, _) => name.to_owned().into_any(),
    };
    let kind = match &schema["type"] {
        Value::String(name) => in_words(name),
        Value::Array(names) => joined(names.iter().filter_map(Value::as_str).map(in_words), " or "),
        _ if schema.get("properties").is_some() => "object".into_any(),
        _ => "anything".into_any(),
    };
    let limits = limits(schema).into_iter().map(|words| view! { ", " {words} });
    view! { {kind} {limits.collect_view()} }.into_any()
}

fn joined(views: impl Iterator<Item = AnyView>, word: &'static str) -> AnyView {
    let parts = views.enumerate().map(|(at, part)| view! { {(at > 0).then_some(word)} {part} });
    parts.collect_view().into_any()
}

fn code(value: &Value) -> AnyView {
    view! { <code>{text::literal(value)}</code> }.into_any()
}

/// The constraints on a value besides its type.
fn limits(schema: &Value) -> Vec<String> {
    let mut words = Vec::new();
    let limit = |name: &str| schema.get(name).map(text::literal);
    words.extend(limit("format"));
    match (limit("minLength"), limit("maxLength")) {
        (Some(least), Some(most)) => words.push(format!("{least} to {most} characters")),
        (Some(least), None) => words.push(format!("{least} characters or more")),
        (None, Some(most)) => words.push(format!("{most} characters at most")),
        (None, None) => {}
    }
    match (limit("minimum"), limit("maximum")) {
        (Some(least), Some(most)) => words.push(format!("{least} to {most}")),
        (Some(least), None) => words.push(format!("{least} or more")),
        (None, Some(most)) => words.push(format!("{most} at most")),
        (None, None) => {}
    }
    words.extend(limit("default").map(|value| format!("{value} where absent")));
    words
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text_of(schema: &Value) -> String {
        Owner::new().with(|| type_of(schema).to_html()).replace("<!>", "")
    }

    #[test]
    fn a_nullable_reference_is_described_by_its_reference() {
        let user = json!({ "$ref": "#/components/schemas/User", "description": "Who calls." });
        let nullable = json!({ "oneOf": [{ "type": "null" }, user] });
        assert_eq!(description(&nullable), "Who calls.");
        assert_eq!(description(&json!({ "description": "Own.", "oneOf": [user] })), "Own.");
        assert_eq!(description(&json!({ "type": "string" })), &Value::Null);
    }

    #[test]
    fn types_are_told_in_words() {
        let limited = json!({ "type": "integer", "minimum": 1, "maximum": 500, "default": 50 });
        assert_eq!(text_of(&limited), "integer, 1 to 500, 50 where absent");
        assert_eq!(text_of(&json!({ "type": ["string", "null"], "format": "uri" })), "string or null, uri");
        assert_eq!(text_of(&json!({ "type": "array", "items": { "type": "string" } })), "list of string");
        let status = json!({ "type": "string", "enum": ["pending", "approved"] });
        assert_eq!(text_of(&status), "<code>pending</code> or <code>approved</code>");
        assert_eq!(
            text_of(&json!({ "$ref": "#/components/schemas/User" })),
            "<a href=\"#schema-User\">User</a>"
        );
    }
}
