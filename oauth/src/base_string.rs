//! The signature base string (RFC 5849 §3.4.1): the text that client and server both sign.

use crate::{
    encoding::{push_encoded, push_twice_encoded},
    parameters::Parameter,
};

/// Joins method, base string URI and sorted parameters (§3.4.1.1).
pub(crate) fn base_string(method: &str, uri: &[u8], parameters: &[Parameter<'_>]) -> String {
    // Room for the separators, and a third more for percent-encoding, so that a typical request does not reallocate.
    let unencoded: usize =
        parameters.iter().map(|parameter| parameter.name.len() + parameter.value.len() + 6).sum();
    let mut out = String::with_capacity((method.len() + uri.len() + unencoded) * 4 / 3 + 2);
    push_encoded(&mut out, method.to_ascii_uppercase().as_bytes());
    out.push('&');
    push_encoded(&mut out, uri);
    let mut separator = "&";
    for Parameter { name, value } in parameters {
        out.push_str(separator);
        push_twice_encoded(&mut out, name);
        out.push_str("%3D");
        push_twice_encoded(&mut out, value);
        separator = "%26";
    }
    if parameters.is_empty() {
        out.push('&');
    }
    out
}
