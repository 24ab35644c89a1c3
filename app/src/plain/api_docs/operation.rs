//! One call: who may call it, what it takes, what it answers.

use leptos::prelude::*;
use serde_json::Value;

use super::{openapi::Api, schema, text};

/// A path and those of its methods that do the same.
#[derive(Clone)]
pub(super) struct Operation<'a> {
    api: Api<'a>,
    methods: Vec<&'a str>,
    path: &'a str,
    /// The path item, with the parameters that all its methods share.
    item: &'a Value,
    /// The operation object.
    spec: &'a Value,
}

/// Every call, path by path; methods with the same description are one.
pub(super) fn operations(api: Api<'_>) -> Vec<Operation<'_>> {
    let mut all: Vec<Operation<'_>> = Vec::new();
    for (path, item) in Api::members(&api.0["paths"]) {
        for method in ["get", "head", "post", "put", "patch", "delete", "options"] {
            let Some(spec) = item.get(method) else { continue };
            let this = Operation { api, methods: vec![method], path, item, spec };
            match all.iter_mut().find(|other| other.says_the_same(&this)) {
                Some(other) => other.methods.push(method),
                None => all.push(this),
            }
        }
    }
    all
}

impl Operation<'_> {
    /// Whether it differs from another in nothing but the method.
    fn says_the_same(&self, other: &Self) -> bool {
        let description = |operation: &Self| {
            let members = Api::members(operation.spec).filter(|(name, _)| *name != "operationId");
            members.map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>()
        };
        self.path == other.path && description(self) == description(other)
    }

    /// Its id on the page.
    pub(super) fn id(&self) -> String {
        let path = self.path.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        format!("{}{path}", self.methods.join("-"))
    }

    /// The methods and the path.
    pub(super) fn name(&self) -> AnyView {
        let methods = self.methods.iter().map(|method| {
            view! { <span class=format!("method {method}")>{method.to_uppercase()}</span> " " }
        });
        view! { {methods.collect_view()} <code>{self.path.to_owned()}</code> }.into_any()
    }

    /// Its section of the page.
    pub(super) fn section(&self) -> AnyView {
        let id = self.id();
        let name_id = format!("{id}-name");
        let summary = text::plain(&self.spec["summary"]);
        view! {
            <section class="card" id=id aria-labelledby=name_id.clone()>
                <h3 id=name_id.clone()>{self.name()}</h3>
                {(!summary.is_empty()).then(|| view! { <p><strong>{text::line(&summary)}</strong></p> })}
                {text::paragraphs(&self.spec["description"])}
                {self.security()}
                {self.parameters()}
                {self.body()}
                {self.answers()}
            </section>
        }
        .into_any()
    }

    fn security(&self) -> Option<AnyView> {
        let ways = self.spec.get("security").or_else(|| self.api.0.get("security"))?;
        let names = Api::elements(ways).map(|way| {
            let names: Vec<_> = Api::members(way).map(|(name, _)| name.as_str()).collect();
            names.join(" and ")
        });
        // An empty list, or an empty entry of it, means that no credentials are needed.
        let names: Vec<_> =
            names.map(|names| if names.is_empty() { "anybody".to_owned() } else { names }).collect();
        let names = if names.is_empty() { "anybody".to_owned() } else { names.join(" or ") };
        Some(view! { <p class="hint"><a href="#security">"Called by"</a> " " {names}</p> }.into_any())
    }

    fn parameters(&self) -> Option<AnyView> {
        let all = [self.item, self.spec].map(|of| Api::elements(&of["parameters"]));
        let rows = all.into_iter().flatten().map(|parameter| Self::parameter(self.api.resolve(parameter)));
        let rows = rows.collect::<Vec<_>>();
        (!rows.is_empty()).then(|| view! { <h4>"Parameters"</h4> <dl class="list">{rows}</dl> }.into_any())
    }

    fn parameter(parameter: &Value) -> AnyView {
        let required = parameter["required"] == true;
        view! {
            <div>
                <dt><code>{text::plain(&parameter["name"])}</code> {(!required).then_some(" optional")}</dt>
                <dd>
                    <p class="type">"in the " {text::plain(&parameter["in"])} ": " {schema::type_of(&parameter["schema"])}</p>
                    {text::paragraphs(&parameter["description"])}
                </dd>
            </div>
        }
        .into_any()
    }

    fn body(&self) -> Option<AnyView> {
        let body = self.api.resolve(self.spec.get("requestBody")?);
        Some(
            view! {
                <h4>"Request body"</h4>
                {text::paragraphs(&body["description"])}
                {Self::content(body, true)}
            }
            .into_any(),
        )
    }

    fn answers(&self) -> AnyView {
        let rows = Api::members(&self.spec["responses"])
            .map(|(status, answer)| {
                let shared = answer.get("$ref").is_some();
                let answer = self.api.resolve(answer);
                let headers = Api::members(&answer["headers"]).map(|(name, header)| {
                    let words = text::plain(&self.api.resolve(header)["description"]);
                    view! { <p class="type"><code>{name.clone()}</code> " " {text::line(&words)}</p> }
                });
                // Shared answers are described once, among the schemas.
                let content = (!shared).then(|| Self::content(answer, false));
                view! {
                    <div>
                        <dt><code>{status.clone()}</code></dt>
                        <dd>{text::paragraphs(&answer["description"])} {headers.collect_view()} {content}</dd>
                    </div>
                }
            })
            .collect_view();
        view! { <h4>"Answers"</h4> <dl class="list">{rows}</dl> }.into_any()
    }

    /// The media types of a body, each with its schema.
    fn content(body: &Value, whole: bool) -> AnyView {
        let kinds = Api::members(&body["content"]).map(|(media_type, content)| {
            let inline = content["schema"].get("$ref").is_none();
            let members = (whole || inline).then(|| schema::members(&content["schema"]));
            let example = content.get("example").map(|example| {
                let example = example.as_str().map_or_else(|| format!("{example:#}"), str::to_owned);
                view! { <pre>{example}</pre> }
            });
            view! {
                <p class="type">{schema::type_of(&content["schema"])} " as " <code>{media_type.clone()}</code></p>
                {members}
                {example}
            }
        });
        kinds.collect_view().into_any()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn methods_of_a_path_that_say_the_same_are_one_call() {
        let echo = |id: &str| json!({ "operationId": id, "summary": "Echo" });
        let document = json!({ "paths": {
            "/echo": { "get": echo("a"), "post": echo("b"), "put": { "summary": "Other" } },
            "/other": { "get": echo("c") }
        } });
        let calls: Vec<_> =
            operations(Api(&document)).iter().map(|call| (call.path, call.methods.join(" "))).collect();
        assert_eq!(
            calls,
            [("/echo", "get post".to_owned()), ("/echo", "put".to_owned()), ("/other", "get".to_owned())]
        );
    }
}
