//! Computes base string URIs of arbitrary octets, and compares host and port with those of the `url` crate.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oauth::base_string_uri;
use url::{Host, Url};

fuzz_target!(|octets: &[u8]| {
    let Ok((uri, query)) = base_string_uri(octets) else { return };
    assert_eq!(base_string_uri(&uri), Ok((uri.clone(), None)));
    assert!(query.is_none_or(|query| {
        octets.windows(query.len() + 1).any(|part| part[0] == b'?' && part[1..] == *query)
    }));
    let (Ok(uri), Ok(text)) = (str::from_utf8(&uri), str::from_utf8(octets)) else { return };
    let (Ok(made), Ok(seen)) = (Url::parse(uri), Url::parse(text)) else { return };
    assert_eq!(made.scheme(), seen.scheme());
    assert_eq!(made.host(), seen.host());
    assert_eq!(made.port(), seen.port());
    if let Some(Host::Domain(name)) = seen.host() {
        assert!(uri.contains(name), "{uri} is not at {name}");
    }
    assert!(seen.username().is_empty() && seen.password().is_none());
});
