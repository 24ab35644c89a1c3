//! The parameters of a request (RFC 5849 §3.4.1.3): collected from header, query and form, each decoded exactly once.
//! A protocol parameter may occur once, and all of them only in one place (§3.5). Sorted as in the base string.

use std::borrow::Cow;

use crate::{
    encoding::{PLUS_IS_SPACE, PLUS_STAYS, decode, encoded_order},
    header,
    problem::Problem,
    request::Request,
};

/// Limits the work that one request can cause.
const MOST_PARAMETERS: usize = 1000;

const PROTOCOL_PREFIX: &str = "oauth_";

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
    pub(crate) fn of(name: &str) -> Option<Self> {
        Some(match name.strip_prefix(PROTOCOL_PREFIX)? {
            "callback" => Self::Callback,
            "consumer_key" => Self::ConsumerKey,
            "nonce" => Self::Nonce,
            "signature" => Self::Signature,
            "signature_method" => Self::SignatureMethod,
            "timestamp" => Self::Timestamp,
            "token" => Self::Token,
            "verifier" => Self::Verifier,
            "version" => Self::Version,
            _ => return None,
        })
    }
}

/// The index of each protocol parameter in a list, looked up once.
#[derive(Clone, Copy)]
pub(crate) struct Places([Option<u16>; Protocol::Version as usize + 1]);

impl Places {
    /// A `u16` is enough: `collect` rejects more than 1,000 parameters.
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
    pub(crate) fn find<'p>(&self, parameters: &'p [Parameter<'_>], which: Protocol) -> Option<&'p str> {
        self.0[which as usize].map(|index| parameters[usize::from(index)].value.as_ref())
    }
}

/// One decoded parameter.
#[derive(Clone)]
pub(crate) struct Parameter<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) value: Cow<'a, str>,
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
            for pair in header::Pairs::new(credentials) {
                let (name, value) = pair.map_err(|_| rejected([], MALFORMED_HEADER))?;
                push(&mut all, name, value, PLUS_STAYS)?;
            }
        }
    }
    for text in [request.query.map(str::as_bytes), request.form].into_iter().flatten() {
        let before = all.len();
        for (name, value) in pairs(text) {
            push(&mut all, name, value, PLUS_IS_SPACE)?;
        }
        if all[..before].iter().any(Parameter::is_protocol) {
            let misplaced = all[before..].iter().filter(|parameter| parameter.is_protocol());
            refuse_any(misplaced, MISPLACED)?;
        }
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
    pairs(text).any(|(name, _)| decode(name, PLUS_IS_SPACE).is_some_and(|name| Protocol::of(&name).is_some()))
}

/// Whether a query or form contains the signature.
pub(crate) fn has_signature(text: &[u8]) -> bool {
    let is_signature = |name: &str| Protocol::of(name) == Some(Protocol::Signature);
    pairs(text).any(|(name, _)| decode(name, PLUS_IS_SPACE).is_some_and(|name| is_signature(&name)))
}

/// The pairs of an application/x-www-form-urlencoded text, still encoded.
fn pairs(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let equals = pair.iter().position(|byte| *byte == b'=');
        equals.map_or((pair, &[][..]), |equals| (&pair[..equals], &pair[equals + 1..]))
    })
}

fn push<'a>(all: &mut Vec<Parameter<'a>>, name: &'a [u8], value: &'a [u8], plus: u8) -> Result<(), Problem> {
    if all.len() == MOST_PARAMETERS {
        return Err(rejected([], "The request has more than 1,000 parameters; send fewer."));
    }
    let name = decode(name, plus).ok_or_else(|| rejected([], UNDECODABLE_NAME))?;
    let Some(value) = decode(value, plus) else {
        return Err(rejected([name.as_ref()], UNDECODABLE_VALUE));
    };
    all.push(Parameter { name, value });
    Ok(())
}

/// Rejects these parameters, if there are any; the problem lists each name once.
fn refuse_any<'p, 'a: 'p>(
    parameters: impl Iterator<Item = &'p Parameter<'a>>,
    why: &'static str,
) -> Result<(), Problem> {
    let mut names: Vec<&str> = parameters.map(|parameter| parameter.name.as_ref()).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() { Ok(()) } else { Err(rejected(names, why)) }
}

pub(crate) fn rejected<'n>(names: impl IntoIterator<Item = &'n str>, why: &'static str) -> Problem {
    Problem::ParameterRejected { names: names.into_iter().map(str::to_owned).collect(), why }
}

const MALFORMED_HEADER: &str = "The Authorization header field cannot be read; write OAuth, a space, then name=\"value\" pairs with commas between.";
const MISPLACED: &str = "The oauth_ parameters are spread over the Authorization header, the query and the form; send all in one of them.";
const REPEATED: &str = "An oauth_ parameter is sent more than once; send each once.";
const UNDECODABLE_NAME: &str = "A parameter's name is not percent-encoded UTF-8; encode each % as %25 and text as UTF-8 before percent-encoding.";
const UNDECODABLE_VALUE: &str =
    "The value is not percent-encoded UTF-8; encode each % as %25 and text as UTF-8 before percent-encoding.";
