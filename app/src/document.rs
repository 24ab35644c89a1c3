//! HTML documents: what stands around each page.

use http::{HeaderName, HeaderValue, StatusCode, header};
use leptos::{
    nonce::{Nonce, use_nonce},
    prelude::*,
};
use leptos_axum::ResponseOptions;

use crate::{
    console::consumers::{data::PageData, page::ConsumersPage},
    frame::{
        policy::{content_security_policy, policy_source},
        site::Site,
    },
    plain::{
        api_docs::{ApiDocs, ApiDocsPage},
        applications::{Applications, ApplicationsPage},
        authorize::{Consent, ConsentPage, Verifier, VerifierPage},
        notice::Notice,
        set_up::{SetUpPage, SetUpReply},
        sign_in::{SignInPage, SignInReply},
    },
};

/// One of the documents. Does not print: some hold what only the reader may see.
#[derive(Clone)]
pub enum Document {
    /// The page of OAuth consumers; the only one with a script.
    Consumers(Box<PageData>),
    /// Signing in.
    SignIn(SignInReply),
    /// Signing in on the way to a trusted consumer: browsers apply the page's policy to the redirect that follows too.
    SignInFor {
        /// What the page shows.
        reply: SignInReply,
        /// The scheme, host and port of the consumer's callback.
        callback_origin: String,
    },
    /// Making the first administrator.
    SetUp(SetUpReply),
    /// A consumer asks to act for a user.
    Authorize(Consent),
    /// The code that a user copies into a consumer.
    Verifier(Verifier),
    /// The consumers that act for a user.
    Applications(Applications),
    /// Every call of the API.
    ApiDocs(ApiDocs),
    /// Something cannot be shown: what, why, what to do.
    Notice {
        /// The HTTP status.
        status: StatusCode,
        /// The heading.
        heading: &'static str,
        /// Sentences.
        text: String,
        /// Whether **Sign out** is offered.
        signed_in: bool,
    },
}

impl Document {
    fn title(&self) -> &'static str {
        match self {
            Self::Consumers(_) => "OAuth consumers · Latchkey",
            Self::SignIn(_) | Self::SignInFor { .. } => "Sign in · Latchkey",
            Self::SetUp(_) => "Set up · Latchkey",
            Self::Authorize(_) => "Allow access? · Latchkey",
            Self::Verifier(_) => "Your code · Latchkey",
            Self::Applications(_) => "Authorized applications · Latchkey",
            Self::ApiDocs(_) => "API · Latchkey",
            Self::Notice { .. } => "Latchkey",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Consumers(data) => data.status(),
            Self::SignIn(reply) | Self::SignInFor { reply, .. } => reply.status(),
            Self::SetUp(reply) => reply.status(),
            Self::Notice { status, .. } => *status,
            Self::Authorize(_) | Self::Verifier(_) | Self::Applications(_) | Self::ApiDocs(_) => {
                StatusCode::OK
            }
        }
    }

    /// Where its forms may lead besides this server.
    fn form_action(&self) -> Option<String> {
        match self {
            Self::Authorize(consent) => consent.form_action(),
            Self::SignInFor { callback_origin, .. } => Some(policy_source(callback_origin)),
            _ => None,
        }
    }
}

/// Renders the page that has a script, inside leptos' own handler: its data goes with it, and its headers to the response.
pub fn render(site: Site, data: PageData) -> impl IntoView {
    let nonce = use_nonce().expect("leptos makes a nonce for each page");
    let document = Document::Consumers(Box::new(data));
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(document.status());
        response.insert_header(header::CONTENT_SECURITY_POLICY, content_security_policy(&nonce, None));
    }
    frame(site, document, &nonce)
}

/// Renders a document that needs no script, so that nothing of leptos' is in it either.
pub fn render_plain(site: Site, document: Document) -> (StatusCode, [(HeaderName, HeaderValue); 2], String) {
    let nonce = Nonce::new();
    let headers = [
        (header::CONTENT_SECURITY_POLICY, content_security_policy(&nonce, document.form_action())),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
    ];
    let status = document.status();
    (status, headers, Owner::new().with(|| frame(site, document, &nonce).to_html()))
}

/// The head of every document, and the page in its body.
fn frame(site: Site, document: Document, nonce: &Nonce) -> impl IntoView + use<> {
    let title = document.title();
    let scripts = matches!(document, Document::Consumers(_)).then(|| scripts(&site, nonce.to_string()));
    let (style, icon) = (site.url(site.style), site.url(site.icon));
    let body = match document {
        Document::Consumers(data) => {
            provide_context(*data);
            view! { <ConsumersPage/> }.into_any()
        }
        Document::SignIn(reply) | Document::SignInFor { reply, .. } => {
            view! { <SignInPage site reply/> }.into_any()
        }
        Document::SetUp(reply) => view! { <SetUpPage site reply/> }.into_any(),
        Document::Authorize(consent) => view! { <ConsentPage site consent/> }.into_any(),
        Document::Verifier(verifier) => view! { <VerifierPage site verifier/> }.into_any(),
        Document::Applications(applications) => view! { <ApplicationsPage site applications/> }.into_any(),
        Document::ApiDocs(docs) => view! { <ApiDocsPage site docs/> }.into_any(),
        Document::Notice { heading, text, signed_in, .. } => {
            view! { <Notice site heading text signed_in/> }.into_any()
        }
    };
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>{title}</title>
                <link rel="stylesheet" href=style/>
                <link rel="icon" href=icon type="image/svg+xml"/>
                {scripts}
            </head>
            <body>{body}</body>
        </html>
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
