//! An application that keeps sending signed requests, and knows which of them were accepted.

use std::sync::mpsc::Sender;

use crate::support::signer::{App, Asker, ECHO, Provider, Signed};

pub struct Caller {
    app: App,
    /// What it asks for: of the program's own API, or of a tool that asks `/verify`.
    what: &'static str,
    accepted: Vec<Signed>,
    under_way: Option<Signed>,
    pub accepted_in_all: usize,
}

impl Caller {
    pub fn at_the_api(app: App) -> Self {
        Self { app, what: ECHO, accepted: Vec::new(), under_way: None, accepted_in_all: 0 }
    }

    pub fn at_a_tool(app: App) -> Self {
        Self { what: "https://tool.example/items", ..Self::at_the_api(app) }
    }

    pub fn move_to(&mut self, provider: &Provider) {
        self.app.address.clone_from(&provider.url);
        self.app.internal.clone_from(&provider.internal);
    }

    /// Sends one request after the other until there is no answer.
    pub fn work(&mut self, progress: &Sender<()>) {
        let asker = Asker::new(&self.app.internal);
        loop {
            let signed = self.app.get(self.what).sign();
            self.under_way = Some(signed.clone());
            if self.what == ECHO {
                let Ok(answer) = signed.try_send() else { return };
                answer.is(200);
            } else {
                let Ok(problem) = asker.try_ask(&signed) else { return };
                assert_eq!(problem, None);
            }
            self.under_way = None;
            self.accepted.push(signed);
            self.accepted_in_all += 1;
            // The counter may have reached its limit.
            let _ = progress.send(());
        }
    }

    /// What was accepted since this was last asked.
    pub fn take_accepted(&mut self) -> Vec<Signed> {
        std::mem::take(&mut self.accepted)
    }

    /// What was sent and not answered.
    pub fn take_under_way(&mut self) -> Option<Signed> {
        self.under_way.take()
    }
}
