//! A request that is not signed yet.

use oauth::{SignatureMethod, encode};

use super::{super::browser::Answer, App, Credentials, Signed, encoded, in_header, nonce, now};

/// Where the protocol's parameters stand (RFC 5849 section 3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Header,
    Query,
    Form,
}

#[derive(Clone)]
enum Signature {
    Right,
    Given(String),
    None,
}

/// A request that is not signed yet, so that a test can still spoil it.
#[derive(Clone)]
pub struct Call {
    app: App,
    verb: String,
    path: String,
    url: String,
    signed_url: String,
    oauth: Vec<(String, String)>,
    token_secret: String,
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
    /// Percent-encoded already: in the query and, if there is a form, in the form.
    octets: Vec<(String, String)>,
    place: Place,
    away: Vec<(&'static str, Place)>,
    headers: Vec<(String, String)>,
    signature: Signature,
}

impl Call {
    pub(super) fn new(app: &App, verb: &str, path: &str) -> Self {
        let url = if path.starts_with('/') { format!("{}{path}", app.public) } else { path.to_owned() };
        let oauth = [
            ("oauth_consumer_key", app.key.clone()),
            ("oauth_nonce", nonce()),
            ("oauth_signature_method", "HMAC-SHA1".to_owned()),
            ("oauth_timestamp", now().to_string()),
        ];
        Self {
            verb: verb.to_owned(),
            path: path.to_owned(),
            signed_url: url.clone(),
            url,
            app: app.clone(),
            oauth: oauth.map(|(name, value)| (name.to_owned(), value)).to_vec(),
            token_secret: String::new(),
            query: Vec::new(),
            form: Vec::new(),
            octets: Vec::new(),
            place: Place::Header,
            away: Vec::new(),
            headers: Vec::new(),
            signature: Signature::Right,
        }
    }

    /// Sets a parameter of the protocol, or adds one.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.and(name, value)
    }

    /// One more parameter of the protocol, though it may be there already.
    pub fn and(mut self, name: &str, value: &str) -> Self {
        if name == "oauth_signature" {
            self.signature = Signature::Given(value.to_owned());
        } else {
            self.oauth.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        if name == "oauth_signature" {
            self.signature = Signature::None;
        }
        self.oauth.retain(|(other, _)| other != name);
        self
    }

    pub fn token(self, (token, secret): &Credentials) -> Self {
        let mut call = self.with("oauth_token", token);
        secret.clone_into(&mut call.token_secret);
        call
    }

    pub fn method(self, name: &str) -> Self {
        self.with("oauth_signature_method", name)
    }

    /// With a timestamp this far from now.
    pub fn at(self, seconds: i64) -> Self {
        self.with("oauth_timestamp", &now().saturating_add_signed(seconds).to_string())
    }

    pub fn query(mut self, pairs: &[(&str, &str)]) -> Self {
        self.query.extend(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self
    }

    pub fn form(mut self, pairs: &[(&str, &str)]) -> Self {
        self.form.extend(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self
    }

    /// Names and values that need not be UTF-8, percent-encoded: in the form where there is one, otherwise in the query.
    pub fn octets(mut self, pairs: &[(&str, &str)]) -> Self {
        self.octets.extend(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self
    }

    pub fn place(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// Puts one parameter of the protocol somewhere else than the others.
    pub fn away(mut self, name: &'static str, place: Place) -> Self {
        self.away.push((name, place));
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Signs as if it went to another URL.
    pub fn signed_for(mut self, url: &str) -> Self {
        url.clone_into(&mut self.signed_url);
        self
    }

    /// What HMAC or RSA signs (section 3.4.1), written again so that the program's own reading is held against another.
    pub fn base_string(&self) -> String {
        let (uri, _) = oauth::base_string_uri(&self.signed_url).unwrap();
        let uri = String::from_utf8(uri).unwrap();
        let pairs = self.oauth.iter().chain(&self.query).chain(&self.form);
        let mut pairs: Vec<_> = pairs.map(|(name, value)| (encode(name), encode(value))).collect();
        pairs.extend(self.octets.iter().map(|(name, value)| (name.as_str().into(), value.as_str().into())));
        pairs.sort();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{}&{}&{}", self.verb, encode(&uri), encode(&pairs.join("&")))
    }

    fn signature(&self) -> Option<String> {
        let method = self.oauth.iter().find(|(name, _)| name == "oauth_signature_method");
        let method = method.and_then(|(_, name)| SignatureMethod::parse(name));
        let sign = || {
            let method = method.unwrap_or(SignatureMethod::HmacSha1);
            oauth::sign(method, &self.base_string(), &self.app.secret, &self.token_secret)
        };
        match &self.signature {
            Signature::Right => Some(sign().unwrap_or_else(|| "bm8=".to_owned())),
            Signature::Given(signature) => Some(signature.clone()),
            Signature::None => None,
        }
    }

    pub fn sign(&self) -> Signed {
        let mut oauth = self.oauth.clone();
        oauth.extend(self.signature().map(|signature| ("oauth_signature".to_owned(), signature)));
        let (mut query, mut form, mut header) = (self.query.clone(), self.form.clone(), Vec::new());
        for (name, value) in oauth {
            let away = self.away.iter().find(|(other, _)| *other == name).map(|(_, place)| *place);
            match away.unwrap_or(self.place) {
                Place::Header => header.push((name, value)),
                Place::Query => query.push((name, value)),
                Place::Form => form.push((name, value)),
            }
        }
        let authorization = (!header.is_empty()).then(|| in_header(&header));
        let octets: Vec<_> = self.octets.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let has_form = !form.is_empty();
        let with_octets = |pairs: &[(String, String)], is_home: bool| {
            let own = Some(encoded(pairs)).filter(|own| !own.is_empty());
            let octets = octets.iter().filter(|_| is_home).cloned();
            own.into_iter().chain(octets).collect::<Vec<_>>().join("&")
        };
        let (query, form) = (with_octets(&query, !has_form), with_octets(&form, has_form));
        let query = if query.is_empty() { query } else { format!("?{query}") };
        Signed {
            verb: self.verb.clone(),
            target: format!("{}{}{query}", self.app.address, self.path),
            url: format!("{}{query}", self.url),
            internal: self.app.internal.clone(),
            authorization,
            form: has_form.then_some(form),
            headers: self.headers.clone(),
        }
    }

    pub fn send(&self) -> Answer {
        self.sign().send()
    }
}
