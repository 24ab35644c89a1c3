//! The Content-Security-Policy of a page.

use http::HeaderValue;
use leptos::nonce::Nonce;

pub(crate) fn content_security_policy(nonce: &Nonce, form_action: Option<&str>) -> HeaderValue {
    let elsewhere = form_action.map(|source| format!(" {source}")).unwrap_or_default();
    let policy = format!(
        "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; object-src 'none'; \
         base-uri 'none'; frame-ancestors 'none'; form-action 'self'{elsewhere}"
    );
    HeaderValue::from_str(&policy).expect("a nonce is base64, an origin ASCII")
}

/// An origin as a source of the policy. It cannot name an IPv6 address, so then the whole scheme is allowed.
pub(crate) fn policy_source(origin: &str) -> String {
    match origin.split_once("//[") {
        Some((scheme, _)) => scheme.to_owned(),
        None => origin.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_callback_and_for_an_ipv6_address_its_scheme() {
        assert_eq!(policy_source("https://app.example:8443"), "https://app.example:8443");
        assert_eq!(policy_source("http://[::1]:8080"), "http:");
    }
}
