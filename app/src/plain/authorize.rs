//! The pages on which a user lets a consumer act for them, and reads the code for one that has no callback: plain, no script.

use http::StatusCode;
use leptos::prelude::*;

use crate::{
    document::Document,
    frame::{card::Card, policy::policy_source, site::Site},
};

/// What the consent page shows.
#[derive(Clone, Debug)]
pub struct Consent {
    /// The temporary credentials to decide on; the form sends it back.
    pub oauth_token: String,
    /// The path and query of this page.
    pub again: String,
    /// The consumer that asks.
    pub consumer_name: String,
    /// The consumer key; unlike names, it is unique.
    pub consumer_key: String,
    /// What the page calls the signed-in user.
    pub display_name: String,
    /// Whether the consumer could administer this server in the name of the user; `None` for a user who may not do so
    /// either.
    pub administration: Option<bool>,
    /// How the consumer learns the answer.
    pub callback: Callback,
    /// Where the answer goes, if the consumer did not say so when it began, as in OAuth 1.0; the form sends it back.
    pub named_callback: Option<String>,
    /// Whether the consumer may leave out the verifier, as in OAuth 1.0: then nothing but this question tells whose request it is.
    pub allow_oauth_1_0: bool,
}

/// How a consumer learns what the user decided.
#[derive(Clone, Debug)]
pub enum Callback {
    /// The browser is redirected.
    Url {
        /// The host, which people recognise, with the port unless it is the default of the scheme.
        host: String,
        /// Scheme, host and port. Browsers apply the policy of the page to the redirect as well, so it must allow them.
        origin: String,
    },
    /// The browser opens an application.
    Application {
        /// The callback without its query.
        address: String,
        /// Its scheme with the colon, which the policy must allow as well.
        origin: String,
    },
    /// The user copies a code into it.
    OutOfBand,
}

impl From<Consent> for Document {
    fn from(consent: Consent) -> Self {
        let form_action = match &consent.callback {
            Callback::Url { origin, .. } | Callback::Application { origin, .. } => policy_source(origin),
            Callback::OutOfBand => None,
        };
        Self {
            form_action,
            ..Self::new(
                "Allow access? · Latchkey",
                StatusCode::OK,
                move |site| view! { <ConsentPage site consent=consent.clone()/> },
            )
        }
    }
}

/// What a user copies into a consumer that has no callback. It has no `Debug`.
#[derive(Clone)]
pub struct Verifier {
    /// The consumer that asked.
    pub consumer_name: String,
    /// The code.
    pub verifier: String,
}

impl From<Verifier> for Document {
    fn from(verifier: Verifier) -> Self {
        Self::new(
            "Your code · Latchkey",
            StatusCode::OK,
            move |site| view! { <VerifierPage site verifier=verifier.clone()/> },
        )
    }
}

/// The question, and **Allow** and **Deny**.
#[component]
fn ConsentPage(site: Site, consent: Consent) -> impl IntoView {
    let Consent {
        oauth_token,
        consumer_name,
        consumer_key,
        display_name,
        administration,
        callback,
        named_callback,
        allow_oauth_1_0,
        again,
    } = consent;
    let again = site.url(&again);
    let (next, place) = match callback {
        Callback::Url { host, .. } => ("Afterwards you go to", view! { <strong>{host}</strong> }.into_any()),
        Callback::Application { address, .. } => {
            let opens = view! { <strong>{address}</strong> ", an application on your device" };
            ("Afterwards your browser opens", opens.into_any())
        }
        Callback::OutOfBand => ("Afterwards", "You copy a code into it".into_any()),
    };
    view! {
        <Card site=site.clone() heading=view! { "Allow " <bdi>{consumer_name}</bdi> " to sign you in?" }>
            <div class="consent">
                <p>"It asks to act on your behalf. If you allow it, it can"</p>
                <ul>
                    <li>"sign you in as " <strong><bdi>{display_name.clone()}</bdi></strong></li>
                    <li>"call APIs as " <strong><bdi>{display_name.clone()}</bdi></strong> " and do there what this account may do"</li>
                    {(administration == Some(true)).then(|| view! {
                        <li>
                            <strong>"administer Latchkey"</strong>
                            " in your name: register, approve and remove consumers, and give them rights"
                        </li>
                    })}
                </ul>
                {(administration == Some(false)).then(|| view! {
                    <p>"It cannot administer Latchkey in your name, though you may do so yourself."</p>
                })}
                <p>"until you revoke it under " <a href=site.url("/account/applications")>"Authorized applications"</a> "."</p>
                <dl class="fact">
                    <dt>"Consumer key"</dt>
                    <dd><code class="key">{consumer_key}</code></dd>
                    <dt>{next}</dt>
                    <dd>{place}</dd>
                </dl>
                {allow_oauth_1_0.then(|| view! {
                    <p>
                        <strong>"Allow this only if you have just asked the application to sign you in."</strong>
                        " It may use OAuth 1.0, in which the request can be somebody else's, who would then act as you."
                    </p>
                })}
                <form method="post" action=site.url("/oauth/authorize") class="decide">
                    <input type="hidden" name="oauth_token" value=oauth_token/>
                    {named_callback.map(|callback| view! { <input type="hidden" name="oauth_callback" value=callback/> })}
                    <button class="btn" name="decision" value="deny">"Deny"</button>
                    <button class="btn primary" name="decision" value="allow">"Allow"</button>
                </form>
                <form method="post" action=site.url("/sign-out") class="account">
                    <span>"Signed in as " <bdi>{display_name}</bdi></span>
                    <input type="hidden" name="next" value=again/>
                    <button class="link">"Sign out"</button>
                </form>
            </div>
        </Card>
    }
}

/// The code, and what to do with it.
#[component]
fn VerifierPage(site: Site, verifier: Verifier) -> impl IntoView {
    let Verifier { consumer_name, verifier } = verifier;
    view! {
        <Card site heading=view! { "Copy this code into " <bdi>{consumer_name}</bdi> }>
            <div class="consent">
                <p>"You have allowed it. Go back to it and enter this code where it asks for one:"</p>
                <output id="oauth_verifier">{verifier}</output>
                <p>"The code works once, and only for a few minutes. Show it to nobody else."</p>
            </div>
        </Card>
    }
}
