//! The site inside the program: files with a hash in their name, compressed ahead of time, cached for good.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use axum_extra::headers::{ETag, HeaderMapExt as _, IfNoneMatch};

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
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    answer(asset, path, request.headers())
}

fn answer(asset: &Asset, path: &str, wanted: &HeaderMap) -> Response {
    // Only a name with the hash in it means this content for ever.
    let cache = if path == asset.path { "public, max-age=31536000, immutable" } else { "no-cache" };
    let Some((coding, bytes)) = choose(asset, wanted) else {
        return (StatusCode::NOT_ACCEPTABLE, [(header::VARY, "Accept-Encoding")]).into_response();
    };
    let etag = format!("\"{}{}\"", asset.hash, coding.map_or(String::new(), |coding| format!("-{coding}")));
    let etag: ETag = etag.parse().expect("a hash is hexadecimal");
    let known = wanted.typed_get::<IfNoneMatch>().is_some_and(|tags| !tags.precondition_passes(&etag));
    let mut response =
        if known { StatusCode::NOT_MODIFIED.into_response() } else { Body::from(bytes).into_response() };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    headers.typed_insert(etag);
    if known {
        return response;
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    headers.insert(header::CONTENT_LENGTH, bytes.len().into());
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

/// Negotiates the content coding (RFC 9110 section 12.5.3): the highest weight, the smallest of equals, identity without
/// `Accept-Encoding`; `None` where no coding of ours is acceptable.
fn choose(asset: &Asset, headers: &HeaderMap) -> Option<(Option<&'static str>, &'static [u8])> {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let wishes: Vec<(String, f32)> = values.flat_map(|value| value.split(',')).filter_map(wish).collect();
    let weight = |coding: &str| {
        let named = wishes.iter().find(|(wish, _)| wish == coding);
        named.or_else(|| wishes.iter().find(|(wish, _)| wish == "*")).map(|(_, weight)| *weight)
    };
    // The plain form need not be asked for; then it comes after all that is.
    let plain = weight("identity").unwrap_or(f32::MIN_POSITIVE);
    let gzip = weight("gzip").or_else(|| weight("x-gzip"));
    let forms = [
        (plain, Some((None, asset.identity))),
        (gzip.unwrap_or(0.0), asset.gzip.map(|bytes| (Some("gzip"), bytes))),
        (weight("br").unwrap_or(0.0), asset.brotli.map(|bytes| (Some("br"), bytes))),
    ];
    let forms = forms.into_iter().filter_map(|(weight, form)| Some((weight, form?)));
    // Of equal ones `max_by` takes the last.
    let best = forms.filter(|(weight, _)| *weight > 0.0).max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.map(|(_, form)| form)
}

/// One coding and its weight, from 0 to 1; one with an invalid weight is ignored.
fn wish(text: &str) -> Option<(String, f32)> {
    let (coding, parameter) = text.split_once(';').unwrap_or((text, ""));
    let weight = match parameter.trim() {
        "" => 1.0,
        parameter => {
            let (name, weight) = parameter.split_once('=')?;
            let weight = weight.parse().ok().filter(|weight| (0.0..=1.0).contains(weight))?;
            name.eq_ignore_ascii_case("q").then_some(weight)?
        }
    };
    Some((coding.trim().to_ascii_lowercase(), weight))
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

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    /// The coding that is sent; `identity` for none.
    fn chosen(accept: &str) -> Option<&'static str> {
        choose(&ASSET, &headers(header::ACCEPT_ENCODING, accept))
            .map(|(coding, _)| coding.unwrap_or("identity"))
    }

    #[test]
    fn of_forms_that_the_client_likes_alike_the_smallest_is_sent() {
        assert_eq!(chosen("gzip, deflate, br"), Some("br"));
        assert_eq!(chosen("*"), Some("br"));
        assert_eq!(chosen("GZIP"), Some("gzip"));
        assert_eq!(chosen("x-gzip"), Some("gzip"));
        assert_eq!(chosen("br;q=0.001"), Some("br"));
    }

    #[test]
    fn the_form_that_the_client_likes_best_is_sent() {
        assert_eq!(chosen("br;q=0.5, gzip;q=0.8"), Some("gzip"));
        assert_eq!(chosen("identity, br;q=0.5"), Some("identity"));
        assert_eq!(chosen("br;q=0.2, *;q=0.1"), Some("br"));
    }

    #[test]
    fn a_form_that_the_client_refuses_is_not_sent() {
        assert_eq!(chosen("gzip, br;q=0"), Some("gzip"));
        assert_eq!(chosen("gzip, br; Q=0.000"), Some("gzip"));
        assert_eq!(chosen("identity, *;q=0"), Some("identity"));
        assert_eq!(chosen("identity;q=0, br"), Some("br"));
        assert_eq!(chosen("identity;q=0"), None);
        assert_eq!(chosen("zstd, *;q=0"), None);
    }

    #[test]
    fn whoever_asks_for_nothing_that_we_have_gets_the_plain_form() {
        for accept in ["", "zstd", "br;q=high", "br;q=2", "gzip;level=9"] {
            assert_eq!(chosen(accept), Some("identity"), "{accept}");
        }
        assert_eq!(choose(&ASSET, &HeaderMap::new()), Some((None, &b"identity"[..])));
    }

    #[test]
    fn an_answer_may_be_kept_for_ever_under_the_name_with_the_hash_alone() {
        let cache = |path| answer(&ASSET, path, &HeaderMap::new()).headers()[header::CACHE_CONTROL].clone();
        assert_eq!(cache("/a.0.js"), "public, max-age=31536000, immutable");
        assert_eq!(cache("/favicon.ico"), "no-cache");
    }

    #[test]
    fn each_coding_has_its_own_tag_and_says_its_length() {
        let response = answer(&ASSET, "/a.0.js", &headers(header::ACCEPT_ENCODING, "br"));
        let header = |name| response.headers()[name].to_str().unwrap();
        assert_eq!(header(header::ETAG), "\"0-br\"");
        assert_eq!(header(header::CONTENT_ENCODING), "br");
        assert_eq!(header(header::CONTENT_LENGTH), "2");
        assert_eq!(header(header::VARY), "Accept-Encoding");
    }

    #[test]
    fn what_the_client_has_already_is_not_sent_again() {
        let response = answer(&ASSET, "/a.0.js", &headers(header::IF_NONE_MATCH, "W/\"0\""));
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(response.headers()[header::ETAG], "\"0\"");
        assert!(!response.headers().contains_key(header::CONTENT_TYPE));
        assert_eq!(
            answer(&ASSET, "/a.0.js", &headers(header::IF_NONE_MATCH, "\"0-br\"")).status(),
            StatusCode::OK
        );
    }

    #[test]
    fn leptos_reads_the_options_and_they_agree_with_those_for_cargo_leptos() {
        let text = include_str!("../../Leptos.toml");
        let options = leptos::config::get_config_from_str(text).unwrap();
        assert_eq!(&*options.output_name, "latchkey");
        let ours: toml::Table = text.parse().unwrap();
        let cargo: toml::Table = include_str!("../../Cargo.toml").parse().unwrap();
        let ours = ours["package"]["metadata"]["leptos"].as_table().unwrap();
        let theirs = &cargo["workspace"]["metadata"]["leptos"][0];
        for (key, value) in ours {
            assert_eq!(theirs.get(key), Some(value), "{key}");
        }
    }

    #[test]
    fn a_known_tag_is_recognised_in_a_list_and_when_weak() {
        let is_known = |tags: &str| {
            let status = answer(&ASSET, "/a.0.js", &headers(header::IF_NONE_MATCH, tags)).status();
            status == StatusCode::NOT_MODIFIED
        };
        assert!(is_known("\"0\"") && is_known("\"1\", W/\"0\"") && is_known("*"));
        assert!(!is_known("\"0-br\"") && !is_known("0") && !is_known(""));
    }
}
