//! Wrong passwords delay further attempts at the same account and from the same address. Every attempt is verified in
//! the end, so an attacker cannot lock the owner out: the owner waits a few seconds at most.

use std::{net::IpAddr, time::Duration};

use sha2::{Digest as _, Sha256};
use store::{StoreError, attempts::Subject};

use crate::{guard::turns::Turn, service::Service};

/// Wrong passwords for an account that cause no delay.
const FREE_PER_ACCOUNT: u32 = 3;
/// Wrong passwords from an address that cause no delay; several users may share it.
const FREE_PER_ADDRESS: u32 = 5;
/// The first delay; it doubles with each further wrong password.
const FIRST_DELAY: Duration = Duration::from_millis(250);
/// The delay stops doubling here.
const LONGEST_DELAY: Duration = Duration::from_secs(4);
/// Wrong passwords stop counting this long after the last one.
const FORGOTTEN_AFTER: time::Duration = time::Duration::minutes(15);

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
    /// Waits for this attempt's turn, then for the delay that earlier wrong passwords have caused.
    pub(crate) async fn wait_for_turn(self, account: &str, address: IpAddr) -> Result<Turn, StoreError> {
        let turn = self.0.turns.wait(account, address).await;
        tokio::time::sleep(self.delay(account, address).await?).await;
        Ok(turn)
    }

    /// The delay of an attempt made now.
    async fn delay(self, account: &str, address: IpAddr) -> Result<Duration, StoreError> {
        let now = self.0.clock.now();
        let wrong = async |subject| self.0.store.attempts().count(subject, now, FORGOTTEN_AFTER).await;
        let for_account = delay_after(wrong(of_account(account)).await?, FREE_PER_ACCOUNT);
        let for_address = delay_after(wrong(of_address(address)).await?, FREE_PER_ADDRESS);
        Ok(for_account.max(for_address))
    }

    /// Counts a wrong password.
    pub(crate) async fn add(self, account: &str, address: IpAddr) -> Result<(), StoreError> {
        let subjects = [of_account(account), of_address(address)];
        self.0.store.attempts().add(&subjects, self.0.clock.now(), FORGOTTEN_AFTER).await
    }

    /// Resets the count of the account. The address keeps its own: otherwise an attacker could reset it with an account
    /// of theirs between two guesses at another one.
    pub(crate) async fn reset(self, account: &str) -> Result<(), StoreError> {
        self.0.store.attempts().reset(of_account(account)).await
    }
}

fn of_account(account: &str) -> Subject {
    Sha256::new().chain_update("account ").chain_update(account).finalize().into()
}

fn of_address(address: IpAddr) -> Subject {
    Sha256::new().chain_update("address ").chain_update(address.to_string()).finalize().into()
}

fn delay_after(wrong: u32, free: u32) -> Duration {
    match wrong.checked_sub(free) {
        None => Duration::ZERO,
        Some(over) => FIRST_DELAY.saturating_mul(1 << over.min(10)).min(LONGEST_DELAY),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };

    use store::{Location, Store};

    use super::*;
    use crate::{clock::Clock, rules::Rules};

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

    #[test]
    fn a_few_wrong_passwords_cause_no_delay_and_then_it_doubles_up_to_a_limit() {
        let delays = [0, 2, 3, 4, 5, 50].map(|wrong| delay_after(wrong, FREE_PER_ACCOUNT).as_millis());
        assert_eq!(delays, [0, 0, 250, 500, 1000, 4000]);
    }

    /// A service after this many wrong passwords for `ada` from `HERE`, and its clock.
    async fn after(wrong: u32) -> (tempfile::TempDir, Service, Arc<AtomicI64>) {
        let folder = tempfile::tempdir().unwrap();
        let database = Location::Sqlite(folder.path().join("latchkey.db"));
        let store = Store::open(&database, &folder.path().join("vault.key")).await.unwrap();
        let clock = Arc::new(AtomicI64::new(1_700_000_000_000));
        let service = Service::new(Arc::new(store), Clock::Manual(clock.clone()), Rules::default());
        for _ in 0..wrong {
            service.wrong_passwords().add("ada", HERE).await.unwrap();
        }
        (folder, service, clock)
    }

    #[tokio::test]
    async fn an_account_is_delayed_from_every_address_and_an_address_for_every_account() {
        let (_folder, service, _) = after(6).await;
        let delay = async |account, address| service.wrong_passwords().delay(account, address).await.unwrap();
        assert!(delay("ada", THERE).await > Duration::ZERO);
        assert!(delay("grace", HERE).await > Duration::ZERO);
        assert_eq!(delay("grace", THERE).await, Duration::ZERO);
    }

    #[tokio::test]
    async fn a_correct_password_resets_the_account_but_not_the_address() {
        let (_folder, service, _) = after(6).await;
        service.wrong_passwords().reset("ada").await.unwrap();
        let delay = async |account, address| service.wrong_passwords().delay(account, address).await.unwrap();
        assert_eq!(delay("ada", THERE).await, Duration::ZERO);
        assert!(delay("ada", HERE).await > Duration::ZERO);
    }

    #[tokio::test]
    async fn wrong_passwords_stop_counting_after_a_while() {
        let (_folder, service, clock) = after(50).await;
        clock.fetch_add(FORGOTTEN_AFTER.whole_seconds() * 1000 + 1000, Ordering::SeqCst);
        assert_eq!(service.wrong_passwords().delay("ada", HERE).await.unwrap(), Duration::ZERO);
    }
}
