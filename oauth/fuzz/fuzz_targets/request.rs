//! Parses requests of arbitrary bytes.

#![no_main]

#[path = "../../tests/support/mod.rs"]
mod support;

use libfuzzer_sys::fuzz_target;
use oauth::{Request, Secrets};

fuzz_target!(|data: &[u8]| {
    let mut lines = data.split(|byte| *byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let Ok(method) = str::from_utf8(line()) else { return };
    let (uri, query, form) = (line(), line(), line());
    let authorization: Vec<&[u8]> = lines.collect();
    let request = Request {
        method,
        base_string_uri: uri,
        query: Some(query),
        authorization: &authorization,
        form: Some(form),
    };
    let signed = request.is_signed();
    match request.parse(&[]) {
        Ok(read) => {
            assert!(signed && authorization.len() <= 1 && !read.consumer_key().is_empty());
            assert!(read.nonce().is_none_or(|nonce| (1..=255).contains(&nonce.len())));
            let own = |(name, value): (&[u8], &[u8])| (name.to_owned(), value.to_owned());
            let parameters = read.parameters().map(own).collect();
            assert_eq!(read.base_string(), support::base_string(method, uri, &parameters));
            let secrets = Secrets { consumer_secret: "a", token_secret: "b", rsa_public_key: None };
            assert!(read.verify(&secrets).is_err() || read.signature_method().name() == "PLAINTEXT");
        }
        Err(problem) => {
            assert_eq!(problem.status(), 400);
            assert!(problem.advice().bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            assert!(problem.detailed_challenge(method).bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            assert!(problem.members().len() >= 2);
        }
    }
});
