//! The parameters of a request (RFC 5849 §3.4.1.3): collected from header, query and form, each decoded exactly once.
//! Decoded to octets: only the values of protocol parameters have to be UTF-8 (§3.6). A protocol parameter may occur once,
//! in whichever place. Sorted as in the base string.

use std::borrow::Cow;

use crate::{
    encoding::{PLUS_IS_SPACE, PLUS_STAYS, decode, encoded_order},
    header,
    problem::Problem,
    request::Request,
};

/// Limits the work that one request can cause: sorting them is the dearest, which takes n log n comparisons. More than any tool
/// sends in a form, and less than a `u16` counts.
const MOST_PARAMETERS: usize = 10_000;

const PROTOCOL_PREFIX: &[u8] = b"oauth_";

/// The parameters of RFC 5849 §2 and §3. A query or form that contains one of them claims to be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Callback,
    ConsumerKey,
    Nonce,
    Signature,
    SignatureMethod,
    Timestamp,
    Token,
    Verifier,
    Version,
}

impl Protocol {
    pub(crate) fn of(name: &[u8]) -> Option<Self> {
        Some(match name.strip_prefix(PROTOCOL_PREFIX)? {
            b"callback" => Self::Callback,
            b"consumer_key" => Self::ConsumerKey,
            b"nonce" => Self::Nonce,
            b"signature" => Self::Signature,
            b"signature_method" => Self::SignatureMethod,
            b"timestamp" => Self::Timestamp,
            b"token" => Self::Token,
            b"verifier" => Self::Verifier,
            b"version" => Self::Version,
            _ => return None,
        })
    }
}

/// The index of each protocol parameter in a list, looked up once.
#[derive(Clone, Copy)]
pub(crate) struct Places([Option<u16>; Protocol::Version as usize + 1]);

impl Places {
    /// A `u16` is enough: `collect` rejects more than 10,000 parameters.
    pub(crate) fn of(parameters: &[Parameter<'_>]) -> Self {
        let mut places = Self([None; Protocol::Version as usize + 1]);
        for (index, parameter) in (0..).zip(parameters) {
            if let Some(which) = Protocol::of(&parameter.name) {
                places.0[which as usize] = Some(index);
            }
        }
        places
    }

    /// The value of the parameter, which may be empty.
    pub(crate) fn find<'p>(&self, parameters: &'p [Parameter<'_>], which: Protocol) -> Option<&'p [u8]> {
        self.0[which as usize].map(|index| parameters[usize::from(index)].value.as_ref())
    }
}

/// One decoded parameter.
#[derive(Clone)]
pub(crate) struct Parameter<'a> {
    pub(crate) name: Cow<'a, [u8]>,
    /// UTF-8 if the parameter belongs to the protocol.
    pub(crate) value: Cow<'a, [u8]>,
}

impl Parameter<'_> {
    fn is_protocol(&self) -> bool {
        self.name.starts_with(PROTOCOL_PREFIX)
    }
}

/// All parameters including `oauth_signature`, sorted by encoded name, then encoded value.
pub(crate) fn collect<'a>(request: &Request<'a>) -> Result<Vec<Parameter<'a>>, Problem> {
    let mut all = Vec::with_capacity(16);
    if let [field, further @ ..] = request.authorization {
        if !further.is_empty() {
            return Err(rejected([], "The request has more than one Authorization header field; send one."));
        }
        if let Some(credentials) = header::credentials(field) {
            let malformed = |malformed: header::Malformed| rejected([], malformed.why());
            for pair in header::Pairs::new(credentials.map_err(malformed)?) {
                let (name, value) = pair.map_err(malformed)?;
                let name = in_lower_case(decode(name, PLUS_STAYS).ok_or_else(undecodable_name)?);
                push(&mut all, name, value, PLUS_STAYS)?;
            }
        }
    }
    for (name, value) in [request.query, request.form].into_iter().flatten().flat_map(pairs) {
        let name = decode(name, PLUS_IS_SPACE).ok_or_else(undecodable_name)?;
        push(&mut all, name, value, PLUS_IS_SPACE)?;
    }
    all.sort_unstable_by(|left, right| {
        encoded_order(&left.name, &right.name).then_with(|| encoded_order(&left.value, &right.value))
    });
    let repeated = all.windows(2).filter(|pair| pair[0].name == pair[1].name && pair[0].is_protocol());
    refuse_any(repeated.map(|pair| &pair[0]), REPEATED)?;
    Ok(all)
}

/// Whether a query or form contains a protocol parameter.
pub(crate) fn has_protocol_parameter(text: &[u8]) -> bool {
    names(text).any(|name| Protocol::of(&name).is_some())
}

/// Whether a query or form contains the signature.
pub(crate) fn has_signature(text: &[u8]) -> bool {
    names(text).any(|name| Protocol::of(&name) == Some(Protocol::Signature))
}

/// The decoded names in a query or form; those that cannot be decoded are left out.
fn names(text: &[u8]) -> impl Iterator<Item = Cow<'_, [u8]>> {
    pairs(text).filter_map(|(name, _)| decode(name, PLUS_IS_SPACE))
}

/// The pairs of an application/x-www-form-urlencoded text, still encoded.
fn pairs(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let equals = pair.iter().position(|byte| *byte == b'=');
        equals.map_or((pair, &[][..]), |equals| (&pair[..equals], &pair[equals + 1..]))
    })
}

/// Auth-params have no case (RFC 9110 §11.2), so that another spelling of a name in the header is the protocol's too.
fn in_lower_case(mut name: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    if name.iter().any(u8::is_ascii_uppercase) && Protocol::of(&name.to_ascii_lowercase()).is_some() {
        name.to_mut().make_ascii_lowercase();
    }
    name
}

fn push<'a>(
    all: &mut Vec<Parameter<'a>>,
    name: Cow<'a, [u8]>,
    value: &'a [u8],
    plus: u8,
) -> Result<(), Problem> {
    if all.len() == MOST_PARAMETERS {
        return Err(rejected([], "The request has more than 10,000 parameters; send fewer."));
    }
    let Some(value) = decode(value, plus) else {
        return Err(rejected([&*String::from_utf8_lossy(&name)], UNDECODABLE_VALUE));
    };
    let parameter = Parameter { name, value };
    if parameter.is_protocol() && str::from_utf8(&parameter.value).is_err() {
        return refuse_any([&parameter].into_iter(), NOT_UTF_8);
    }
    all.push(parameter);
    Ok(())
}

/// Rejects these parameters, if there are any; the problem lists each name once.
fn refuse_any<'p, 'a: 'p>(
    parameters: impl Iterator<Item = &'p Parameter<'a>>,
    why: &'static str,
) -> Result<(), Problem> {
    let mut names: Vec<_> = parameters.map(|parameter| String::from_utf8_lossy(&parameter.name)).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() { Ok(()) } else { Err(rejected(names.iter().map(|name| &**name), why)) }
}

fn undecodable_name() -> Problem {
    rejected([], UNDECODABLE_NAME)
}

pub(crate) fn rejected<'n>(names: impl IntoIterator<Item = &'n str>, why: &'static str) -> Problem {
    Problem::ParameterRejected { names: names.into_iter().map(str::to_owned).collect(), why }
}

const REPEATED: &str = "An oauth_ parameter is sent more than once, in the Authorization header, the query or the form; send each once.";
const UNDECODABLE_NAME: &str = "A parameter's name is not percent-encoded: two hex digits have to follow each %; encode a % itself as %25.";
const UNDECODABLE_VALUE: &str =
    "The value is not percent-encoded: two hex digits have to follow each %; encode a % itself as %25.";
const NOT_UTF_8: &str = "The value is not UTF-8, as those of oauth_ parameters have to be; encode text as UTF-8 before percent-encoding.";
