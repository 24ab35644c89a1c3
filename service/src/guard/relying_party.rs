//! Passkeys of this server (Web Authentication Level 3): what browsers are asked, and whether their answers are right. The library
//! verifies; a passkey counts where its user was verified, too, by a PIN or a finger.

use domain::Username;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use store::{NewPasskey, Passkey, PasskeyUse, random};
use url::{Host, Url};
use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    prelude::{PasskeyAuthentication, PasskeyRegistration, Uuid},
};

/// The longest answer of a browser, in bytes: several times that of the largest attestations.
const MOST_ANSWER_BYTES: usize = 32 * 1024;
/// The longest number of a passkey, in bytes (§ 5.8.3).
const MOST_ID_BYTES: usize = 1_023;
/// The largest passkey that is stored, in bytes of JSON: one of RSA takes two thousand.
const MOST_CREDENTIAL_BYTES: usize = 8 * 1024;

/// What a browser is asked to prove, as it is stored until it answers.
#[derive(Serialize, Deserialize)]
pub(crate) enum Ceremony {
    /// Adds a passkey of this name, with this handle of its account.
    Add(String, Uuid, PasskeyRegistration),
    /// Uses a passkey.
    Use(PasskeyAuthentication),
}

impl Ceremony {
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a ceremony is plain data")
    }
}

/// This server, as browsers know it: a passkey works at its host alone.
#[derive(Clone, Debug)]
pub struct RelyingParty(Webauthn);

impl RelyingParty {
    /// The server at this address; `None` where browsers have no passkeys: without TLS, but on the own machine, and for an
    /// IP address.
    pub fn at(public_url: &Url) -> Option<Self> {
        let Host::Domain(host) = public_url.host()? else { return None };
        let is_own_machine = host == "localhost" || host.ends_with(".localhost");
        if public_url.scheme() != "https" && !is_own_machine {
            return None;
        }
        let builder = WebauthnBuilder::new(host, public_url).ok()?.rp_name("Latchkey");
        builder.build().ok().map(Self)
    }

    /// Asks for a new passkey; returns what to store, and the question for the browser as JSON.
    pub(crate) fn ask_for_new(
        &self,
        user: &Username,
        name: String,
        own: &[Passkey],
    ) -> Option<(Ceremony, String)> {
        // One handle for all passkeys of the account: an authenticator then keeps at most one of them.
        let handle = own.first().and_then(|passkey| Uuid::from_slice(&passkey.user_handle).ok());
        let handle = handle.unwrap_or_else(|| Uuid::from_bytes(random::bytes()));
        let excluded = own.iter().map(|passkey| passkey.id.clone()).collect();
        let asked = self.0.start_passkey_registration(handle, user.as_str(), user.as_str(), Some(excluded));
        let (question, state) = logged(asked)?;
        Some((Ceremony::Add(name, handle, state), json(&question)))
    }

    /// The passkey that a browser has made, if its answer is right.
    pub(crate) fn added(&self, ceremony: Ceremony, answer: &str) -> Option<NewPasskey> {
        let Ceremony::Add(name, handle, state) = ceremony else { return None };
        let answer = parsed(answer)?;
        let passkey = logged(self.0.finish_passkey_registration(&answer, &state))?;
        let (id, user_handle) = (passkey.cred_id().clone(), handle.as_bytes().to_vec());
        let credential = json(&passkey);
        let is_bounded = id.len() <= MOST_ID_BYTES && credential.len() <= MOST_CREDENTIAL_BYTES;
        is_bounded.then_some(NewPasskey { id, user_handle, name, credential })
    }

    /// Asks for the use of one of these passkeys; `None` without any.
    pub(crate) fn ask_for_use(&self, own: &[Passkey]) -> Option<(Ceremony, String)> {
        let readable = own.iter().filter_map(|passkey| serde_json::from_str(&passkey.credential).ok());
        let passkeys: Vec<webauthn_rs::prelude::Passkey> = readable.collect();
        if passkeys.is_empty() {
            return None;
        }
        let (question, state) = logged(self.0.start_passkey_authentication(&passkeys))?;
        Some((Ceremony::Use(state), json(&question)))
    }

    /// The use of one of these passkeys, if the answer is right.
    pub(crate) fn used(&self, ceremony: &Ceremony, answer: &str, own: &[Passkey]) -> Option<PasskeyUse> {
        let Ceremony::Use(state) = ceremony else { return None };
        let answer = parsed(answer)?;
        let result = logged(self.0.finish_passkey_authentication(&answer, state))?;
        let stored = own.iter().find(|passkey| passkey.id[..] == **result.cred_id())?;
        let mut passkey: webauthn_rs::prelude::Passkey = serde_json::from_str(&stored.credential).ok()?;
        passkey.update_credential(&result);
        Some(PasskeyUse { id: stored.id.clone(), counter: result.counter(), credential: json(&passkey) })
    }
}

/// An answer as the library takes it.
fn parsed<T: DeserializeOwned>(answer: &str) -> Option<T> {
    if answer.len() > MOST_ANSWER_BYTES {
        return None;
    }
    serde_json::from_str(answer).ok()
}

/// What came of it; why not is for the log, at a level that is off by itself: strangers cause it.
fn logged<T, E: std::fmt::Debug>(result: Result<T, E>) -> Option<T> {
    result.inspect_err(|error| tracing::debug!(?error, "a passkey was not accepted")).ok()
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("WebAuthn's types are plain data")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_passkeys_where_browsers_have_them() {
        let at = |url: &str| RelyingParty::at(&Url::parse(url).unwrap()).is_some();
        for url in [
            "https://keys.example",
            "https://keys.example:8443/latchkey/",
            "http://localhost:3000",
            "http://keys.localhost",
        ] {
            assert!(at(url), "{url}");
        }
        for url in ["http://keys.example", "https://192.0.2.1", "http://127.0.0.1:3000", "https://[::1]:3000"]
        {
            assert!(!at(url), "{url}");
        }
    }
}
