//! The reference of the API, rendered from its OpenAPI document: no script.

mod openapi;
mod operation;
mod schema;
mod text;

use http::StatusCode;
use leptos::prelude::*;
use serde_json::Value;

use self::{
    openapi::Api,
    operation::{Operation, operations},
};
use crate::{document::Document, frame::site::Site, ui::mark::Mark};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct ApiDocs {
    /// The whole OpenAPI document.
    pub openapi: Value,
    /// The public URL of this server.
    pub public_url: String,
}

impl From<ApiDocs> for Document {
    fn from(docs: ApiDocs) -> Self {
        Self::new(
            "API · Latchkey",
            StatusCode::OK,
            move |site| view! { <ApiDocsPage site docs=docs.clone()/> },
        )
    }
}

/// Every call of the API: its parameters, body and answers.
#[component]
fn ApiDocsPage(site: Site, docs: ApiDocs) -> impl IntoView {
    let api = Api(&docs.openapi);
    let info = &docs.openapi["info"];
    let operations = operations(api);
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
