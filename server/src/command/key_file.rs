//! A file with a consumer's RSA public key: PEM, base64 alone, or DER.

use std::{fs::File, io};

use oauth::RsaPublicKey;

use crate::{
    command::error::CommandError,
    secret_text::{bounded_bytes, text},
};

/// The key in a file, which has to hold one, as text.
pub(super) fn read_one(path: &str) -> Result<String, CommandError> {
    let key = read(path)?;
    if key.trim().is_empty() {
        return Err(CommandError::Usage(format!("The key file {path} is empty.")));
    }
    Ok(key)
}

/// The key in a file as text, which is empty where the file is.
pub(super) fn read(path: &str) -> Result<String, CommandError> {
    let unread =
        |error: io::Error| CommandError::Usage(format!("The key file {path} cannot be read: {error}."));
    let bytes = File::open(path).and_then(bounded_bytes).map_err(unread)?;
    if is_der(&bytes) {
        let key = RsaPublicKey::from_der(&bytes);
        return key.map(|key| key.to_pem()).map_err(|error| {
            CommandError::Usage(format!("The key file {path} is DER, but no key that can be used: {error}"))
        });
    }
    text(bytes).map_err(unread)
}

/// Whether bytes begin as a key or certificate in DER: a SEQUENCE of 128 bytes or more. No text begins so: a `0` before a byte
/// that continues a character.
fn is_der(bytes: &[u8]) -> bool {
    matches!(bytes, [0x30, 0x81..=0x84, ..])
}
