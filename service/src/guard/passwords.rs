//! Password hashing with argon2id, on one thread per core: each run takes 19 MiB and a whole core.

use std::{
    fmt,
    panic::{self, AssertUnwindSafe},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use domain::Password;
use tokio::sync::{Semaphore, oneshot};

/// Verified in place of the hash of an unknown user, so that the time reveals nothing. No password has it.
const STAND_IN_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and verifies passwords with argon2id (m = 19 MiB, t = 2, p = 1, as OWASP advises).
#[derive(Clone)]
pub(crate) struct Passwords {
    /// One per thread. A caller that is dropped while it waits for one costs no hashing.
    permits: Arc<Semaphore>,
    work: mpsc::Sender<Work>,
    threads: usize,
}

type Work = Box<dyn FnOnce() + Send>;

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

impl Passwords {
    pub(crate) fn new() -> Self {
        let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { permits: Arc::new(Semaphore::new(threads)), work: workers(threads), threads }
    }

    /// How many run at once.
    pub(crate) fn threads(&self) -> usize {
        self.threads
    }

    /// The PHC string of a new password.
    pub(crate) async fn hash(&self, password: &Password) -> String {
        let password = password.clone();
        self.run(move || hash(&password)).await
    }

    /// Whether the password matches the hash. Without a hash it takes as long and returns `false`.
    pub(crate) async fn verify(&self, password: &Password, expected: Option<&str>) -> bool {
        let password = password.clone();
        let is_known = expected.is_some();
        let expected = expected.unwrap_or(STAND_IN_HASH).to_owned();
        self.run(move || Argon2::default().verify_password(password.expose().as_bytes(), &*expected).is_ok())
            .await
            && is_known
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let permit = self.permits.clone().acquire_owned().await.expect("the semaphore is never closed");
        let (done, result) = oneshot::channel();
        let work = move || {
            // The caller may have been dropped in between.
            let _ = done.send(work());
            drop(permit);
        };
        self.work.send(Box::new(work)).expect("the threads end with the last sender");
        result.await.expect("argon2 does not panic")
    }
}

/// Threads that run until the sender is dropped. They are reused, since the allocator keeps freed memory per thread: a
/// hundred threads that have each run argon2 once would hold a hundred times 19 MiB.
fn workers(count: usize) -> mpsc::Sender<Work> {
    let (send, receive) = mpsc::channel::<Work>();
    let receive = Arc::new(Mutex::new(receive));
    for _ in 0..count {
        let receive = receive.clone();
        let next = move || receive.lock().unwrap_or_else(PoisonError::into_inner).recv();
        thread::spawn(move || {
            while let Ok(work) = next() {
                // A panic fails this call; the thread survives.
                let _ = panic::catch_unwind(AssertUnwindSafe(work));
            }
        });
    }
    send
}

fn hash(password: &Password) -> String {
    Argon2::default()
        .hash_password(password.expose().as_bytes())
        .expect("argon2id's defaults are valid")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_only_its_own_hash() {
        let passwords = Passwords::new();
        let hash = passwords.hash(&Password::typed("correct horse")).await;
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify(&Password::typed("correct horse"), Some(&hash)).await);
        assert!(!passwords.verify(&Password::typed("correct house"), Some(&hash)).await);
        assert!(!passwords.verify(&Password::typed("correct horse"), None).await);
    }

    #[tokio::test]
    async fn a_panic_costs_one_caller_an_answer_and_nobody_a_thread() {
        let passwords = Passwords::new();
        for _ in 0..=passwords.threads() {
            let passwords = passwords.clone();
            let caller = tokio::spawn(async move { passwords.run::<()>(|| panic!("a mistake")).await });
            assert!(caller.await.unwrap_err().is_panic());
        }
        assert!(!passwords.verify(&Password::typed("correct horse"), None).await);
    }

    #[test]
    fn the_stand_in_hash_costs_as_much_as_any_and_no_password_matches_it() {
        let parameters = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(parameters(STAND_IN_HASH), parameters(&hash(&Password::typed("correct horse"))));
        let refused = Argon2::default().verify_password(b"correct horse", STAND_IN_HASH);
        assert_eq!(refused, Err(argon2::password_hash::Error::PasswordInvalid));
    }
}
