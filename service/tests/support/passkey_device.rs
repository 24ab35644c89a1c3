//! A device that makes and uses a passkey (Web Authentication Level 3, ES256, no attestation), as a browser hands its answers on.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};

/// The user was there, and was verified.
const PRESENT: u8 = 0b1;
const VERIFIED: u8 = 0b100;
/// A new key stands behind the flags.
const HAS_KEY: u8 = 0b100_0000;

pub struct PasskeyDevice {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    /// Where the browser is.
    pub origin: String,
    /// Which host the device signs for; by itself that of the question.
    pub host: Option<String>,
    /// How often it has signed; a device that does not count stays at 0.
    pub counter: u32,
    pub is_verified: bool,
}

impl PasskeyDevice {
    pub fn at(origin: &str) -> Self {
        let (rng, alg) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(alg, &rng).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(alg, document.as_ref(), &rng).unwrap();
        let id = digest(&SHA256, key.public_key().as_ref()).as_ref().to_vec();
        Self { key, id, origin: origin.to_owned(), host: None, counter: 0, is_verified: true }
    }

    /// Makes a passkey for a question; returns the answer.
    pub fn make(&self, question: &str) -> String {
        let options = options(question);
        let client = self.client_data("webauthn.create", &options);
        let mut data = self.data(&options["rp"]["id"], HAS_KEY);
        // No model, then the key by its number and in COSE.
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        let point = self.key.public_key().as_ref();
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..]);
        // {"fmt": "none", "attStmt": {}, "authData": …} in CBOR.
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        let response = json!({
            "attestationObject": BASE64URL.encode(object),
            "clientDataJSON": BASE64URL.encode(client),
            "transports": ["internal"],
        });
        self.answer(&response)
    }

    /// Uses the passkey for a question; returns the answer.
    pub fn sign(&mut self, question: &str) -> String {
        let options = options(question);
        let client = self.client_data("webauthn.get", &options);
        let data = self.data(&options["rpId"], 0);
        let signed = [&data[..], digest(&SHA256, &client).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        let response = json!({
            "authenticatorData": BASE64URL.encode(data),
            "clientDataJSON": BASE64URL.encode(client),
            "signature": BASE64URL.encode(signature),
            "userHandle": null,
        });
        self.answer(&response)
    }

    fn answer(&self, response: &Value) -> String {
        let id = BASE64URL.encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response }).to_string()
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data = json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin });
        data.to_string().into_bytes()
    }

    fn data(&self, host: &Value, flags: u8) -> Vec<u8> {
        let host = self.host.as_deref().unwrap_or_else(|| host.as_str().unwrap());
        let verified = if self.is_verified { VERIFIED } else { 0 };
        let mut data = digest(&SHA256, host.as_bytes()).as_ref().to_vec();
        data.push(PRESENT | verified | flags);
        data.extend(self.counter.to_be_bytes());
        data
    }
}

fn options(question: &str) -> Value {
    serde_json::from_str::<Value>(question).unwrap()["publicKey"].take()
}
