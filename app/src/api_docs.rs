//! The page to read the API on, made from its OpenAPI document: no script.

mod operation;
mod schema;
mod text;

use leptos::prelude::*;
use serde_json::{Map, Value};

use crate::{document::Site, header::Mark};
use operation::Operation;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct ApiDocs {
    /// The whole OpenAPI document.
    pub openapi: Value,
    /// Where this server is.
    pub public_url: String,
}

/// An OpenAPI document to look things up in.
#[derive(Clone, Copy)]
struct Api<'a>(&'a Value);

impl<'a> Api<'a> {
    /// The thing itself, or what its `$ref` stands for.
    fn resolve(self, value: &'a Value) -> &'a Value {
        let target = value["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
        target.and_then(|pointer| self.0.pointer(pointer)).unwrap_or(value)
    }

    /// The members of an object; none where there is no object.
    fn members(value: &'a Value) -> impl Iterator<Item = (&'a String, &'a Value)> {
        value.as_object().into_iter().flat_map(Map::iter)
    }

    /// The elements of an array; none where there is no array.
    fn elements(value: &'a Value) -> impl Iterator<Item = &'a Value> {
        value.as_array().into_iter().flatten()
    }

    /// Every call, path by path; methods that say the same are one.
    fn operations(self) -> Vec<Operation<'a>> {
        let mut all: Vec<Operation<'a>> = Vec::new();
        for (path, item) in Self::members(&self.0["paths"]) {
            for method in ["get", "head", "post", "put", "patch", "delete", "options"] {
                let Some(said) = item.get(method) else { continue };
                let this = Operation { api: self, methods: vec![method], path, item, said };
                match all.iter_mut().find(|other| other.says_the_same(&this)) {
                    Some(other) => other.methods.push(method),
                    None => all.push(this),
                }
            }
        }
        all
    }

    /// The address that paths continue.
    fn base(self, public_url: &str) -> String {
        match self.0["servers"][0]["url"].as_str() {
            Some(url) if url.contains("://") => url.to_owned(),
            Some(path) => format!("{}{path}", public_url.trim_end_matches('/')),
            None => public_url.to_owned(),
        }
    }
}

/// Every call of the API: its parameters, its body, its answers.
#[component]
pub(crate) fn ApiDocsPage(site: Site, docs: ApiDocs) -> impl IntoView {
    let api = Api(&docs.openapi);
    let info = &docs.openapi["info"];
    let operations = api.operations();
    let contents = operations
        .iter()
        .map(|operation| view! { <li><a href=format!("#{}", operation.id())>{operation.name()}</a></li> })
        .collect_view();
    let security = Api::members(&docs.openapi["components"]["securitySchemes"])
        .map(|(name, scheme)| {
            let words = text::paragraphs(&api.resolve(scheme)["description"]);
            view! { <div><dt id=format!("security-{name}")><code>{name.clone()}</code></dt><dd>{words}</dd></div> }
        })
        .collect_view();
    let schemas = Api::members(&docs.openapi["components"]["schemas"])
        .map(|(name, schema)| {
            view! {
                <section class="card" id=schema::id(name) aria-labelledby=format!("{}-name", schema::id(name))>
                    <h3 id=format!("{}-name", schema::id(name))><code>{name.clone()}</code></h3>
                    {text::paragraphs(&schema["description"])}
                    {schema::of(schema)}
                </section>
            }
        })
        .collect_view();
    view! {
        <header><Mark href=site.url("/")/></header>
        <main class="api">
            <div class="about">
                <h1>{text::plain(&info["title"])} " " <small>{text::plain(&info["version"])}</small></h1>
                <div class="lead">{text::paragraphs(&info["description"])}</div>
                <dl class="fact">
                    <dt>"Base address"</dt>
                    <dd><code>{api.base(&docs.public_url)}</code></dd>
                    <dt>"For programs"</dt>
                    <dd><a href=site.url("/api/v1/openapi.json")>"OpenAPI document"</a></dd>
                </dl>
            </div>
            <nav aria-label="Calls"><ul>{contents}</ul></nav>
            <div>
                <h2 id="security">"Who may call"</h2>
                <dl class="list card">{security}</dl>
                <h2>"Calls"</h2>
                {operations.iter().map(Operation::section).collect_view()}
                <h2>"What is sent and answered"</h2>
                {schemas}
            </div>
        </main>
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
    fn methods_of_a_path_that_say_the_same_are_one_call() {
        let echo = |id: &str| json!({ "operationId": id, "summary": "Echo" });
        let document = json!({ "paths": {
            "/echo": { "get": echo("a"), "post": echo("b"), "put": { "summary": "Other" } },
            "/other": { "get": echo("c") }
        } });
        let told: Vec<_> =
            Api(&document).operations().iter().map(|call| (call.path, call.methods.join(" "))).collect();
        assert_eq!(
            told,
            [("/echo", "get post".to_owned()), ("/echo", "put".to_owned()), ("/other", "get".to_owned())]
        );
    }

    #[test]
    fn the_base_address_is_absolute_wherever_the_document_leaves_it() {
        let base = |servers: Value| Api(&json!({ "servers": servers })).base("https://desk.example/latchkey");
        assert_eq!(base(json!([])), "https://desk.example/latchkey");
        assert_eq!(base(json!([{ "url": "/api/v1" }])), "https://desk.example/latchkey/api/v1");
        assert_eq!(base(json!([{ "url": "https://api.example/v1" }])), "https://api.example/v1");
    }
}
