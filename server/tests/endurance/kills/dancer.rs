//! An application that signs a user in again and again: temporary credentials, the user's answer, token credentials.

use std::sync::mpsc::Sender;

use http::Method;

use crate::support::{
    Browser,
    browser::{Answer, try_send, with_form},
    consent,
    signer::{App, Credentials, Provider, credentials},
};

/// The last step of a dance that was acknowledged.
#[derive(Clone)]
enum Step {
    Nothing,
    Asked(Credentials),
    Allowed(Credentials, String),
}

pub struct Dancer {
    app: App,
    /// Where the user is sent back to.
    callback: &'static str,
    /// The user is not asked.
    is_trusted: bool,
    user: Browser,
    last: Step,
    /// The step after `last` was begun.
    under_way: bool,
    tokens: Vec<Credentials>,
    /// Tokens that were issued and never arrived.
    lost: usize,
}

impl Dancer {
    /// Of a consumer that has no callback, and whose users are asked.
    pub fn asking(app: App, user: Browser) -> Self {
        Self::new(app, "oob", false, user)
    }

    /// Of a trusted consumer with this registered callback.
    pub fn trusted(app: App, callback: &'static str, user: Browser) -> Self {
        Self::new(app, callback, true, user)
    }

    fn new(app: App, callback: &'static str, is_trusted: bool, user: Browser) -> Self {
        let (last, tokens) = (Step::Nothing, Vec::new());
        Self { app, callback, is_trusted, user, last, under_way: false, tokens, lost: 0 }
    }

    pub fn move_to(&mut self, provider: &Provider) {
        self.app.address.clone_from(&provider.url);
        self.app.internal.clone_from(&provider.internal);
        self.user = self.user.at(&provider.url);
    }

    /// Goes on from step to step until there is no answer.
    pub fn work(&mut self, progress: &Sender<()>) {
        loop {
            self.under_way = true;
            let answer = match &self.last {
                Step::Nothing => self.app.ask(self.callback).sign().try_send(),
                Step::Asked(temporary) if self.is_trusted => {
                    try_send(self.user.request(Method::GET, &question(temporary)).body(()).unwrap())
                }
                Step::Asked(temporary) => {
                    let form = [("oauth_token", &*temporary.0), ("decision", "allow")];
                    try_send(with_form(self.user.request(Method::POST, "/oauth/authorize"), &form))
                }
                Step::Allowed(temporary, verifier) => {
                    self.app.exchange(temporary, verifier).sign().try_send()
                }
            };
            let Ok(answer) = answer else { return };
            let expected = match &self.last {
                Step::Asked(_) => self.answered(),
                Step::Nothing | Step::Allowed(..) => 200,
            };
            self.take(&answer.is(expected));
            // The counter may have reached its limit.
            let _ = progress.send(());
        }
    }

    /// The status of the answer that hands the verifier over.
    fn answered(&self) -> u16 {
        if self.callback == "oob" { 200 } else { 302 }
    }

    fn take(&mut self, answer: &Answer) {
        self.under_way = false;
        self.last = match std::mem::replace(&mut self.last, Step::Nothing) {
            Step::Nothing => Step::Asked(credentials(answer)),
            Step::Asked(temporary) => {
                let verifier = consent::verifier(answer, &temporary.0, self.callback);
                Step::Allowed(temporary, verifier)
            }
            Step::Allowed(..) => {
                self.tokens.push(credentials(answer));
                Step::Nothing
            }
        };
    }

    /// Looks which steps were made: what was acknowledged, and what was under way whole or not at all.
    pub fn settle(&mut self, provider: &Provider) {
        self.move_to(provider);
        let under_way = std::mem::replace(&mut self.under_way, false);
        match self.last.clone() {
            Step::Nothing => {}
            Step::Asked(temporary) => {
                let page = self.user.get(&question(&temporary));
                let is_answered = page.status == 410 && under_way;
                let expected = if self.is_trusted { self.answered() } else { 200 };
                assert!(page.status == expected || is_answered, "{page:?}");
                if is_answered {
                    // The verifier never arrived.
                    self.last = Step::Nothing;
                } else if self.is_trusted {
                    self.take(&page);
                }
            }
            Step::Allowed(temporary, verifier) => {
                let answer = self.app.exchange(&temporary, &verifier).send();
                if answer.status == 200 {
                    self.take(&answer);
                } else {
                    assert!(under_way, "{answer:?}");
                    answer.refused(401, "token_used");
                    self.lost += 1;
                    self.last = Step::Nothing;
                }
            }
        }
        for token in self.tokens.iter().rev().take(5) {
            let app = App { token: Some(token.clone()), ..self.app.clone() };
            app.echo().send().is(200);
        }
    }

    /// How many tokens were issued.
    pub fn tokens(&self) -> usize {
        self.tokens.len() + self.lost
    }
}

/// Where the user is asked.
fn question(temporary: &Credentials) -> String {
    format!("/oauth/authorize?oauth_token={}", temporary.0)
}
