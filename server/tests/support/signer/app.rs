//! A consumer, its credentials and what it asks for.

use super::{
    super::{Browser, consent},
    ACCESS_TOKEN, Call, Credentials, ECHO, Provider, REQUEST_TOKEN, credentials,
};

/// A consumer, as itself or for a user.
#[derive(Clone)]
pub struct App {
    pub key: String,
    pub secret: String,
    pub token: Option<Credentials>,
    pub address: String,
    pub internal: String,
    pub public: String,
}

impl App {
    /// A request to a path of the server, or to a URL that is only described to `/verify`.
    pub fn call(&self, verb: &str, path: &str) -> Call {
        self.token.iter().fold(Call::new(self, verb, path), Call::token)
    }

    pub fn get(&self, path: &str) -> Call {
        self.call("GET", path)
    }

    pub fn echo(&self) -> Call {
        self.get(ECHO)
    }

    /// A request for temporary credentials.
    pub fn ask(&self, callback: &str) -> Call {
        self.alone().call("POST", REQUEST_TOKEN).with("oauth_callback", callback)
    }

    /// Temporary credentials.
    #[track_caller]
    pub fn temporary(&self, callback: &str) -> Credentials {
        credentials(&self.ask(callback).send().is(200))
    }

    /// A request for token credentials.
    pub fn exchange(&self, temporary: &Credentials, verifier: &str) -> Call {
        self.alone().call("POST", ACCESS_TOKEN).token(temporary).with("oauth_verifier", verifier)
    }

    /// Temporary credentials that a user allowed, and the verifier.
    #[track_caller]
    pub fn allowed(&self, user: &Browser) -> (Credentials, String) {
        let temporary = self.temporary("oob");
        let answer = consent::decide(user, &self.address, &temporary.0, "allow");
        let verifier = consent::verifier(&answer, &temporary.0, "oob");
        (temporary, verifier)
    }

    /// The same consumer, acting for a user.
    #[track_caller]
    pub fn dance(&self, user: &Browser) -> Self {
        let (temporary, verifier) = self.allowed(user);
        let token = credentials(&self.exchange(&temporary, &verifier).send().is(200));
        Self { token: Some(token), ..self.clone() }
    }

    /// The same consumer, acting for no user.
    pub fn alone(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// The same consumer, asking another node.
    pub fn at(&self, node: &Provider) -> Self {
        Self { address: node.url.clone(), internal: node.internal.clone(), ..self.clone() }
    }

    /// The same consumer with another secret.
    pub fn with_secret(&self, secret: &str) -> Self {
        Self { secret: secret.to_owned(), ..self.clone() }
    }
}
