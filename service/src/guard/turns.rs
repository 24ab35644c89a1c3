//! Limits how many attempts at signing in run at once, per account and address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Attempts from one address that may run at once; the others queue.
const AT_ONCE_PER_ADDRESS: usize = 8;
/// Above this many queues, the unused ones are removed.
const SWEEP_ABOVE: usize = 10_000;

/// What a queue is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum QueueKey {
    /// One account from one address. Serialises parallel guesses, so that each waits its own turn.
    AccountFromAddress(String, IpAddr),
    Address(IpAddr),
}

/// The queues of this node. Wrong passwords are counted in the store, for all nodes together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turns(Arc<Mutex<HashMap<QueueKey, Arc<Semaphore>>>>);

/// Held while an attempt runs.
#[derive(Debug)]
pub(crate) struct Turn {
    _account_from_address: OwnedSemaphorePermit,
    _address: OwnedSemaphorePermit,
}

impl Turns {
    /// Waits for this attempt's turn.
    pub(crate) async fn wait(&self, account: &str, address: IpAddr) -> Turn {
        let account_from_address = self.queue(QueueKey::AccountFromAddress(account.to_owned(), address), 1);
        let from_address = self.queue(QueueKey::Address(address), AT_ONCE_PER_ADDRESS);
        let open = "the semaphores are never closed";
        Turn {
            _account_from_address: account_from_address.acquire_owned().await.expect(open),
            _address: from_address.acquire_owned().await.expect(open),
        }
    }

    fn queue(&self, key: QueueKey, at_once: usize) -> Arc<Semaphore> {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if queues.len() > SWEEP_ABOVE {
            // Callers that wait or have their turn hold a reference, too.
            queues.retain(|_, permits| Arc::strong_count(permits) > 1);
        }
        queues.entry(key).or_insert_with(|| Arc::new(Semaphore::new(at_once))).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

    #[tokio::test]
    async fn attempts_at_one_account_from_one_address_take_turns() {
        let turns = Turns::default();
        let first = turns.wait("ada", HERE).await;
        let elsewhere = turns.wait("ada", THERE).await;
        let mut second = Box::pin(turns.wait("ada", HERE));
        assert!(poll_once(&mut second).await.is_none(), "the second attempt waits for the first");
        drop((first, elsewhere));
        second.await;
    }

    /// Polls once.
    async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(context) {
                std::task::Poll::Ready(output) => Some(output),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }
}
