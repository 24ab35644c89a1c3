//! Wrong passwords delay further attempts at the same account and from the same address, on all nodes together. Browsers that
//! the account has signed in from have a lane of their own, so that no stranger delays them.

use std::time::{Duration, Instant};

use domain::Network;
use sha2::{Digest as _, Sha256};
use store::{
    Account, StoreError,
    attempts::{Failed, Subject},
};

use crate::{
    guard::{
        browser::Browser,
        known::Place,
        pace::FORGOTTEN_AFTER,
        queue::Stranger,
        turns::{PATIENCE, Turn},
    },
    service::Service,
};

/// Recent wrong passwords, and the delay that they cause.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WrongPasswords<'a>(&'a Service);

impl Service {
    /// Recent wrong passwords, and the delay that they cause.
    pub(crate) fn wrong_passwords(&self) -> WrongPasswords<'_> {
        WrongPasswords(self)
    }
}

impl WrongPasswords<'_> {
    /// The identifier of the browser, if the account has signed in from it.
    pub(super) fn device(self, account: &Account, browser: &Browser<'_>) -> Option<String> {
        browser.device.and_then(|cookie| self.0.store.devices().recognize(account, cookie))
    }

    /// A place in the lane of known browsers; `None` if this one has sent too many wrong passwords.
    pub(super) async fn place(self, account: &Account, device: &str) -> Result<Option<Place>, StoreError> {
        let wrong = self.count(of_device(device)).await?.map_or(0, |failed| failed.times);
        Ok(self.0.known_browsers.enter(account.id, device, wrong))
    }

    /// Waits for a stranger's turn; the inner error is how long to stay away.
    pub(super) async fn turn(
        self,
        account: &str,
        browser: &Browser<'_>,
    ) -> Result<Result<Turn, Duration>, StoreError> {
        let until = Instant::now() + PATIENCE;
        let network = Network::of(browser.address);
        loop {
            let stranger = Stranger::new(network, account, browser.connection);
            let turn = match self.0.turns.wait(stranger, until).await {
                Ok(turn) => turn,
                Err(retry_after) => return Ok(Err(retry_after)),
            };
            // Only now, so that what finds no room costs no query.
            let counts = [self.count(of_account(account)).await?, self.count(of_network(network)).await?];
            let now = self.0.clock.now();
            // A count from the future, after the clock was set back, has no age.
            let age = |failed: &Failed| Duration::try_from(now - failed.latest).unwrap_or_default();
            let wait = turn.learn(counts.map(|count| count.map(|failed| (failed, age(&failed)))));
            if wait.is_zero() {
                return Ok(Ok(turn));
            }
            turn.put_back();
            if Instant::now() + wait > until {
                return Ok(Err(wait));
            }
        }
    }

    async fn count(self, subject: Subject) -> Result<Option<Failed>, StoreError> {
        self.0.store.attempts().find(subject, self.0.clock.now(), forgotten_after()).await
    }

    /// Counts a wrong password of a stranger, also for the account's user, if there is one; returns the counts of the account
    /// and the network.
    pub(super) async fn add(
        self,
        folded: &str,
        account: Option<&Account>,
        browser: &Browser<'_>,
    ) -> Result<[Failed; 2], StoreError> {
        let subjects = [of_account(folded), of_network(Network::of(browser.address))];
        self.count_all(subjects, account).await
    }

    /// Counts a wrong password of a known browser.
    pub(super) async fn add_of_device(
        self,
        device: &str,
        folded: &str,
        account: Option<&Account>,
        browser: &Browser<'_>,
    ) -> Result<(), StoreError> {
        let subjects = [of_device(device), of_account(folded), of_network(Network::of(browser.address))];
        self.count_all(subjects, account).await.map(|_| ())
    }

    async fn count_all<const N: usize>(
        self,
        subjects: [Subject; N],
        account: Option<&Account>,
    ) -> Result<[Failed; N], StoreError> {
        let now = self.0.clock.now();
        let id = account.map(|account| account.id);
        let counts = self.0.store.attempts().add(subjects, id, now, forgotten_after()).await?;
        Ok(counts.map(|times| Failed { times, latest: now }))
    }

    /// Resets the count of the account and, after a known browser's sign-in, of the device. The address keeps its own:
    /// otherwise an attacker could reset it with an account of theirs between two guesses at another one.
    pub(super) async fn reset(self, account: &str, device: Option<&str>) -> Result<(), StoreError> {
        for subject in [Some(of_account(account)), device.map(of_device)].into_iter().flatten() {
            self.0.store.attempts().reset(subject).await?;
        }
        Ok(())
    }
}

fn forgotten_after() -> time::Duration {
    FORGOTTEN_AFTER.try_into().expect("a quarter of an hour")
}

fn of_account(account: &str) -> Subject {
    subject("account ", account)
}

fn of_network(network: Network) -> Subject {
    subject("address ", &network.to_string())
}

fn of_device(device: &str) -> Subject {
    subject("device ", device)
}

fn subject(kind: &str, name: &str) -> Subject {
    Sha256::new().chain_update(kind).chain_update(name).finalize().into()
}
