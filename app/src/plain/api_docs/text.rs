//! Text of an OpenAPI document, in the little Markdown that descriptions use: paragraphs and `code`.

use leptos::prelude::*;
use serde_json::Value;

/// A string as it is; empty if absent.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A value as people type it.
pub(super) fn literal(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Text with `code` in it.
pub(super) fn line(text: &str) -> AnyView {
    let mut code = true;
    text.split('`')
        .map(|part| {
            code = !code;
            let part = part.to_owned();
            if code { view! { <code>{part}</code> }.into_any() } else { part.into_any() }
        })
        .collect_view()
        .into_any()
}

/// Text in paragraphs.
pub(super) fn paragraphs(value: &Value) -> AnyView {
    let text = plain(value);
    let paragraphs = text.split("\n\n").map(str::trim).filter(|text| !text.is_empty());
    paragraphs.map(|text| view! { <p>{line(text)}</p> }).collect_view().into_any()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn backticks_make_code_and_empty_lines_paragraphs() {
        let html = Owner::new().with(|| paragraphs(&json!("Send `If-Match`.\n\n<Then> wait.\n")).to_html());
        let html = html.replace("<!>", "");
        assert_eq!(html, "<p>Send <code>If-Match</code>.</p><p>&lt;Then&gt; wait.</p>");
    }
}
