//! The site inside the program: files with a hash in their name, compressed ahead of time, cached for good.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};

/// One file of the site.
#[derive(Debug)]
pub(crate) struct Asset {
    path: &'static str,
    media_type: &'static str,
    hash: &'static str,
    identity: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The file at a path. `/favicon.ico` is asked for by programs that read no page.
pub(crate) fn find(path: &str) -> Option<&'static Asset> {
    let path = if path == "/favicon.ico" { ICON } else { path };
    ASSETS.iter().find(|asset| asset.path == path)
}

/// `GET` and `HEAD` of a file of the site.
pub(crate) async fn serve(request: Request) -> Response {
    let path = request.uri().path();
    let Some(asset) = find(path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // Only a name with the hash in it means this content for ever.
    let cache = if path == asset.path { "public, max-age=31536000, immutable" } else { "no-cache" };
    let (coding, bytes) = choose(asset, request.headers());
    let etag = format!("\"{}{}\"", asset.hash, coding.map_or(String::new(), |coding| format!("-{coding}")));
    let etag = HeaderValue::from_str(&etag).expect("a hash is hexadecimal");
    let known = request.headers().get_all(header::IF_NONE_MATCH).iter().any(|tags| matches(tags, &etag));
    let body = if known { &[][..] } else { bytes };
    let status = if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    headers.insert(header::ETAG, etag);
    if let Some(coding) = coding.filter(|_| !known) {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

/// `If-None-Match` (RFC 9110 section 13.1.2): weak comparison, a list, or `*`.
fn matches(tags: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(tags), Ok(etag)) = (tags.to_str(), etag.to_str()) else {
        return false;
    };
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// The smallest form that the client takes (RFC 9110 section 12.5.3); without a wish, the plain one.
fn choose(asset: &Asset, headers: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let wishes: Vec<(String, f32)> = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|wish| {
            let (coding, parameters) = wish.split_once(';').unwrap_or((wish, ""));
            let weight =
                parameters.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(1.0);
            (coding.trim().to_ascii_lowercase(), weight)
        })
        .collect();
    let takes = |coding: &str| {
        let named = wishes
            .iter()
            .find(|(wish, _)| wish == coding)
            .or_else(|| wishes.iter().find(|(wish, _)| wish == "*"));
        named.is_some_and(|(_, weight)| *weight > 0.0)
    };
    [("br", asset.brotli), ("gzip", asset.gzip)]
        .into_iter()
        .find_map(|(coding, bytes)| Some((Some(coding), bytes.filter(|_| takes(coding))?)))
        .unwrap_or((None, asset.identity))
}

#[cfg(test)]
mod tests {
    use super::*;

    static ASSET: Asset = Asset {
        path: "/a.0.js",
        media_type: "text/javascript",
        hash: "0",
        identity: b"identity",
        brotli: Some(b"br"),
        gzip: Some(b"gz"),
    };

    fn chosen(accept: &str) -> Option<&'static str> {
        let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, accept.parse().unwrap())]);
        choose(&ASSET, &headers).0
    }

    #[test]
    fn the_smallest_form_that_the_client_takes_is_sent() {
        assert_eq!(chosen("gzip, deflate, br"), Some("br"));
        assert_eq!(chosen("gzip, br;q=0"), Some("gzip"));
        assert_eq!(chosen("*"), Some("br"));
        assert_eq!(chosen("identity, *;q=0"), None);
        assert_eq!(chosen("zstd"), None);
        assert_eq!(choose(&ASSET, &HeaderMap::new()).0, None);
    }

    #[test]
    fn a_known_tag_is_recognised_in_a_list_and_when_weak() {
        let is_known = |tags: &str| matches(&tags.parse().unwrap(), &"\"0-br\"".parse().unwrap());
        assert!(is_known("\"0-br\"") && is_known("\"1\", W/\"0-br\"") && is_known("*"));
        assert!(!is_known("\"0\"") && !is_known("0-br"));
    }
}
