//! Wrong passwords slow down their account and their address. Right ones are never refused for it: every attempt is
//! checked in the end, so nobody can lock an account's owner out; the owner waits a few seconds at most.

use std::{net::IpAddr, time::Duration};

use sha2::{Digest as _, Sha256};
use store::{StoreError, attempts::Subject};

use crate::{guard::turns::Turn, service::Service};

/// Wrong passwords of an account that cost nothing.
const FREE_PER_ACCOUNT: u32 = 3;
/// Wrong passwords from an address that cost nothing; several people may share one.
const FREE_PER_ADDRESS: u32 = 5;
/// The wait after the first wrong password that is not free; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(4);
/// Wrong passwords are forgotten this long after the last one.
const FORGOTTEN_AFTER: time::Duration = time::Duration::minutes(15);

impl Service {
    /// Waits for an attempt's turn, then as long as the wrong passwords before it ask for.
    pub(crate) async fn wait_for_turn(&self, account: &str, address: IpAddr) -> Result<Turn, StoreError> {
        let turn = self.turns.wait(account, address).await;
        tokio::time::sleep(self.wait_for_wrong_ones(account, address).await?).await;
        Ok(turn)
    }

    /// How long an attempt has to wait now.
    async fn wait_for_wrong_ones(&self, account: &str, address: IpAddr) -> Result<Duration, StoreError> {
        let now = self.clock.now();
        let wrong = async |subject| self.store.attempts(subject, now, FORGOTTEN_AFTER).await;
        let by_account = wait(wrong(of_account(account)).await?, FREE_PER_ACCOUNT);
        let by_address = wait(wrong(of_address(address)).await?, FREE_PER_ADDRESS);
        Ok(by_account.max(by_address))
    }

    /// Notes a wrong password.
    pub(crate) async fn note_wrong_password(&self, account: &str, address: IpAddr) -> Result<(), StoreError> {
        let subjects = [of_account(account), of_address(address)];
        self.store.count_attempt(&subjects, self.clock.now(), FORGOTTEN_AFTER).await
    }

    /// Notes a right password: the account starts afresh. The address does not, or whoever has an account of their
    /// own could clear it between two guesses at another one's.
    pub(crate) async fn note_right_password(&self, account: &str) -> Result<(), StoreError> {
        self.store.forget_attempts(of_account(account)).await
    }
}

fn of_account(account: &str) -> Subject {
    Sha256::new().chain_update("account ").chain_update(account).finalize().into()
}

fn of_address(address: IpAddr) -> Subject {
    Sha256::new().chain_update("address ").chain_update(address.to_string()).finalize().into()
}

fn wait(wrong: u32, free: u32) -> Duration {
    match wrong.checked_sub(free) {
        None => Duration::ZERO,
        Some(over) => FIRST_WAIT.saturating_mul(1 << over.min(10)).min(LONGEST_WAIT),
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
    fn a_few_slips_cost_nothing_and_then_the_wait_doubles_to_a_limit() {
        let waits = [0, 2, 3, 4, 5, 50].map(|wrong| wait(wrong, FREE_PER_ACCOUNT).as_millis());
        assert_eq!(waits, [0, 0, 250, 500, 1000, 4000]);
    }

    /// A service on which that many wrong passwords were tried for `ada` from here, and its clock.
    async fn after(wrong: u32) -> (tempfile::TempDir, Service, Arc<AtomicI64>) {
        let folder = tempfile::tempdir().unwrap();
        let database = Location::Sqlite(folder.path().join("latchkey.db"));
        let store = Store::open(&database, &folder.path().join("vault.key")).await.unwrap();
        let clock = Arc::new(AtomicI64::new(1_700_000_000_000));
        let service = Service::new(Arc::new(store), Clock::Manual(clock.clone()), Rules::default());
        for _ in 0..wrong {
            service.note_wrong_password("ada", HERE).await.unwrap();
        }
        (folder, service, clock)
    }

    #[tokio::test]
    async fn an_account_is_slow_from_every_address_and_an_address_for_every_account() {
        let (_folder, service, _) = after(6).await;
        let wait = async |account, address| service.wait_for_wrong_ones(account, address).await.unwrap();
        assert!(wait("ada", THERE).await > Duration::ZERO);
        assert!(wait("grace", HERE).await > Duration::ZERO);
        assert_eq!(wait("grace", THERE).await, Duration::ZERO);
    }

    #[tokio::test]
    async fn a_right_password_frees_the_account_but_not_the_address() {
        let (_folder, service, _) = after(6).await;
        service.note_right_password("ada").await.unwrap();
        let wait = async |account, address| service.wait_for_wrong_ones(account, address).await.unwrap();
        assert_eq!(wait("ada", THERE).await, Duration::ZERO);
        assert!(wait("ada", HERE).await > Duration::ZERO);
    }

    #[tokio::test]
    async fn wrong_passwords_are_forgotten_after_a_while() {
        let (_folder, service, clock) = after(50).await;
        clock.fetch_add(FORGOTTEN_AFTER.whole_seconds() * 1000 + 1000, Ordering::SeqCst);
        assert_eq!(service.wait_for_wrong_ones("ada", HERE).await.unwrap(), Duration::ZERO);
    }
}
