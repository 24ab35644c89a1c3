//! Turns of the attempts at signing in, by account and by address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Attempts from one address that may be under way at once; the others queue.
const AT_ONCE_PER_ADDRESS: usize = 8;
/// Remembered queues; past that those in which nobody waits are swept.
const SWEEP_ABOVE: usize = 10_000;

/// Who takes turns.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Queue {
    /// One account from one address: so a wait cannot be shared by trying many at once.
    Pair(String, IpAddr),
    Address(IpAddr),
}

/// Lets attempts at this node take turns. How many were wrong is in the store, for all nodes together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turns(Arc<Mutex<HashMap<Queue, Arc<Semaphore>>>>);

/// Held while an attempt is under way.
#[derive(Debug)]
pub(crate) struct Turn {
    _pair: OwnedSemaphorePermit,
    _address: OwnedSemaphorePermit,
}

impl Turns {
    /// Waits for this attempt's turn.
    pub(crate) async fn wait(&self, account: &str, address: IpAddr) -> Turn {
        let pair = self.queue(Queue::Pair(account.to_owned(), address), 1);
        let from_address = self.queue(Queue::Address(address), AT_ONCE_PER_ADDRESS);
        let open = "the semaphores are never closed";
        Turn {
            _pair: pair.acquire_owned().await.expect(open),
            _address: from_address.acquire_owned().await.expect(open),
        }
    }

    fn queue(&self, queue: Queue, at_once: usize) -> Arc<Semaphore> {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if queues.len() > SWEEP_ABOVE {
            // Whoever waits or has their turn holds one as well.
            queues.retain(|_, turns| Arc::strong_count(turns) > 1);
        }
        queues.entry(queue).or_insert_with(|| Arc::new(Semaphore::new(at_once))).clone()
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
