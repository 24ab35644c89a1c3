//! HTML documents: the frame around each page. Pages make their own; this file knows none of them.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, StatusCode, header};
use leptos::{
    nonce::{Nonce, use_nonce},
    prelude::*,
};
use leptos_axum::ResponseOptions;

use crate::frame::{policy::content_security_policy, site::Site};

/// A page, and what its document says around it. It has no `Debug`: some pages contain secrets.
#[derive(Clone)]
pub struct Document {
    /// The title of the window.
    pub title: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// Where its forms may lead besides this server, as a source of the policy.
    pub form_action: Option<String>,
    /// Whether the script of the page takes over in the browser.
    pub script: bool,
    /// Renders the page.
    pub body: Body,
}

/// Renders a page on a site.
pub type Body = Arc<dyn Fn(Site) -> AnyView + Send + Sync>;

impl Document {
    /// A page without a script, whose forms lead nowhere but to this server.
    pub(crate) fn new<V: IntoAny>(
        title: &'static str,
        status: StatusCode,
        page: impl Fn(Site) -> V + Send + Sync + 'static,
    ) -> Self {
        let body = Arc::new(move |site| page(site).into_any());
        Self { title, status, form_action: None, script: false, body }
    }

    /// Renders a page with a script, inside the handler of leptos, which adds the page's data and takes its headers.
    pub fn render(self, site: Site) -> impl IntoView {
        let nonce = use_nonce().expect("leptos makes a nonce for each page");
        if let Some(response) = use_context::<ResponseOptions>() {
            response.set_status(self.status);
            response.insert_header(
                header::CONTENT_SECURITY_POLICY,
                content_security_policy(&nonce, self.form_action.as_deref()),
            );
        }
        self.view(site, &nonce)
    }

    /// Renders a page without a script. Leptos's marks (`<!>`) are for its script, so they are taken out; in a text they
    /// would be escaped.
    pub fn render_plain(self, site: Site) -> (StatusCode, [(HeaderName, HeaderValue); 2], String) {
        let nonce = Nonce::new();
        let policy = content_security_policy(&nonce, self.form_action.as_deref());
        let headers = [
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        ];
        (self.status, headers, Owner::new().with(|| self.view(site, &nonce).to_html()).replace("<!>", ""))
    }

    /// The head of every document, and the page in its body.
    fn view(self, site: Site, nonce: &Nonce) -> impl IntoView + use<> {
        let scripts = self.script.then(|| scripts(&site, nonce.to_string()));
        let (style, icon) = (site.url(site.style), site.url(site.icon));
        let body = (self.body)(site);
        view! {
            <!DOCTYPE html>
            <html lang="en">
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="color-scheme" content="light dark"/>
                    // Not as a child: leptos would add a comment, which in a title is text. These are our own words.
                    <title inner_html=self.title></title>
                    <link rel="stylesheet" href=style/>
                    <link rel="icon" href=icon type="image/svg+xml"/>
                    {scripts}
                </head>
                <body>{body}</body>
            </html>
        }
    }
}

/// Loads the page's module and lets it take over.
fn scripts(site: &Site, nonce: String) -> impl IntoView + use<> {
    let (script, wasm) = (site.url(site.script), site.url(site.wasm));
    let start = format!(
        "import({script:?}).then(page => page.default({{module_or_path: {wasm:?}}}).then(() => page.hydrate()))"
    );
    view! {
        <link rel="modulepreload" href=script nonce=nonce.clone()/>
        <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
        <script type="module" nonce=nonce inner_html=start></script>
    }
}
