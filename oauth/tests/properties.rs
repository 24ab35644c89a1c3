//! Properties of all requests: a signed one verifies, any later change is detected, nothing panics.

mod support;

use oauth::Request;
use proptest::{collection::vec, prelude::*, sample::Index};
use support::{Pairs, Place, Sent, base_string, protocol, signature};

/// Text as often as arbitrary octets.
fn octets(most: usize) -> impl Strategy<Value = Vec<u8>> {
    let text = vec(any::<char>(), 0..most).prop_map(|text| text.iter().collect::<String>().into_bytes());
    prop_oneof![vec(any::<u8>(), 0..most), text]
}

/// Arbitrary parameters that are not protocol parameters.
fn pairs() -> impl Strategy<Value = Pairs> {
    vec((octets(6), octets(12)), 0..6)
        .prop_map(|pairs| pairs.into_iter().filter(|(name, _)| !name.starts_with(b"oauth_")).collect())
}

fn place() -> impl Strategy<Value = Place> {
    prop_oneof![Just(Place::Header), Just(Place::Query), Just(Place::Form)]
}

fn method() -> impl Strategy<Value = String> {
    prop_oneof!["GET|POST|PUT|PATCH|DELETE|HEAD|get|Post", "[!-~]{1,8}"]
}

prop_compose! {
    /// The usual parameters with an arbitrary nonce and token.
    fn own_protocol()(nonce in ".{1,20}", token in ".{0,20}", hmac in "1|256|512") -> Pairs {
        let mut pairs = protocol();
        pairs[1].1 = token.into();
        pairs[2].1 = format!("HMAC-SHA{hmac}").into();
        pairs[4].1 = nonce.into();
        pairs
    }
}

prop_compose! {
    /// A request to sign.
    fn draft()(
        method in method(), path in vec(prop_oneof![b'!'..=b'~', 0x80..=0xff_u8], 0..16), place in place(), protocol in own_protocol(),
        in_query in pairs(), in_form in pairs(),
    ) -> Draft {
        let uri = [&b"https://api.example.com/"[..], &path].concat();
        Draft { method, uri, place, protocol, in_query, in_form }
    }
}

#[derive(Clone, Debug)]
struct Draft {
    method: String,
    uri: Vec<u8>,
    place: Place,
    protocol: Pairs,
    in_query: Pairs,
    in_form: Pairs,
}

impl Draft {
    fn signature(&self) -> String {
        signature((&self.method, &self.uri), &[&self.protocol, &self.in_query, &self.in_form])
    }

    fn carrying(&self, signature: &str) -> Sent {
        let (request, protocol) = ((self.method.as_str(), &self.uri), (self.place, &self.protocol));
        Sent::carrying(signature, request, protocol, &self.in_query, &self.in_form)
    }

    fn signed(&self) -> Sent {
        self.carrying(&self.signature())
    }
}

/// The parsed parameters, and the base string.
fn seen(sent: &Sent) -> Option<(Pairs, String)> {
    let own = |(name, value): (&[u8], &[u8])| (name.to_owned(), value.to_owned());
    sent.parse(|request| (request.parameters().map(own).collect(), request.base_string())).ok()
}

/// Replaces a byte by another one.
fn replace(text: &mut [u8], index: Index, byte: u8) -> bool {
    let Some(last) = text.len().checked_sub(1) else { return false };
    std::mem::replace(&mut text[index.index(last + 1)], byte) != byte
}

/// The same in a text, if the result is UTF-8.
fn replace_in(text: &mut String, index: Index, byte: u8) -> bool {
    let mut bytes = text.clone().into_bytes();
    let is_changed = replace(&mut bytes, index, byte);
    is_changed
        && String::from_utf8(bytes).is_ok_and(|changed| {
            *text = changed;
            true
        })
}

proptest! {
    // A failure found here becomes a test of its own.
    #![proptest_config(ProptestConfig { failure_persistence: None, max_global_rejects: u32::MAX, ..Default::default() })]

    #[test]
    fn a_signed_request_is_believed(draft in draft()) {
        let sent = draft.signed();
        prop_assert_eq!(sent.verify(), Ok(()));
        let (parameters, made) = seen(&sent).unwrap();
        let all = [draft.in_query, draft.in_form, draft.protocol].concat();
        prop_assert_eq!(&made, &base_string(&sent.method, &sent.uri, &all));
        prop_assert_eq!(base_string(&sent.method, &sent.uri, &parameters), made);
        prop_assert!(sent.read(|request| request.is_signed()));
    }

    #[test]
    fn another_byte_anywhere_is_noticed_unless_it_means_the_same(
        draft in draft(), place in 0..5, index: Index, byte in prop_oneof![0x20_u8..0x7f, any::<u8>()],
    ) {
        let sent = draft.signed();
        let mut changed = sent.clone();
        let text = match place {
            0 => None,
            1 => Some(&mut changed.uri),
            2 => changed.query.as_mut(),
            3 => changed.form.as_mut(),
            _ => changed.headers.first_mut(),
        };
        let is_changed = text.is_some_and(|text| replace(text, index, byte));
        prop_assume!(is_changed || (place == 0 && replace_in(&mut changed.method, index, byte)));
        // Equivalent spellings verify too: `+` for `%20`, another order, `get` for `GET`, another realm.
        if changed.verify().is_ok() {
            prop_assert_eq!(seen(&changed), seen(&sent));
        }
    }

    #[test]
    fn another_byte_in_the_method_or_uri_is_always_noticed(
        draft in draft(), in_method: bool, index: Index, byte in prop_oneof![b'a'..=b'z', b'0'..=b'9'],
    ) {
        let mut changed = draft.signed();
        let is_changed = if in_method {
            replace_in(&mut changed.method, index, byte)
        } else {
            replace(&mut changed.uri, index, byte)
        };
        prop_assume!(is_changed);
        prop_assume!(!in_method || !changed.method.eq_ignore_ascii_case(&draft.method));
        prop_assert_eq!(changed.verify().unwrap_err().name(), "signature_invalid");
    }

    #[test]
    fn another_byte_in_a_name_or_value_is_always_noticed(
        draft in draft(), list in 0..3, pair: Index, in_value: bool, index: Index, byte in b'a'..=b'z',
    ) {
        let mut changed = draft.clone();
        let list = match list {
            0 => &mut changed.in_query,
            1 => &mut changed.in_form,
            _ => &mut changed.protocol,
        };
        prop_assume!(!list.is_empty());
        let (name, value) = pair.get_mut(list);
        prop_assume!(replace(if in_value { value } else { name }, index, byte));
        prop_assert!(changed.carrying(&draft.signature()).verify().is_err());
    }

    #[test]
    fn another_byte_in_the_signature_is_always_noticed(draft in draft(), index: Index, byte in b'A'..=b'z') {
        let mut signature = draft.signature();
        prop_assume!(replace_in(&mut signature, index, byte));
        prop_assert_eq!(draft.carrying(&signature).verify().unwrap_err().name(), "signature_invalid");
    }

    #[test]
    fn no_bytes_make_the_reader_panic(
        method in ".{0,8}", uri in vec(any::<u8>(), 0..30), query in option(vec(any::<u8>(), 0..60)),
        form in option(vec(any::<u8>(), 0..60)),
        fields in vec(field(), 0..3),
    ) {
        let authorization: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
        let request = Request {
            method: &method,
            base_string_uri: &uri,
            query: query.as_deref(),
            authorization: &authorization,
            form: form.as_deref(),
        };
        request.is_signed();
        if let Err(problem) = request.parse(&["oauth_callback"]) {
            prop_assert!(problem.members().len() >= 2);
            for challenge in [problem.challenge(&method), problem.detailed_challenge(&method)] {
                prop_assert!(challenge.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{challenge}");
            }
        }
    }
}

/// A header field of arbitrary bytes, or one that resembles an OAuth field.
fn field() -> impl Strategy<Value = Vec<u8>> {
    let near = "OAuth( |,|\"|=|\\\\|%|a|Realm=\"|oauth_nonce=\"x\"|OAUTH_TOKEN=\"%C3%A9\"|oauth_verifier=\"%E9\"){0,12}";
    prop_oneof![vec(any::<u8>(), 0..60), near.prop_map(String::into_bytes)]
}

fn option<S: Strategy>(strategy: S) -> impl Strategy<Value = Option<S::Value>> {
    proptest::option::of(strategy)
}
