//! The running program with its three addresses, and what an administrator does in it.

use std::{ops::Deref, sync::OnceLock};

use http::{Method, Request};
use serde_json::{Value, json};

use super::{
    super::{
        Browser, Home, SECRET, Server,
        browser::{Answer, send},
    },
    App, CONSUMERS, send_json, until,
};

/// The running program with its three addresses.
pub struct Provider {
    pub server: Server,
    /// Where `/verify` is.
    pub internal: String,
    /// What clients sign against.
    pub public: String,
    ada: OnceLock<Browser>,
}

impl Deref for Provider {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl Provider {
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// With `ada`, who may configure it, and `grace`, who may not.
    pub fn with(settings: &[(&str, &str)]) -> Self {
        Self::in_home(Home::with_users(), settings)
    }

    pub fn in_home(home: Home, settings: &[(&str, &str)]) -> Self {
        Self::by(&[], home, settings)
    }

    /// The same, started by another program that becomes it.
    pub fn by(starter: &[&str], home: Home, settings: &[(&str, &str)]) -> Self {
        let server = home.serve_by(starter, settings);
        let internal = format!("http://{}", server.line("internal listener on http://"));
        let public = settings.iter().find(|(name, _)| *name == "LATCHKEY_PUBLIC_URL");
        let public = public.map_or_else(|| server.url.clone(), |(_, url)| (*url).to_owned());
        Self { server, internal, public, ada: OnceLock::new() }
    }

    /// A second node on the same database, with the same public address.
    pub fn another(&self) -> Self {
        Self::in_home(self.home.clone(), &[("LATCHKEY_PUBLIC_URL", &self.public)])
    }

    /// A consumer that waits for approval.
    pub fn pending(&self, name: &str) -> App {
        App {
            key: self.home.register(name),
            secret: SECRET.to_owned(),
            token: None,
            address: self.url.clone(),
            internal: self.internal.clone(),
            public: self.public.clone(),
        }
    }

    /// A consumer that is approved.
    pub fn app(&self, name: &str) -> App {
        let app = self.pending(name);
        self.decide("approve", &app);
        app
    }

    /// A consumer that acts for a user.
    pub fn app_of(&self, name: &str, username: &str) -> App {
        self.app(name).dance(&self.signed_in(username))
    }

    /// A consumer that may administer in the name of users who may.
    pub fn console(&self, name: &str) -> App {
        let app = self.app(name);
        self.edit(&app, &json!({ "may_administer": true }));
        app
    }

    /// A trusted consumer, and the callback that is registered for it.
    pub fn trusted(&self, name: &str, callback: &str) -> App {
        let app = self.app(name);
        self.edit(&app, &json!({ "trusted": true, "callback_url": callback }));
        app
    }

    /// A user with *Configure Server*: what they do counts at once.
    pub fn ada(&self) -> &Browser {
        self.ada.get_or_init(|| self.signed_in("ada"))
    }

    /// Approves or disapproves a consumer.
    #[track_caller]
    pub fn decide(&self, verb: &str, app: &App) -> Value {
        let path = format!("{CONSUMERS}/{}/{verb}", app.key);
        send(self.ada().request(Method::POST, &path).body(()).unwrap()).is(200).json()
    }

    /// Removes a consumer.
    #[track_caller]
    pub fn remove(&self, app: &App) {
        let path = format!("{CONSUMERS}/{}", app.key);
        send(self.ada().request(Method::DELETE, &path).body(()).unwrap()).is(204);
    }

    /// Changes a consumer, whatever its revision.
    #[track_caller]
    pub fn edit(&self, app: &App, changes: &Value) -> Value {
        let request = self.ada().request(Method::PATCH, &format!("{CONSUMERS}/{}", app.key));
        send_json(request.header("if-match", "*"), changes).is(200).json()
    }

    /// Revokes every token of a consumer.
    #[track_caller]
    pub fn sign_everybody_out(&self, app: &App) {
        self.edit(app, &json!({ "sign_everybody_out": true }));
    }

    /// Disables or enables a user by the command line, and waits until the consumer that acts for them has noticed.
    #[track_caller]
    pub fn user(&self, verb: &str, username: &str, app: &App) {
        self.home.json(&["user", verb, username], "");
        let expected = if verb == "disable" { 401 } else { 200 };
        until(verb, || (app.echo().send().status == expected).then_some(()));
    }

    /// Asks the internal listener.
    pub fn inside(&self, path: &str) -> Answer {
        send(Request::get(format!("{}{path}", self.internal)).body(()).unwrap())
    }
}
