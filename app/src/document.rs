//! HTML documents: the frame around each page. Pages make their own; this file knows none of them.

use std::{borrow::Cow, sync::Arc};

use http::{HeaderName, HeaderValue, StatusCode, header};
use leptos::{
    nonce::{Nonce, use_nonce},
    prelude::*,
};
use leptos_axum::ResponseOptions;

use crate::frame::{
    header::{self as bar, HasBar},
    missed::{Missed, MissedNote},
    policy::content_security_policy,
    shortcuts::{self, Group},
    site::Site,
};

/// Starts the page's module; `SCRIPT` and `WASM` stand for addresses.
const START: &str = include_str!("start.js");

/// A page, and what its document says around it. It has no `Debug`: some pages contain secrets.
#[derive(Clone)]
pub struct Document {
    /// The title of the window.
    pub title: Cow<'static, str>,
    /// The HTTP status.
    pub status: StatusCode,
    /// Where its forms may lead besides this server, as a source of the policy.
    pub form_action: Option<String>,
    /// What the script makes the page from, as JSON without a secret; `None` for a page without a script.
    pub data: Option<String>,
    /// What its user missed before the sign-in, if this is the first page after it. Shown above the page.
    pub missed: Option<Missed>,
    /// A script in the document itself, which the page works without. It follows that of the bar, `header.js`, where there is one.
    pub script: Option<&'static str>,
    /// The keyboard shortcuts that `header.js` shows; empty: those of every page with a bar.
    pub(crate) shortcuts: &'static [Group],
    /// Renders the page.
    pub body: Body,
    /// Of a page with a script: what is open beside it, as HTML of our own that no component takes over.
    pub beside: Option<String>,
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
        Self {
            title: title.into(),
            status,
            form_action: None,
            data: None,
            missed: None,
            script: None,
            shortcuts: &[],
            body,
            beside: None,
        }
    }

    /// Renders a page with a script, inside the handler of leptos, which takes its headers.
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

    /// Renders a page without a script. Leptos's marks (`<!>`) are for its hydration, which no page needs, so they are
    /// taken out; in a text they would be escaped.
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
        let scripts = self.data.is_some().then(|| scripts(&site, nonce.to_string()));
        let (style, icon) = (site.url(site.style), site.url(site.icon));
        let missed = view! { <MissedNote missed=self.missed/> };
        let bar = HasBar::default();
        provide_context(bar.clone());
        let page = (self.body)(site);
        let bar_script = bar.is_marked().then(|| bar::SCRIPT.as_str());
        let script: Vec<_> = bar_script.into_iter().chain(self.script).collect();
        let own_script = (!script.is_empty()).then(|| {
            // A module runs once the document is read.
            view! { <script type="module" nonce=nonce.to_string() inner_html=script.join("\n")></script> }
        });
        let groups = if self.shortcuts.is_empty() { shortcuts::PLAIN } else { self.shortcuts };
        let shortcuts = bar.is_marked().then(|| {
            view! { <template id="shortcuts" inner_html=shortcuts::dialog(groups)></template> }
        });
        // `ui/dom.rs` sets it where a panel opens later.
        let is_beside = self.beside.is_some().then_some("");
        let body = match self.data {
            Some(data) => alive(page, &data, self.beside, nonce.to_string()).into_any(),
            None => page,
        };
        view! {
            <!DOCTYPE html>
            <html lang="en" data-beside=is_beside>
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="color-scheme" content="light dark"/>
                    // Browsers would make links of keys and fingerprints.
                    <meta name="format-detection" content="telephone=no"/>
                    // Not as a child: leptos would add a comment, which in a title is text.
                    <title inner_html=self.title.replace('&', "&amp;").replace('<', "&lt;")></title>
                    <link rel="stylesheet" href=style/>
                    <link rel="icon" href=icon type="image/svg+xml"/>
                    {scripts}
                    {own_script}
                </head>
                <body>{missed} {body} {shortcuts}</body>
            </html>
        }
    }
}

/// Loads the page's module and lets it take over.
fn scripts(site: &Site, nonce: String) -> impl IntoView + use<> {
    let (script, wasm) = (site.url(site.script), site.url(site.wasm));
    // Addresses of our own assets, quoted as Rust and JavaScript both do.
    let start = START.replace("SCRIPT", &format!("{script:?}")).replace("WASM", &format!("{wasm:?}"));
    view! {
        <link rel="modulepreload" href=script nonce=nonce.clone()/>
        <script type="module" nonce=nonce inner_html=start></script>
    }
}

/// A page that a script takes over: an element of its own, which what others put into the body does not reach; the data that it
/// is made from; the panel, which the script fills with HTML of the server's; and a message for each way in which that may fail.
/// `late` is shown by the style sheet alone, since nothing else may be running.
fn alive(page: AnyView, data: &str, beside: Option<String>, nonce: String) -> impl IntoView + use<> {
    // In a script element only `<` can mean something else.
    let data = data.replace('<', "\\u003c");
    view! {
        <noscript>
            <p class="band">
                "Scripts are switched off in this browser, so this page does not show what others do, and the buttons in its table do nothing. Registering a consumer and signing out work. Allow scripts for this address and reload the page for the rest."
            </p>
        </noscript>
        <p class="band late">
            "The script of this page has not started. Until it does, the page does not show what others do, and the buttons in its table do nothing. A slow network, a blocker in the browser or a proxy may be the reason; reload the page to try again."
        </p>
        <div class="band failed" aria-live="assertive">
            <p hidden id="failed"></p>
            <button hidden id="reload" type="button" class="btn small">"Reload"</button>
        </div>
        <div id="page">{page}</div>
        <aside id="panel" translate="no" aria-labelledby="panel-heading" hidden=beside.is_none() inner_html=beside.unwrap_or_default()></aside>
        <script type="application/json" id="page-data" nonce=nonce inner_html=data></script>
    }
}
