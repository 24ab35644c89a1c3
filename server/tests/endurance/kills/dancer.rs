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
    pub fn new(app: App, is_trusted: bool, user: Browser) -> Self {
        Self { app, is_trusted, user, last: Step::Nothing, under_way: false, tokens: Vec::new(), lost: 0 }
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
                Step::Nothing => self.app.ask("oob").sign().try_send(),
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
            self.take(&answer.is(200));
            // The counter may have reached its limit.
            let _ = progress.send(());
        }
    }

    fn take(&mut self, answer: &Answer) {
        self.under_way = false;
        self.last = match std::mem::replace(&mut self.last, Step::Nothing) {
            Step::Nothing => Step::Asked(credentials(answer)),
            Step::Asked(temporary) => {
                let verifier = consent::verifier(answer, &temporary.0, "oob");
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
                assert!(page.status == 200 || is_answered, "{page:?}");
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
