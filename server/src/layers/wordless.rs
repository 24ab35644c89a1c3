//! Words for answers that have none: routers and extractors, ours and axum's, refuse with a bare status. Outside of the layers
//! that render problem details and pages, on both listeners.

use axum::{
    body::HttpBody as _,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};

const TEXT: &str = "text/plain; charset=utf-8";

/// Fills an empty refusal with a sentence. What has a body or says what kind of body it has is left alone, but for tower-http's
/// *length limit exceeded*, which does not say what to do.
pub(crate) async fn with_words(mut response: Response) -> Response {
    let is_wordless = match response.headers().get(header::CONTENT_TYPE) {
        Some(text) => response.status() == StatusCode::PAYLOAD_TOO_LARGE && text == TEXT,
        None => response.body().size_hint().exact() == Some(0),
    };
    if let Some(words) = words(response.status()).filter(|_| is_wordless) {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(TEXT));
        headers.remove(header::CONTENT_LENGTH);
        *response.body_mut() = words.into();
    }
    response
}

/// `None` for statuses whose answers say what they have to say themselves: a challenge is in a header.
fn words(status: StatusCode) -> Option<&'static str> {
    Some(match status {
        StatusCode::BAD_REQUEST => {
            "This server cannot read the request. Percent-encode what is no part of a URL as UTF-8, and send each field once.\n"
        }
        StatusCode::NOT_FOUND => "There is nothing at this address. Compare it with the documentation.\n",
        StatusCode::METHOD_NOT_ALLOWED => {
            "This address does not take that method. The Allow header names those that it takes.\n"
        }
        StatusCode::NOT_ACCEPTABLE => {
            "This is not available in a content coding that Accept-Encoding allows. Allow identity, gzip or br.\n"
        }
        StatusCode::PAYLOAD_TOO_LARGE => "The body of this request is too large. Send less at a time.\n",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            "This address does not take a body of that Content-Type. Send what the documentation says.\n"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        response::IntoResponse as _,
    };

    use super::*;

    async fn text(response: Response) -> String {
        let body = to_bytes(with_words(response).await.into_body(), usize::MAX).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_bare_refusal_gets_a_sentence_and_keeps_its_headers() {
        for status in [400, 404, 405, 406, 413, 415] {
            let status = StatusCode::from_u16(status).unwrap();
            let bare = (status, [(header::ALLOW, "GET")]).into_response();
            let answer = with_words(bare).await;
            assert_eq!(
                (answer.status(), &answer.headers()[header::ALLOW]),
                (status, &HeaderValue::from_static("GET"))
            );
            assert_eq!(answer.headers()[header::CONTENT_TYPE], TEXT);
            let words = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            assert!(words.ends_with(b".\n") && words.len() > 20, "{words:?}");
        }
    }

    #[tokio::test]
    async fn a_limit_of_tower_http_is_told_with_what_to_do() {
        let limited =
            (StatusCode::PAYLOAD_TOO_LARGE, [(header::CONTENT_TYPE, TEXT)], "length limit exceeded");
        assert_eq!(
            text(limited.into_response()).await,
            "The body of this request is too large. Send less at a time.\n"
        );
    }

    #[tokio::test]
    async fn what_has_a_body_or_needs_none_is_left_alone() {
        let told = (StatusCode::NOT_FOUND, "told\n").into_response();
        assert_eq!(text(told).await, "told\n");
        let typed = (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "image/png")]).into_response();
        assert_eq!(text(typed).await, "");
        for status in [200, 204, 302, 304, 401, 403, 503] {
            assert_eq!(text(StatusCode::from_u16(status).unwrap().into_response()).await, "", "{status}");
        }
        let streamed = Body::from_stream(futures::stream::iter([Ok::<_, std::io::Error>("later")]));
        assert_eq!(text((StatusCode::NOT_FOUND, streamed).into_response()).await, "later");
    }
}
