//! Signs like a minimal client, verifies, changes a byte, and verifies again.

#![no_main]

#[path = "../../tests/support/mod.rs"]
mod support;

use libfuzzer_sys::{
    arbitrary::{self, Arbitrary},
    fuzz_target,
};
use support::{Pairs, Place, Sent, base_string, protocol};

#[derive(Arbitrary, Debug)]
struct Draft {
    method: String,
    uri: Vec<u8>,
    place: u8,
    hmac: u8,
    nonce: String,
    token: String,
    in_query: Pairs,
    in_form: Pairs,
    changed: u8,
    index: u16,
    byte: u8,
}

/// The parsed parameters without the signature, and the base string.
fn seen(sent: &Sent) -> Option<(Pairs, String)> {
    let own = |(name, value): (&[u8], &[u8])| (name.to_owned(), value.to_owned());
    sent.parse(|request| (request.parameters().map(own).collect(), request.base_string())).ok()
}

fuzz_target!(|draft: Draft| {
    let method = draft.method.to_ascii_uppercase();
    let place = [Place::Header, Place::Query, Place::Form][usize::from(draft.place % 3)];
    let mut own = protocol();
    own[1].1 = draft.token.into();
    own[2].1 = ["HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512"][usize::from(draft.hmac % 3)].into();
    own[4].1 = draft.nonce.into();
    let all = [own.clone(), draft.in_query.clone(), draft.in_form.clone()].concat();
    if !(1..=255).contains(&own[4].1.len())
        || all.len() > 900
        || all[5..].iter().any(|(name, _)| name.starts_with(b"oauth_"))
    {
        return;
    }

    let sent = Sent::signed((&method, &draft.uri), (place, &own), &draft.in_query, &draft.in_form);
    assert_eq!(sent.verify(), Ok(()), "{sent:?}");
    assert_eq!(seen(&sent).unwrap().1, base_string(&method, &draft.uri, &all));

    let mut changed = sent.clone();
    let mut method = std::mem::take(&mut changed.method).into_bytes();
    let octets = match draft.changed % 5 {
        0 => Some(&mut method),
        1 => Some(&mut changed.uri),
        2 => changed.query.as_mut(),
        3 => changed.form.as_mut(),
        _ => changed.headers.first_mut(),
    };
    let Some(octets) = octets.filter(|octets| !octets.is_empty()) else { return };
    let index = usize::from(draft.index) % octets.len();
    octets[index] = draft.byte;
    let Ok(method) = String::from_utf8(method) else { return };
    changed.method = method;
    if changed.verify().is_ok() {
        assert_eq!(seen(&changed), seen(&sent));
    }
});
