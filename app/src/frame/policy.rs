//! The Content-Security-Policy of a page.

use domain::{host::is_host, scheme::is_of_application};
use http::HeaderValue;
use leptos::nonce::Nonce;

pub(crate) fn content_security_policy(nonce: &Nonce, form_action: Option<&str>) -> HeaderValue {
    let elsewhere = form_action.map(|source| format!(" {source}")).unwrap_or_default();
    let policy = format!(
        "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; object-src 'none'; \
         base-uri 'none'; frame-ancestors 'none'; form-action 'self'{elsewhere}"
    );
    HeaderValue::from_str(&policy).expect("a nonce is base64, a source ASCII")
}

/// An origin, or the scheme of an application with its colon, as a source of the policy; `None` for what is neither, which
/// could write directives of its own. Where the policy cannot name the host, the whole scheme is allowed.
pub(crate) fn policy_source(origin: &str) -> Option<String> {
    if let Some(scheme) = origin.strip_suffix(':') {
        return is_of_application(scheme).then(|| format!("{scheme}:"));
    }
    let (scheme, authority) = origin.split_once("://")?;
    if !matches!(scheme, "http" | "https") {
        return None;
    }
    if authority.starts_with('[') {
        return Some(format!("{scheme}:"));
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port.parse::<u16>().ok()?)),
        None => (authority, None),
    };
    if !is_host(host) {
        return None;
    }
    if !is_nameable(host) {
        return Some(format!("{scheme}:"));
    }
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{scheme}://{host}{port}"))
}

/// Whether a policy can name this host: the grammar of its sources (CSP Level 3 §2.3.1) has no `_` and no IPv6 address, and
/// browsers differ on a dot at the end.
fn is_nameable(host: &str) -> bool {
    host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte)) && !host.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_callback_and_where_it_cannot_its_scheme() {
        let source = |origin: &str| policy_source(origin).unwrap();
        assert_eq!(source("https://app.example:8443"), "https://app.example:8443");
        assert_eq!(source("http://localhost"), "http://localhost");
        for origin in
            ["http://[::1]:8080", "http://my_app:8080", "http://_a.example", "http://app.example.:80"]
        {
            assert_eq!(source(origin), "http:", "{origin}");
        }
        assert_eq!(source("https://my_app"), "https:");
        for scheme in ["ws", "ftp", "myapp"] {
            assert_eq!(policy_source(&format!("{scheme}://my_app")), None, "{scheme}");
        }
    }

    #[test]
    fn of_an_application_the_policy_names_the_scheme_alone() {
        for scheme in ["myapp:", "com.example.app:", "web+tool:"] {
            assert_eq!(policy_source(scheme).unwrap(), scheme);
        }
        for scheme in [
            "http:",
            "https:",
            "data:",
            "javascript:",
            "blob:",
            "filesystem:",
            "a;b:",
            "a b:",
            "*:",
            "'self':",
            ":",
            "a::",
        ] {
            assert_eq!(policy_source(scheme), None, "{scheme}");
        }
        for character in (0..=0x7f_u8).map(char::from) {
            let is_part = character.is_ascii_alphanumeric() || ['+', '-', '.'].contains(&character);
            assert_eq!(policy_source(&format!("a{character}b:")).is_some(), is_part, "{character:?}");
        }
    }

    #[test]
    fn no_character_of_a_callback_reaches_the_policy_but_those_of_hosts_and_ports() {
        for character in (0..=0x7f_u8).map(char::from) {
            let is_part = character.is_ascii_alphanumeric() || ['-', '.'].contains(&character);
            let origin = format!("https://a{character}b");
            let expected = match character {
                '_' => Some("https:".to_owned()),
                _ => is_part.then(|| origin.clone()),
            };
            assert_eq!(policy_source(&origin), expected, "{character:?}");
        }
        for origin in [
            "null",
            "",
            "https://",
            "https://*",
            "http://x;sandbox",
            "https://a.example:*",
            "https://a.example:80;sandbox",
            "https://a.example:",
            "https://a.example/cb",
            "data://a",
            "https://a'none'",
        ] {
            assert_eq!(policy_source(origin), None, "{origin}");
        }
    }
}
