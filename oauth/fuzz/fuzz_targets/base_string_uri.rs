//! Computes base string URIs of arbitrary texts, and compares host and port with those of the `url` crate.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oauth::base_string_uri;
use url::{Host, Url};

fuzz_target!(|text: &str| {
    let Ok((uri, query)) = base_string_uri(text) else { return };
    assert_eq!(base_string_uri(&uri), Ok((uri.clone(), None)));
    assert!(query.is_none_or(|query| text.contains(&format!("?{query}"))));
    let (Ok(made), Ok(seen)) = (Url::parse(&uri), Url::parse(text)) else { return };
    assert_eq!(made.scheme(), seen.scheme());
    assert_eq!(made.host(), seen.host());
    assert_eq!(made.port(), seen.port());
    if let Some(Host::Domain(name)) = seen.host() {
        assert!(uri.contains(name), "{uri} is not at {name}");
    }
    assert!(seen.username().is_empty() && seen.password().is_none());
});
